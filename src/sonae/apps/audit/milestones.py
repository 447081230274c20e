"""Named points on the way from "pay" to "done". Nothing happens there, unless a fault test has come to stop the process."""

from __future__ import annotations

from collections.abc import Callable

_listener: Callable[[str], None] | None = None


def reached(name: str) -> None:
    """Say that the point ``name`` has been reached."""
    if _listener is not None:
        _listener(name)


def listen(listener: Callable[[str], None] | None) -> None:
    """Be told of every point that is reached in this process; None ends it."""
    global _listener  # noqa: PLW0603  # one listener for the whole process is the point of it
    _listener = listener
