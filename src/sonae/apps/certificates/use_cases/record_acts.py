"""Record what was previewed: the acts, their charges and bookings, and what goes back to the card. One path for every kind."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book_charge, book_payment
from sonae.apps.billing.models import Allocation, Charge, Payment, Refund
from sonae.apps.billing.use_cases.return_premium import return_premium
from sonae.apps.certificates.act_mails import write_change_mails
from sonae.apps.certificates.endorsement import Recorded, issue_change_papers
from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.domain.certificate.change import Preview
from sonae.domain.certificate.log import cancelled_on


class ScheduleDiffers(Exception):
    """What was posted is not what the log costs: nothing more is posted until a person has found out why."""


def record_acts(
    *,
    certificate: Certificate,
    preview: Preview,
    payment: Payment | None,
    actor: str,
    reason: str,
    language: str,
    now: datetime,
) -> list[Transaction]:
    """The recorded acts. The caller holds the certificate's lock and made the preview under it; ``payment`` has been captured
    for exactly the difference, where that is above nought. Papers and mails are in ``language``.

    IntegrityError where the cover would overlap another of this member (a reinstatement after a new one was bought).
    """
    log = list(certificate.transactions.all())
    by_seq = {entry.seq: entry for entry in log}
    posted = log[-1].total_premium_after
    if posted != preview.before.total:
        raise ScheduleDiffers(f"{certificate.number}: posted {posted}, schedule {preview.before.total}")
    recorded: list[Transaction] = []
    for act, total in zip(preview.acts, preview.totals, strict=True):
        key = f"act:{certificate.number}:{act.seq}"
        charge = _charge(certificate, key, total - posted, now=now) if total != posted else None
        entry = Transaction.objects.create(
            certificate=certificate,
            seq=act.seq,
            kind=act.kind,
            effective_date=act.effective_date,
            recorded_at=now,
            patch=dict(act.patch),
            actor=actor,
            reason=reason,
            rating_digest=certificate.scheme_year.product_version.digest,
            total_premium_after=total,
            premium_difference=total - posted,
            charge=charge,
            reverses=by_seq[act.reverses] if act.reverses is not None else None,
        )
        recorded.append(entry)
        posted = total
        record(now=now, actor=actor, action=f"certificate.{act.kind}", object_kind="certificate",
               object_id=certificate.number, seq=act.seq, difference_yen=entry.premium_difference)  # fmt: skip
    ends_on = cancelled_on(acts_of([*log, *recorded]))
    if certificate.cancelled_on != ends_on:
        certificate.cancelled_on = ends_on
        certificate.save(update_fields=["cancelled_on"])
    refunds = _settle(certificate, recorded, preview.difference, payment, now=now)
    told = Recorded(certificate, acts_of(log), preview, refunds, payment, actor, reason, language, now)
    issue_change_papers(told)
    write_change_mails(told)
    return recorded


def _charge(certificate: Certificate, key: str, difference: int, *, now: datetime) -> Charge:
    charge = Charge.objects.create(key=key, member=certificate.member, charge_yen=difference, recorded_at=now)
    book_charge(charge, description="追加保険料" if difference > 0 else "返戻保険料", now=now)
    return charge


def _settle(
    certificate: Certificate, recorded: list[Transaction], difference: int, payment: Payment | None, *, now: datetime
) -> list[Refund]:
    """The refunds that were written down."""
    if difference < 0:
        return return_premium(
            key=f"act:{certificate.number}:{recorded[0].seq}",
            member=certificate.member,
            charge_ids=_charge_ids(certificate),
            return_yen=-difference,
            now=now,
        )
    if payment is not None:
        _allocate(
            payment, [entry.charge for entry in recorded if entry.charge and entry.premium_difference > 0], now=now
        )
        book_payment(payment, now=now)
    return []


def _charge_ids(certificate: Certificate) -> list[int]:
    """All charges of this certificate; what was allocated to them tells which cards paid for it."""
    charges = Transaction.objects.filter(certificate=certificate, charge__isnull=False)
    return list(charges.values_list("charge_id", flat=True))


def _allocate(payment: Payment, charges: list[Charge], *, now: datetime) -> None:
    left = payment.charge_yen
    for charge in charges:
        part = min(left, charge.charge_yen)
        if part > 0:
            Allocation.objects.create(payment=payment, charge=charge, allocated_yen=part, recorded_at=now)
            left -= part
