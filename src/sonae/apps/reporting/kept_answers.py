"""Answers that take a pass over every payment or certificate, kept for the pages of a large programme.

A small programme's pages work everything out afresh. In a large one that takes seconds, so a round of the worker does it, and pages
show its answer with the moment from which it is; whoever needs it as of now asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast

from django.core.cache import cache
from django.db import connection

LARGE = 20_000  # payments; fewer are gone through within a tenth of a second
KEPT_FOR = timedelta(minutes=15)  # a round comes every ten

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Answer]):
    """An answer and the moment from which it is."""

    answer: Answer
    worked_out_at: datetime


def books_are_large() -> bool:
    """By what the database last counted, which costs nothing; it counts by itself as a table grows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'billing_payment'::regclass")
        return cast("float", cursor.fetchone()[0]) > LARGE


def kept_answer(name: str, work_out: Callable[[], Answer], *, now: datetime, afresh: bool = False) -> Kept[Answer]:
    """The kept one of that name, unless the books are small, none is young enough, or it is wanted afresh.

    An answer from the future, kept before a clock was set back, counts for nothing.
    """
    if not books_are_large():
        return Kept(work_out(), now)
    kept: Kept[Answer] | None = None if afresh else cache.get(_key(name))
    if kept is None or not now - KEPT_FOR < kept.worked_out_at <= now:
        kept = Kept(work_out(), now)
        cache.set(_key(name), kept, KEPT_FOR.total_seconds())
    return kept


def forget_answer(name: str) -> None:
    """Whatever it stood on has changed as a whole: the next page works it out."""
    cache.delete(_key(name))


def _key(name: str) -> str:
    return f"reporting-answer:{name}"
