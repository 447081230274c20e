"""What reached a server, counted by the server itself: who asked, with which method, what it was answered.

The tools say little of what they did. Each of their runs calls itself by a name of its own in ``User-Agent``, and one line a
request stands in the file that ``ATTACK_VISITS`` names.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.http import HttpRequest, HttpResponse

FILE = "ATTACK_VISITS"


def note(agent: str, method: str, status: int) -> None:
    """One line. Short lines that are appended stay whole, from however many threads and processes they come."""
    with Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
        file.write(f"{agent.split(maxsplit=1)[0] if agent.strip() else '-'} {method} {status}\n")


class Visits:
    """Django's middleware, outermost: it sees every answer, the pages of faults too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._get_response(request)
        note(request.headers.get("User-Agent", ""), request.method or "", answer.status_code)
        return answer


@dataclass
class Visited:
    """The requests of one run of a tool, by status."""

    by_status: Counter[int] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        return self.by_status.total()

    @property
    def faults(self) -> int:
        """Answers that no input may ever bring about. 503 is an answer in words: the card processor is away."""
        return sum(count for status, count in self.by_status.items() if status >= 500 and status != 503)


def read(file: Path) -> dict[str, Visited]:
    """Everybody who came, by name."""
    seen: dict[str, Visited] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        agent, _, status = line.split(" ")
        seen.setdefault(agent, Visited()).by_status[int(status)] += 1
    return seen
