"""A preview as a page shows it: what changes, to the yen, with the months behind it, and what a person has to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sonae.apps.certificates.endorsement import changed_rows
from sonae.apps.documents.endorsement_facts import EndorsedChange
from sonae.domain.calendar import cover_starts_at
from sonae.domain.certificate.change import Preview
from sonae.domain.certificate.log import Act, Conflict, cancelled_on
from sonae.domain.certificate.premium import SchedulePremium, begun_months
from sonae.domain.certificate.words import field_name, field_value
from sonae.domain.eligibility import Referral
from sonae.domain.product.definition import Product
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class MonthsRow:
    """Months in which nothing changes. ``exact`` is their premium in yen, not rounded."""

    from_on: date
    until_on: date
    months: int
    plan: Text
    annual_premium: int
    exact: Fraction


@dataclass(frozen=True, slots=True)
class Decision:
    """A later act on the same fields: does its value hold from its day on, or does the new one go on?"""

    seq: int
    from_on: date
    rows: tuple[tuple[Text, Text, Text], ...]  # field, the new value, the later act's value
    decided: str  # "stay", "replace" or nothing yet

    @property
    def name(self) -> str:
        return f"decide_{self.seq}"


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """Everything that the page of a preview says of it."""

    preview: Preview
    changes: tuple[EndorsedChange, ...]
    before: tuple[MonthsRow, ...]
    after: tuple[MonthsRow, ...]
    ends_at: datetime | None
    goes_on_until: datetime | None
    decisions: tuple[Decision, ...]
    minimum_retained: int  # yen, where it applies

    @property
    def difference(self) -> int:
        return self.preview.difference

    @property
    def referrals(self) -> Sequence[Referral]:
        return self.preview.referrals

    @property
    def return_yen(self) -> int:
        return max(-self.preview.difference, 0)


def show_preview(product: Product, log: Iterable[Act], preview: Preview, decided: Mapping[int, bool]) -> ShownPreview:
    """``log`` is the certificate's before the acts of the preview."""
    log = tuple(log)
    was, ends_on = cancelled_on(log), cancelled_on((*log, *preview.acts))
    changed = was != ends_on
    calendar = product.calendar
    return ShownPreview(
        preview=preview,
        changes=changed_rows(product, log, preview.acts),
        before=months_of(product, preview.before),
        after=months_of(product, preview.after),
        ends_at=cover_starts_at(calendar, ends_on) if changed and ends_on else None,
        goes_on_until=cover_starts_at(calendar, preview.after.term.expiry_on) if changed and not ends_on else None,
        decisions=_decisions(product, preview.conflicts, decided),
        minimum_retained=product.transactions.minimum_retained if preview.after.minimum_applies else 0,
    )


def months_of(product: Product, schedule: SchedulePremium) -> tuple[MonthsRow, ...]:
    """The stretches that cost something; after a cancellation nothing does."""
    ends = schedule.cancelled_on
    last = begun_months(schedule.term.start_on, ends) if ends else schedule.stretches[-1].to_month
    rows = []
    for piece in schedule.stretches:
        months = min(piece.to_month, last) - piece.from_month
        if months > 0:
            share = Fraction(piece.annual_premium * months, 12)
            plan = field_value(product, "plan", piece.plan_code)
            rows.append(MonthsRow(piece.term.start_on, piece.term.expiry_on, months, plan, piece.annual_premium, share))
    return tuple(rows)


def _decisions(product: Product, conflicts: Iterable[Conflict], decided: Mapping[int, bool]) -> tuple[Decision, ...]:
    by_act: dict[tuple[int, date], list[tuple[Text, Text, Text]]] = {}
    for one in conflicts:
        new, later = (field_value(product, one.field, value) for value in (one.value, one.later_value))
        by_act.setdefault((one.later_seq, one.later_from), []).append((field_name(one.field), new, later))
    words = {True: "replace", False: "stay"}
    return tuple(
        Decision(seq, from_on, tuple(rows), words[decided[seq]] if seq in decided else "")
        for (seq, from_on), rows in sorted(by_act.items(), key=lambda item: (item[0][1], item[0][0]))
    )
