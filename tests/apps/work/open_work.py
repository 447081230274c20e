"""One open item of each kind, as the work itself would have left it, and the same done: for whoever looks at the queue."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sonae.apps.audit.models import SecondLook
from sonae.apps.billing.models import Dispute, HandReturn, Payment, Posting, Receivable, Refund, WriteOff
from sonae.apps.billing.queries import Matter, list_money_to_look_at
from sonae.apps.billing.use_cases.owe_again import owe_again
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation, DataRequest, RegisteredRequest
from sonae.apps.contact.use_cases.register_request import register_asked
from sonae.apps.membership.models import Feed, FreeCoverRun
from sonae.apps.parties.models import Member, User
from sonae.apps.people.models import SolicitorRegistration
from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.apps.renewal.models import ParkedCertificate
from sonae.apps.reporting.payout_items import list_payout_items, open_items
from sonae.apps.work.queue import Queue, Viewer
from sonae.domain.staff_rights import Party, Position, Right, rights_of
from sonae.domain.work import WorkKind
from tests import cast, clock
from tests.apps.contact.asking import register
from tests.web.feeds_on_file import enter_feed
from tests.web.holdings import give_paid_cover, tell

K = WorkKind


def queue_of(user: User, *rights: Right) -> Queue:
    """As that person of the staff sees it now, with the rights of a clerk of their organisation unless others are named."""
    assert user.organisation is not None
    held = frozenset(rights) or rights_of(
        party=Party(user.organisation.role), positions=[Position.CLERK], registration=None, on=clock.now().date()
    )
    viewer = Viewer.of(user_id=user.pk, organisation_id=user.organisation_id, rights=held)
    product = current_product(clock.now().date(), published_versions())
    return Queue(viewer, product.contact if product else None, clock.now())


def new_member() -> Member:
    return cast.enter_member(f"8{secrets.randbelow(10**7):07d}", "basic", "例示商会", email="old@sample.example")


def new_payment(state: str = "captured", member: Member | None = None, **given: Any) -> Payment:
    key = secrets.token_hex(8)
    fields: dict[str, Any] = {
        "key": key, "purpose": f"enrol:{key}", "member": member or new_member(), "charge_yen": 64_940, "gateway": "memory",
        "state": state, "session_id": key, "created_at": clock.now(), "changed_at": clock.now(),
    }  # fmt: skip
    return Payment.objects.create(**{**fields, **given})


def consultation(kind: str, **given: Any) -> Consultation:
    token = secrets.token_hex(10)
    fields: dict[str, Any] = {
        "token": token, "number": f"Q-{token[:8]}", "form_key": token, "kind": kind,
        "product_version": ProductVersion.objects.latest("effective_date"), "name": "例示 花子", "firm": "例示園芸",
        "email": "x@sample.example", "telephone": "03-0000-0001", "preferred_time": "any", "message": "いつから入れますか",
        "industry": "medical", "language": "ja", "shown": {}, "shown_digest": "x", "received_at": clock.now(),
    }  # fmt: skip
    return Consultation.objects.create(**{**fields, **given})


def referral() -> Consultation:
    asked = consultation("referral")
    Consent.objects.create(
        consultation=asked, recipient="agency", recipient_name="x", text={}, digest="x", given_at=clock.now()
    )
    return asked


def receivable() -> Receivable:
    payment = new_payment(captured_at=clock.now(), payment_id=secrets.token_hex(6))
    return owe_again(
        key=f"dispute:1:payment:{payment.key}:lost", payment=payment, receivable_yen=24_000,
        reason=Receivable.Reason.DISPUTE_LOST, from_account=Posting.Account.DISPUTED, now=clock.now(),
    )  # fmt: skip


def write_off(state: str = "waiting", owed: Receivable | None = None, yen: int = 9_000) -> WriteOff:
    return WriteOff.objects.create(
        receivable=owed or receivable(), write_off_yen=yen, reason="x", state=state, asked_by="user:0",
        asked_at=clock.now(),
    )  # fmt: skip


def covered() -> Certificate:
    return give_paid_cover(new_member(), date(2026, 12, 1), paid_at=clock.now())


def conflict() -> ChangeRequest:
    """A dearer plan waits for its payment; meanwhile another plan was recorded."""
    certificate = covered()
    asked = ChangeRequest.objects.create(
        key=secrets.token_hex(8), public_id=secrets.token_hex(8), certificate=certificate, kind="change",
        asked_for=date(2027, 3, 1), patch={"plan": "P500"}, decisions={}, seen_seq=1, difference_yen=100, actor="x",
        reason="x", language="ja", state="waiting", asked_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    act_on(certificate, 2, {"plan": "P300"})
    return asked


def act_on(certificate: Certificate, seq: int, patch: dict[str, object]) -> None:
    Transaction.objects.create(
        certificate=certificate, seq=seq, kind="change", effective_date=date(2027, 2, 1), recorded_at=clock.now(),
        patch=patch, actor="x", rating_digest="x", total_premium_after=0, premium_difference=0,
    )  # fmt: skip


def data_request(**wanted: str) -> RegisteredRequest:
    """A correction that a member's person asked for on the portal."""
    key = secrets.token_hex(8)
    user = User.objects.filter(organisation=None).first() or cast.enter_person(f"{key}@sample.example")
    asked = DataRequest.objects.create(
        number=f"D-{key[:8]}", form_key=key, kind="correction", member=new_member(), user=user, held={}, wanted=wanted,
        message="", language="ja", received_at=clock.now(),
    )  # fmt: skip
    return register_asked(asked=asked, now=clock.now())


