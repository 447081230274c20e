"""Certificates as logs of acts, written short, and random ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from sonae.domain.calendar import JAPAN, possible_starts
from sonae.domain.certificate.log import Act, Kind, act_to_reverse, live
from sonae.domain.period import Term
from tests.domain.versions import AFTER, product

YEAR = Term(date(2026, 12, 1), date(2027, 12, 1))
FIRST = {"plan": "P100", "industry": "other_services", "annual_sales": 5_000_000, "insured.name": "株式会社みほん"}
EPOCH = datetime(2026, 11, 1, 9, tzinfo=JAPAN)
PLANS, INDUSTRIES = ("P100", "P300", "P500"), ("other_services", "manufacturing", "information", "medical")


def at(minutes: int) -> datetime:
    """Moments in the order of their minutes."""
    return EPOCH + timedelta(minutes=minutes)


def new(starts_on: date = YEAR.start_on, **fields: object) -> Act:
    """The first act; ``fields`` replace the usual ones."""
    return Act(1, Kind.NEW, starts_on, at(0), {**FIRST, **fields})


def change(seq: int, day: date, patch: Mapping[str, object], *, minutes: int | None = None) -> Act:
    """A change that takes effect on the day; recorded in the order of the numbers, if not said otherwise."""
    return Act(seq, Kind.CHANGE, day, at(seq if minutes is None else minutes), patch)


def cancellation(seq: int, day: date) -> Act:
    return Act(seq, Kind.CANCELLATION, day, at(seq))


def undoing(seq: int, target: Act) -> Act:
    kind = Kind.REINSTATEMENT if target.kind == Kind.CANCELLATION else Kind.REVERSAL
    return Act(seq, kind, target.effective_date, at(seq), {}, target.seq)


patches = st.dictionaries(st.sampled_from(["plan", "industry", "annual_sales", "insured.name"]), st.just(None), min_size=1).flatmap(
    lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names})
)  # fmt: skip
VALUES: dict[str, st.SearchStrategy[object]] = {
    "plan": st.sampled_from(PLANS),
    "industry": st.sampled_from(INDUSTRIES),
    "annual_sales": st.integers(0, 300_000_000),
    "insured.name": st.sampled_from(["株式会社みほん", "みほん商店", "Mihon K.K."]),
}
starts = st.sampled_from(possible_starts(product(AFTER).calendar, YEAR))


@st.composite
def logs(draw: st.DrawFn, *, most: int = 8) -> tuple[Term, tuple[Act, ...]]:
    """A certificate's term and a log that could have come about: changes, cancellations, and acts undone and brought back."""
    term = Term(draw(starts), YEAR.expiry_on)
    acts = [new(term.start_on)]
    days = st.dates(term.start_on, term.expiry_on - timedelta(days=1))
    for seq in range(2, draw(st.integers(1, most)) + 1):
        cancelled = [act for act in live(acts) if act.kind == Kind.CANCELLATION]
        kinds = [Kind.CHANGE, Kind.REINSTATEMENT] if cancelled else [Kind.CHANGE, Kind.CANCELLATION]
        undoable = [act for act in acts[1:] if act.kind in {Kind.CHANGE, Kind.REVERSAL}]
        kind = draw(st.sampled_from([*kinds, Kind.REVERSAL] if undoable else kinds))
        if kind == Kind.CHANGE:
            acts.append(change(seq, draw(days), draw(patches)))
        elif kind == Kind.CANCELLATION:
            acts.append(cancellation(seq, draw(days)))
        else:
            wanted = cancelled[0] if kind == Kind.REINSTATEMENT else draw(st.sampled_from(undoable))
            target = next(act for act in acts if act.seq == act_to_reverse(acts, wanted.seq))
            acts.append(Act(seq, kind, target.effective_date, at(seq), {}, target.seq))
    return term, tuple(acts)
