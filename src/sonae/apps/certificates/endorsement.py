"""The papers of what was just recorded on a paid certificate: the endorsement, and the certificate's next edition.

Their facts are frozen in the transaction that records, so no later act changes what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sonae.apps.billing.models import Payment, Refund
from sonae.apps.certificates.certificate_paper import issue_edition
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.endorsement_facts import (
    EndorsedChange,
    EndorsedMonths,
    EndorsementFacts,
    ReturnLine,
)
from sonae.apps.documents.facts import Frame, exact_yen
from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_paper
from sonae.apps.parties.models import User
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at
from sonae.domain.certificate.change import Preview, field_changes
from sonae.domain.certificate.effective import effective_moment
from sonae.domain.certificate.log import Act, Kind, cancelled_on, fields_on
from sonae.domain.certificate.premium import RatedStretch, SchedulePremium, begun_months
from sonae.domain.certificate.words import KIND_NAMES, field_name, field_value, in_shown_order
from sonae.domain.money import round_half_up
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

BY_THE_SYSTEM = Text("システム", "The system")
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded, and what moves with it. ``before`` is the log without it."""

    certificate: Certificate
    before: tuple[Act, ...]
    preview: Preview
    refunds: Sequence[Refund]
    payment: Payment | None
    actor: str
    reason: str
    language: str
    now: datetime

    @property
    def after(self) -> tuple[Act, ...]:
        return (*self.before, *self.preview.acts)


def issue_change_papers(recorded: Recorded) -> Paper:
    """The endorsement, numbered by the first act that it tells of; with it goes a new edition of the certificate."""
    certificate, first = recorded.certificate, recorded.preview.acts[0]
    paper = issue_paper(
        key=f"{Paper.Kind.ENDORSEMENT}:{certificate.number}:{first.seq}",
        kind=Paper.Kind.ENDORSEMENT,
        member=certificate.member,
        product_version=certificate.scheme_year.product_version,
        language=recorded.language,
        file_name=f"{certificate.number}-{first.seq}_異動承認書.pdf",
        facts=_facts(recorded).as_dict(),
        now=recorded.now,
    )
    issue_edition(
        certificate=certificate,
        log=recorded.after,
        after=recorded.preview.after,
        day=recorded.preview.acts[-1].effective_date,
        language=recorded.language,
        now=recorded.now,
    )
    return paper


def asked_by(actor: str) -> Text:
    """Who asked for it, as the member reads it: one of its own people by address, staff by their organisation."""
    kind, _, number = actor.partition(":")
    known = kind == "user" and number.isascii() and number.isdigit()
    user = User.objects.select_related("organisation").filter(pk=number).first() if known else None
    if user is None:
        return BY_THE_SYSTEM
    if user.organisation is not None:
        return Text(f"事務局（{user.organisation.name_ja}）", f"The desk ({user.organisation.name_en})")
    return Text(f"加入者（{user.email}）", f"Member ({user.email})")


def changed_rows(product: Product, before: tuple[Act, ...], acts: Sequence[Act]) -> tuple[EndorsedChange, ...]:
    """Each field as it is and as it will be, act by act; an act that undoes another tells what holds again."""
    rows: list[EndorsedChange] = []
    for place, act in enumerate(acts):
        log = (*before, *acts[:place])
        for change in sorted(
            field_changes(log, (*log, act), act.effective_date), key=lambda one: in_shown_order(one.field)
        ):
            moment = effective_moment(product, (change.field,), act.effective_date)
            rows.append(
                EndorsedChange(
                    field_name(change.field),
                    field_value(product, change.field, change.before),
                    field_value(product, change.field, change.after),
                    moment or act.effective_date,
                )
            )
    return tuple(rows)


def _facts(recorded: Recorded) -> EndorsementFacts:
    certificate, shown = recorded.certificate, recorded.preview
    version = certificate.scheme_year.product_version
    product, first = product_of(version), shown.acts[0]
    returned = tuple(ReturnLine(one.payment.brand, one.payment.last4, one.refund_yen) for one in recorded.refunds)
    owed_back = max(-shown.difference, 0)
    ended, was_ended = cancelled_on(recorded.after), cancelled_on(recorded.before)
    rules = product.transactions
    return EndorsementFacts(
        frame=Frame.of(product, version.digest),
        endorsement_number=f"{certificate.number}-{first.seq}",
        certificate_number=certificate.number,
        group_policy_number=product.group_policy_number,
        made_at=recorded.now,
        insured_name=str(fields_on(recorded.after, first.effective_date).get("insured.name", "")),
        kind=first.kind,
        kind_name=KIND_NAMES[Kind(first.kind)],
        changes=changed_rows(product, recorded.before, shown.acts),
        ends_at=cover_starts_at(product.calendar, ended) if ended and ended != was_ended else None,
        goes_on_until=cover_starts_at(product.calendar, shown.after.term.expiry_on)
        if was_ended and not ended
        else None,
        term_from=cover_starts_at(product.calendar, certificate.starts_on),
        term_until=cover_starts_at(product.calendar, ended or shown.after.term.expiry_on),
        premium_before=shown.before.total,
        premium_after=shown.after.total,
        difference=shown.difference,
        months_before=_months(product, shown.before),
        months_after=_months(product, shown.after),
        kept_months=begun_months(certificate.starts_on, ended) if ended else 0,
        rounding_unit=product.rounding_unit,
        minimum_retained=rules.minimum_retained if shown.after.minimum_applies else 0,
        returns=returned,
        unreturned_yen=owed_back - sum(one.return_yen for one in returned),
        paid_brand=recorded.payment.brand if recorded.payment else "",
        paid_last4=recorded.payment.last4 if recorded.payment else "",
        reason=recorded.reason,
        asked_by=asked_by(recorded.actor),
    )


def _months(product: Product, schedule: SchedulePremium) -> tuple[EndorsedMonths, ...]:
    """The stretches that cost something, those after a cancellation cut off."""
    ends = schedule.cancelled_on
    last = begun_months(schedule.term.start_on, ends) if ends else schedule.stretches[-1].to_month
    return tuple(
        _line(product, piece, last) for piece in schedule.stretches if piece.from_month < min(piece.to_month, last)
    )


def _line(product: Product, piece: RatedStretch, last: int) -> EndorsedMonths:
    months = min(piece.to_month, last) - piece.from_month
    share = Fraction(piece.annual_premium * months, 12)
    cut = Fraction(round_half_up(share * HUNDRED), HUNDRED)
    plan = next(plan.name for plan in product.plans if plan.code == piece.plan_code)
    return EndorsedMonths(
        piece.term.start_on, piece.term.expiry_on, months, plan, piece.annual_premium, exact_yen(cut), cut != share
    )
