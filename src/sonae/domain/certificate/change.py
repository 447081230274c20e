"""What an act would do to a certificate, to the yen, before anybody does it; and which acts are possible at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sonae.domain.certificate.effective import OutsideTerm, effective_date, subjects_of
from sonae.domain.certificate.log import (
    Act,
    Conflict,
    Kind,
    act_to_reverse,
    cancelled_on,
    fields_on,
    find_conflicts,
    live,
)
from sonae.domain.certificate.premium import SchedulePremium, schedule_premium
from sonae.domain.eligibility import Referral, assess
from sonae.domain.period import Term
from sonae.domain.product.definition import Product
from sonae.domain.risk import Risk


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done: on which day, with which fields (flat), or which act, by its number, is to be undone."""

    kind: Kind
    asked_for: date
    patch: Mapping[str, object] = field(default_factory=dict)
    target: int | None = None


class NotPossible(Exception):
    """The certificate's log doesn't allow it; ``code`` says why: cancelled, not_cancelled, nothing_changes, no_such_act,
    first_act, outside_term, unknown_value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as it is on the day on which the act takes effect, and as it will be."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Preview:
    """What will be recorded and what it costs, in whole yen: ``difference`` is charged, or given back where it is negative.

    ``acts`` are the wish and, after it, one for each later day over which a person lets a new value go on. ``totals`` has the
    schedule after each of them. ``referrals`` are the reasons why the next renewal will be looked at by a person; the cover
    runs on.
    """

    acts: tuple[Act, ...]
    totals: tuple[int, ...]
    before: SchedulePremium
    after: SchedulePremium
    changes: tuple[FieldChange, ...]
    conflicts: tuple[Conflict, ...]
    referrals: tuple[Referral, ...]

    @property
    def effective_date(self) -> date:
        return self.acts[0].effective_date

    @property
    def difference(self) -> int:
        return self.after.total - self.before.total


def preview(
    product: Product, log: Collection[Act], term: Term, wish: Wish, *, goes_on: Collection[int] = (), now: datetime
) -> Preview:
    """What the wish would do. ``goes_on`` has the numbers of the later acts whose values the new ones replace as well.

    NotPossible; the log may be empty of nothing but has its first act. Nothing is changed.
    """
    log = tuple(sorted(log, key=lambda act: act.seq))
    first = _act(product, log, term, wish, now)
    conflicts = find_conflicts(log, first.patch, first.effective_date)
    acts = [first, *_carried(first, [one for one in conflicts if one.later_seq in goes_on])]
    before, after = schedule_premium(product, log, term), schedule_premium(product, (*log, *acts), term)
    totals = tuple(schedule_premium(product, (*log, *acts[: count + 1]), term).total for count in range(len(acts)))
    changes = field_changes(log, (*log, *acts), first.effective_date)
    return Preview(tuple(acts), totals, before, after, changes, conflicts, _referrals(product, (*log, *acts), term))


def field_changes(before: Collection[Act], after: Collection[Act], day: date) -> tuple[FieldChange, ...]:
    """The fields that hold otherwise on the day once the log is the second one, by name."""
    was, will_be = fields_on(before, day), fields_on(after, day)
    return tuple(
        FieldChange(name, was.get(name), will_be.get(name))
        for name in sorted(was.keys() | will_be.keys())
        if was.get(name) != will_be.get(name)
    )


def _act(product: Product, log: tuple[Act, ...], term: Term, wish: Wish, now: datetime) -> Act:
    seq = log[-1].seq + 1
    if wish.kind in {Kind.REINSTATEMENT, Kind.REVERSAL}:
        target = _target(log, wish)
        return Act(seq, wish.kind, target.effective_date, now, {}, target.seq)
    ends_on = cancelled_on(log)
    if wish.kind == Kind.CANCELLATION:
        if ends_on is not None:
            raise NotPossible("cancelled")
        return Act(seq, wish.kind, _day(product, ("cancellation",), wish.asked_for, term), now)
    day = _day(product, subjects_of(wish.patch), wish.asked_for, term)
    if ends_on is not None and day >= ends_on:
        raise NotPossible("cancelled")
    _check_values(product, wish.patch)
    holds = fields_on(log, day)
    patch = {name: value for name, value in wish.patch.items() if holds.get(name, "") != value}
    if not patch:
        raise NotPossible("nothing_changes")
    return Act(seq, Kind.CHANGE, day, now, patch)


def _day(product: Product, subjects: Collection[str], asked_for: date, term: Term) -> date:
    try:
        return effective_date(product, subjects, asked_for, term)  # type: ignore[arg-type]  # names of subjects
    except OutsideTerm:
        raise NotPossible("outside_term") from None


def _check_values(product: Product, patch: Mapping[str, object]) -> None:
    sales = patch.get("annual_sales", 0)
    known = (
        patch.get("plan", product.plans[0].code) in {plan.code for plan in product.plans}
        and patch.get("industry", product.industries[0].code) in {industry.code for industry in product.industries}
        and isinstance(sales, int)
        and not isinstance(sales, bool)
        and sales >= 0
    )
    if not known:
        raise NotPossible("unknown_value")


def _target(log: tuple[Act, ...], wish: Wish) -> Act:
    """The act that the new one has to name so that what is wanted comes about."""
    by_seq = {act.seq: act for act in log}
    if wish.kind == Kind.REINSTATEMENT:
        ending = [act for act in live(log) if act.kind == Kind.CANCELLATION]
        if not ending:
            raise NotPossible("not_cancelled")
        return by_seq[act_to_reverse(log, ending[0].seq)]
    wanted = by_seq.get(wish.target or 0)
    if wanted is None:
        raise NotPossible("no_such_act")
    if wanted.kind == Kind.NEW:
        raise NotPossible("first_act")
    target = by_seq[act_to_reverse(log, wanted.seq)]
    undone = replace(target, seq=log[-1].seq + 1, kind=Kind.REVERSAL, patch={}, reverses=target.seq)
    if sum(act.kind == Kind.CANCELLATION for act in live((*log, undone))) > 1:
        raise NotPossible("cancelled")
    return target


def _carried(first: Act, chosen: Collection[Conflict]) -> list[Act]:
    """One act for each later day on which a person lets new values go on."""
    by_day: dict[date, dict[str, object]] = {}
    for conflict in chosen:
        by_day.setdefault(conflict.later_from, {})[conflict.field] = conflict.value
    return [
        replace(first, seq=first.seq + place, effective_date=day, patch=patch)
        for place, (day, patch) in enumerate(sorted(by_day.items()), start=1)
    ]


def _referrals(product: Product, log: tuple[Act, ...], term: Term) -> tuple[Referral, ...]:
    fields = fields_on(log, term.expiry_on)
    return assess(product, Risk(str(fields["industry"]), int(str(fields["annual_sales"]))))