def second_look(kind: str = "feed.release") -> SecondLook:
    return SecondLook.objects.create(
        kind=kind, object_id=secrets.token_hex(4), reason="x", asked_by="user:0", asked_at=clock.now(),
        facts={"contents": "members", "rows": 2},
    )  # fmt: skip


def registration(last_day: date = date(2026, 12, 31), party: str = "operator") -> SolicitorRegistration:
    user = cast.enter_staff(party, "solicitor", email=f"{secrets.token_hex(4)}@{party}.example")
    SolicitorRegistration.objects.filter(user=user).update(last_day=last_day)
    return SolicitorRegistration.objects.get(user=user)


def parked_offer() -> ParkedCertificate:
    year = SchemeYear.objects.get(start_on=date(2026, 12, 1))
    return ParkedCertificate.objects.create(
        scheme_year=year, certificate=covered(), reason="not_rated", parked_at=clock.now()
    )


def parked_round() -> FreeCoverRun:
    year = SchemeYear.objects.get(start_on=date(2026, 12, 1))
    return FreeCoverRun.objects.create(
        key=secrets.token_hex(8), cause="turn", scheme_year=year, state="parked", started_at=clock.now(), before={},
        finished_at=clock.now(), after={},
    )  # fmt: skip


ENTER: dict[WorkKind, Callable[[], Any]] = {
    K.CALLBACK: lambda: consultation("callback"),
    K.QUESTION: lambda: consultation("question"),
    K.REFERRAL: referral,
    K.FEED_HELD: lambda: enter_feed(Feed.State.HELD),
    K.FEED_CHECKED: lambda: enter_feed(Feed.State.CHECKED),
    K.ROUND_PARKED: parked_round,
    K.OFFER_PARKED: parked_offer,
    K.PAYMENT: lambda: new_payment("person"),
    K.DISPUTE: lambda: Dispute.objects.create(
        payment=new_payment(), dispute_id=secrets.token_hex(4), dispute_yen=64_940, state="open", opened_at=clock.now()
    ),
    K.REFUND: lambda: Refund.objects.create(
        key=secrets.token_hex(8), payment=new_payment(), refund_yen=500, reason="x", created_at=clock.now()
    ),
    K.HAND_RETURN: lambda: HandReturn.objects.create(
        key=secrets.token_hex(8), member=new_member(), return_yen=7_000, recorded_at=clock.now()
    ),
    K.RECEIVABLE: receivable,
    K.WRITE_OFF: lambda: write_off(yen=24_000),  # of the whole, so that nothing else waits
    K.CONFLICT: conflict,
    K.CORRECTION: lambda: data_request(email="new@sample.example"),
    K.ERASURE: lambda: register(kind="deletion"),
    K.SECOND_LOOK: second_look,
    K.REGISTRATION: registration,
}
FINISH: dict[WorkKind, Callable[[int], object]] = {
    K.REFERRAL: lambda pk: ConsentWithdrawal.objects.create(
        consent=Consent.objects.get(consultation=pk), withdrawn_at=clock.now()
    ),
    K.FEED_HELD: lambda pk: Feed.objects.filter(pk=pk).update(state="withdrawn"),
    K.FEED_CHECKED: lambda pk: Feed.objects.filter(pk=pk).update(state="applied"),
    K.ROUND_PARKED: lambda pk: FreeCoverRun.objects.filter(pk=pk).update(state="done"),
    K.OFFER_PARKED: lambda pk: ParkedCertificate.objects.filter(pk=pk).update(resolved_at=clock.now()),
    K.PAYMENT: lambda pk: Payment.objects.filter(pk=pk).update(state="closed"),
    K.DISPUTE: lambda pk: Dispute.objects.filter(pk=pk).update(state="won"),
    K.REFUND: lambda pk: Refund.objects.filter(pk=pk).update(refunded_at=clock.now()),
    K.HAND_RETURN: lambda pk: HandReturn.objects.filter(pk=pk).update(transferred_on=date(2026, 11, 24)),
    K.RECEIVABLE: lambda pk: write_off("done", Receivable.objects.get(pk=pk), 24_000),
    K.WRITE_OFF: lambda pk: WriteOff.objects.filter(pk=pk).update(state="done"),
    K.CONFLICT: lambda pk: ChangeRequest.objects.filter(pk=pk).update(state="closed"),
    K.CORRECTION: lambda pk: _corrected(DataRequest.objects.get(registered__pk=pk)),
    K.SECOND_LOOK: lambda pk: SecondLook.objects.filter(pk=pk).update(state="dropped", decided_by="user:1"),
    K.REGISTRATION: lambda pk: SolicitorRegistration.objects.filter(pk=pk).update(last_day=date(2030, 3, 31)),
}


