"""A paid cover that runs from 1 December 2026, and what people want done to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.change_cover import carry_out_paid_change, preview_change, request_change
from sonae.apps.parties.models import Member, User
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind
from tests import clock
from tests.web.holdings import give_paid_cover

STARTS_ON = date(2026, 12, 1)
IN_MARCH = datetime(2027, 3, 10, 10, tzinfo=clock.MORNING.tzinfo)
APPLICANT = {
    "name": "青木工務店", "kana": "アオキコウムテン", "representative": "青木 花", "corporate_number": "7000012050002",
    "postcode": "100-0001", "prefecture": "東京都", "city": "千代田区千代田", "street": "1-1", "building": "",
    "telephone": "03-1234-5678",
}  # fmt: skip


def give_cover(member: Member, **fields: object) -> Certificate:
    """The 100 million yen plan for 64,940 yen, paid by a VISA card that ends in 4242."""
    with clock.at(clock.MORNING):
        return give_paid_cover(member, STARTS_ON, applicant=APPLICANT, **fields)


def wish(kind: Kind, day: date, target: int | None = None, **patch: object) -> Wish:
    """``insured_name`` stands for the field "insured.name"."""
    return Wish(kind, day, {name.replace("_", ".", 1) if name.startswith(("insured_", "applicant_")) else name: value
                            for name, value in patch.items()}, target)  # fmt: skip


def ask(
    certificate: Certificate,
    wanted: Wish,
    *,
    key: str = "",
    user: User | None = None,
    actor: str = "user:0",
    decisions: Mapping[int, bool] | None = None,
    reason: str = "お申し出のため",
    language: str = "ja",
) -> ChangeRequest:
    """As it was previewed a moment before."""
    certificate = Certificate.objects.get(pk=certificate.pk)
    now, decided = clock.now(), decisions or {}
    shown = preview_change(certificate=certificate, wish=wanted, decisions=decided, now=now)
    seen = max(entry.seq for entry in certificate.transactions.all())
    return request_change(
        key=key or f"test:{certificate.pk}:{seen}", certificate_id=certificate.pk, wish=wanted, decisions=decided,
        seen_seq=seen, seen_difference=shown.difference, actor=f"user:{user.pk}" if user else actor, user=user,
        reason=reason, language=language, now=now,
    )  # fmt: skip


def pay_for(request: ChangeRequest) -> Payment:
    """Its additional premium is captured, and what was asked for is recorded."""
    now = clock.now()
    payment = Payment.objects.create(
        key=f"pay:{request.public_id[:20]}", purpose=f"change:{request.public_id}", member=request.certificate.member,
        charge_yen=request.difference_yen, gateway="memory", state="captured", session_id=request.public_id[:20],
        brand="jcb", last4="0505", created_at=now, changed_at=now, captured_at=now,
    )  # fmt: skip
    carry_out_paid_change(request=request, payment=payment, now=now)
    return payment
