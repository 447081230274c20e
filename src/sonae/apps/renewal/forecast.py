"""What a turn would bring, counted and not written: every certificate judged, and a sample answered and undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from time import perf_counter

from django.db import transaction

from sonae.apps.renewal.answer_chunk import answer_chunk, sort_out
from sonae.apps.renewal.expiring import read_expiring
from sonae.apps.renewal.judging import Judged, judge
from sonae.apps.renewal.runs import CHUNK, expiring_certificates
from sonae.apps.renewal.tally import Tally
from sonae.apps.renewal.years import Turn
from sonae.domain.calendar import japan_date

SAMPLE = 1_000  # enough to measure the rate, and few enough that nobody waits for the locks


@dataclass
class Forecast:
    """Counts and annual yen; seconds as measured on this machine with one worker."""

    expiring: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    problem_examples: list[dict[str, object]] = field(default_factory=list)
    already: int = 0
    renewed: int = 0
    cancelled: int = 0
    without_address: int = 0
    dearer: int = 0
    cheaper: int = 0
    yen_before: int = 0
    yen_after: int = 0
    sample: int = 0
    sample_seconds: float = 0.0

    def add(self, judged: Judged) -> None:
        """Count what was judged."""
        self.cancelled += judged.cancelled
        for problem in judged.problems:
            self.problems[problem.reason] += 1
            if len(self.problem_examples) < 20:
                self.problem_examples.append({"certificate": problem.certificate_id, "detail": problem.detail})
        for answer in judged.answers:
            self.decisions[answer.decision] += 1
            self.reasons.update(answer.reasons)
            self.without_address += not answer.expiring.recipient
            if answer.decision == "offered":
                self.yen_before += answer.premium_before
                self.yen_after += answer.premium
                self.dearer += answer.premium > answer.premium_before
                self.cheaper += answer.premium < answer.premium_before

    @property
    def letters(self) -> int:
        return sum(self.decisions.values())

    @property
    def minutes(self) -> float | None:
        """For all letters, at the rate of the sample; None where nothing was there to measure."""
        return self.letters * self.sample_seconds / self.sample / 60 if self.sample else None

    def as_dict(self) -> dict[str, object]:
        minutes = self.minutes
        return {
            "expiring": self.expiring, **{name: self.decisions[name] for name in ("offered", "left", "referred")},
            "reasons": dict(self.reasons), "problems": dict(self.problems), "problem_examples": self.problem_examples,
            "already": self.already, "renewed": self.renewed, "cancelled": self.cancelled, "letters": self.letters,
            "mails": self.letters - self.without_address, "dearer": self.dearer, "cheaper": self.cheaper,
            "yen_before": self.yen_before, "yen_after": self.yen_after, "sample": self.sample,
            "minutes": None if minutes is None else round(minutes, 2),
        }  # fmt: skip


def forecast(turn: Turn, *, now: datetime, chunk: int = CHUNK) -> Forecast:
    """Go through every certificate and write nothing that stays."""
    found = Forecast()
    for counted, judged in judge_all(turn, today=japan_date(now), chunk=chunk):
        _count(found, counted)
        found.add(judged)
    _measure(found, turn, now)
    return found


def judge_all(turn: Turn, *, today: date, chunk: int = CHUNK) -> Iterator[tuple[Tally, Judged]]:
    """Every certificate that expires, a chunk at a time: the count of those that want no answer, and the answers of the others."""
    for ids in _chunks(turn, chunk):
        undone, counted = sort_out(read_expiring(ids, turn=turn, today=today), turn=turn)
        yield counted, judge(undone, turn=turn, today=today)[0]


def _chunks(turn: Turn, size: int) -> Iterator[list[int]]:
    last = 0
    while ids := list(_next(turn, last, size)):
        yield ids
        last = ids[-1]


def _next(turn: Turn, after: int, size: int) -> Iterable[int]:
    chosen = expiring_certificates(turn.expiring).filter(pk__gt=after).order_by("pk")
    return chosen.values_list("pk", flat=True)[:size]


def _count(found: Forecast, counted: Tally) -> None:
    found.expiring += counted.seen
    found.already += counted.already
    found.renewed += counted.renewed
    found.cancelled += counted.cancelled


def _measure(found: Forecast, turn: Turn, now: datetime) -> None:
    """Answer a sample as the run would, and take everything back: offers, letters, mails, what was set aside, jobs."""
    ids = list(_next(turn, 0, SAMPLE))
    with transaction.atomic():
        began = perf_counter()
        found.sample = answer_chunk(ids, turn=turn, now=now).made
        found.sample_seconds = perf_counter() - began
        transaction.set_rollback(True)
