"""What one tool made of one target."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """``agent`` is the name under which the requests were counted.

    ``problem`` says why the run proves nothing, ``note`` what it did not try to the end.
    """

    tool: str
    target: str
    agent: str
    findings: tuple[str, ...]
    problem: str
    note: str = ""
