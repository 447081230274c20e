"""Where the server keeps the plans of statements that come again and again: docs/decisions/statements-are-prepared.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection

PREPARED_AFTER = 3  # times that a connection sends the same statement
P = ParamSpec("P")
R = TypeVar("R")


def keep_plans(entry: dict[str, Any]) -> None:
    """For a process whose statements are short and the same: ``entry`` is its database's settings.

    A batch must not: it would go by plans that were made while its tables were small.
    """
    entry["OPTIONS"]["prepare_threshold"] = PREPARED_AFTER


def with_kept_plans(job: Callable[P, R]) -> Callable[P, R]:
    """For a short job of a process that does batches as well."""

    @wraps(job)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        connection.ensure_connection()
        line = connection.connection
        before, line.prepare_threshold = line.prepare_threshold, PREPARED_AFTER
        try:
            return job(*args, **kwargs)
        finally:
            line.prepare_threshold = before

    return done
