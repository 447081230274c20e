"""What the card processor says it paid out, laid beside what we know of (docs/algorithms/reconciliation.md).

Yen are whole and signed as they move: a charge comes to us, a refund or a dispute goes from us. Each of our payments is compared
with all lines that name it, once for what was charged, once for what was given back, once for what was disputed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LINE_KINDS = ("charge", "refund", "dispute", "dispute_reversal", "cost")


class Verdict(StrEnum):
    """What is to be said of one comparison."""

    MATCHED = "matched"
    ON_ITS_WAY = "on_its_way"  # ours, and still within its days
    MISSING = "missing"  # ours, and in no file although its days are over
    SURPLUS = "surplus"  # theirs, and not known here
    DIFFERING = "differing"  # both, and not the same sum
    DUPLICATE = "duplicate"  # the same thing of theirs more than once


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a file. ``source_id``: the processor's name for the charge, refund or dispute, ``payment_id``: of the payment."""

    number: int
    line_id: str
    kind: str
    source_id: str
    payment_id: str
    occurred_on: date
    gross_yen: int
    cost_yen: int
    net_yen: int


@dataclass(frozen=True, slots=True)
class PaidOut:
    """One payout of a file with its lines; ``total_yen`` is what the file itself says arrived, None where it says nothing."""

    gateway: str
    payout_id: str
    paid_on: date
    total_yen: int | None
    lines: tuple[FileLine, ...]

    @property
    def gross_yen(self) -> int:
        """What moved for our payments."""
        return sum(line.gross_yen for line in self.lines if line.kind != "cost")

    @property
    def cost_yen(self) -> int:
        """What the processor kept, with a payment or in lines of its own."""
        kept = sum(line.cost_yen for line in self.lines)
        return kept - sum(line.gross_yen for line in self.lines if line.kind == "cost")

    @property
    def net_yen(self) -> int:
        return sum(line.net_yen for line in self.lines)


class PayoutRefused(Exception):
    """The file can't be used, and nothing of it was. ``code`` says why; ``line`` counts from 1 where one line is to blame."""

    def __init__(self, code: str, *, line: int | None = None, detail: str = "") -> None:
        super().__init__(f"{code}{f' in line {line}' if line else ''}{f': {detail}' if detail else ''}")
        self.code, self.line, self.detail = code, line, detail[:80]


def check_payout(payout: PaidOut) -> None:
    """Every line must be gross less cost, and the lines together what the file says arrived. PayoutRefused."""
    for line in payout.lines:
        if line.net_yen != line.gross_yen - line.cost_yen:
            raise PayoutRefused("line_does_not_add_up", line=line.number, detail=line.line_id)
    if not payout.lines:
        raise PayoutRefused("no_lines")
    if payout.total_yen is not None and payout.total_yen != payout.net_yen:
        raise PayoutRefused("wrong_total", detail=f"{payout.total_yen} / {payout.net_yen}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One payment in one respect (charge, refund or dispute). ``repeats``: how often theirs say the same more than once."""

    kind: str
    payment_id: str
    ours_yen: int | None  # None: not known here
    ours_on: date | None
    theirs_yen: int
    theirs_lines: int
    repeats: int = 0

    @property
    def difference_yen(self) -> int:
        """Theirs less ours."""
        return self.theirs_yen - (self.ours_yen or 0)


def judge(one: Comparison, *, today: date, due_days: int) -> Verdict:
    """What is to be said. What is ours has ``due_days`` calendar days to appear in a file."""
    if not one.ours_yen:
        return Verdict.SURPLUS if one.theirs_lines else Verdict.MATCHED
    if not one.theirs_lines:
        is_due = one.ours_on is not None and today > one.ours_on + timedelta(days=due_days)
        return Verdict.MISSING if is_due else Verdict.ON_ITS_WAY
    if one.repeats:
        return Verdict.DUPLICATE
    return Verdict.MATCHED if one.theirs_yen == one.ours_yen else Verdict.DIFFERING


def compare(ours: Iterable[tuple[str, str, date, int]], theirs: Iterable[FileLine]) -> tuple[Comparison, ...]:
    """Every comparison there is: ours as (kind, payment id, day, yen), theirs as lines. Nothing is left out on either side."""
    known: dict[tuple[str, str], tuple[date, int]] = {}
    for kind, payment_id, on, yen in ours:
        before = known.get((kind, payment_id))
        known[kind, payment_id] = (max(on, before[0]), before[1] + yen) if before else (on, yen)
    told: dict[tuple[str, str], list[FileLine]] = {}
    for line in theirs:
        if line.kind != "cost":
            told.setdefault((respect(line.kind), line.payment_id), []).append(line)
    found = []
    for key in sorted(known.keys() | told.keys()):
        mine, lines = known.get(key), told.get(key, [])
        found.append(
            Comparison(
                *key,
                ours_yen=mine[1] if mine else None,
                ours_on=mine[0] if mine else None,
                theirs_yen=sum(line.gross_yen for line in lines),
                theirs_lines=len(lines),
                repeats=_repeats(lines),
            )
        )
    return tuple(found)


def _repeats(lines: Sequence[FileLine]) -> int:
    """Lines beyond the first for one source. A bank that changes its mind takes again what a reversal has brought back."""
    kinds = Counter(line.kind for line in lines)
    if kinds["dispute_reversal"]:
        return max(0, kinds["dispute"] - kinds["dispute_reversal"] - len({line.source_id for line in lines}))
    return len(lines) - len({(line.kind, line.source_id) for line in lines})


def respect(kind: str) -> str:
    """In which respect a line is compared: what a dispute took and what its end brought back are one."""
    return "dispute" if kind == "dispute_reversal" else kind
