"""Ways to make a race happen: nobody is locked out, and everybody is past the check before anybody writes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db.models import QuerySet


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)


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
