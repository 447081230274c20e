"""Ways to make a race happen: nobody is locked out, and everybody is past the check before anybody writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """All of them, each in a thread with a connection of its own; what each gave or raised."""
    came: list[object] = []
    gate = threading.Barrier(len(acts))

    def work(act: Callable[[], object]) -> None:
        try:
            gate.wait(20)
            came.append(act())
        except Exception as error:
            came.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return came


def wrong(came: Iterable[object]) -> list[Exception]:
    """Those of ``at_once`` that were raised."""
    return [one for one in came if isinstance(one, Exception)]


def all_inside(monkeypatch: pytest.MonkeyPatch, module: Any, function: str, parties: int) -> None:
    """Let everybody get past the check before anybody writes; where a lock is held nobody else comes, and it goes on."""
    gate = threading.Barrier(parties)
    plain = getattr(module, function)

    def wait(*args: Any, **named: Any) -> Any:
        answer = plain(*args, **named)
        try:
            gate.wait(0.4)
        except threading.BrokenBarrierError:
            gate.reset()
        return answer

    monkeypatch.setattr(module, function, wait)