def _corrected(asked: DataRequest) -> None:
    with clock.at(clock.later(minutes=1)):
        tell(asked.member, "changed", date(2026, 11, 1), **asked.wanted)


def counted_apart() -> dict[WorkKind, int]:
    """The same numbers, each from its own tables by other means than the queue's."""
    money = [one.matter for one in list_money_to_look_at()]
    withdrawn = ConsentWithdrawal.objects.values("consent__consultation")
    of_kind = Consultation.objects.filter
    soon = clock.now().date() + timedelta(days=60)
    return {
        K.CALLBACK: of_kind(kind="callback").count(),
        K.QUESTION: of_kind(kind="question").count(),
        K.REFERRAL: of_kind(kind="referral", consent__isnull=False).exclude(pk__in=withdrawn).count(),
        K.FEED_HELD: Feed.objects.filter(state="held").count(),
        K.FEED_CHECKED: Feed.objects.filter(state="checked").count(),
        K.ROUND_PARKED: FreeCoverRun.objects.filter(state="parked").count(),
        K.OFFER_PARKED: ParkedCertificate.objects.filter(resolved_at=None).count(),
        K.PAYMENT: money.count(Matter.PAYMENT),
        K.DISPUTE: money.count(Matter.DISPUTE),
        K.REFUND: money.count(Matter.REFUND),
        K.HAND_RETURN: money.count(Matter.HAND_RETURN),
        K.RECEIVABLE: money.count(Matter.RECEIVABLE),
        K.WRITE_OFF: money.count(Matter.WRITE_OFF),
        K.PAYOUT_ITEM: len(open_items(list_payout_items(now=clock.now()))),
        K.CONFLICT: ChangeRequest.objects.filter(state="waiting").count(),
        K.CORRECTION: sum(not _is_so(one) for one in DataRequest.objects.filter(kind="correction")),
        K.ERASURE: RegisteredRequest.objects.exclude(kind="correction").exclude(steps__kind="answered").count(),
        K.SECOND_LOOK: SecondLook.objects.filter(state="waiting").count(),
        K.REGISTRATION: SolicitorRegistration.objects.filter(
            last_day__lte=soon, user__organisation__role="operator"
        ).count(),
    }


def _is_so(asked: DataRequest) -> bool:
    latest = asked.member.facts.latest("recorded_at", "id")
    return all(getattr(latest, field) == value for field, value in asked.wanted.items())
