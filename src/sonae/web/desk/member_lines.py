"""Each kind of thing that happened around a member, in the desk's words, as it stood at the moment that is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from sonae.apps.billing.models import Dispute, HandReturn, Payment, Receivable, WriteOff
from sonae.apps.billing.queries import Matter
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.contact.data_mails import FIELD_NAMES
from sonae.apps.enrolment.queries import LIVING
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import japan_date
from sonae.domain.certificate.log import Kind
from sonae.domain.certificate.words import KIND_NAMES
from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import yen_text
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.cover_words import fields_in_words, reason_of, request_line
from sonae.web.desk.feed_words import class_name
from sonae.web.desk.member_entries import (
    APPLICATION_STATES,
    CONSULTATION_KINDS,
    DISPUTE_STATES,
    OFFER_DECISIONS,
    ON_THE_LIST,
    PAYMENT_STATES,
    REQUEST_KINDS,
    ROLES,
    UNDER_WAY,
    Entry,
    State,
    begin_of,
)
from sonae.web.desk.money_words import MATTERS, WHY_OWED, WRITE_OFF_STATES

if TYPE_CHECKING:
    from sonae.web.desk.member_sources import Scope

GIVEN_BACK = State(Text("返金済み", "Given back"), "good")
PAY = Text("加入者の支払いを待つ。不要なら取りやめる", "Wait until the member pays, or give it up")
GO_ON = Text("加入者の手続きを待つ", "Wait for the member to go on")


def of_fact(fact: Any, scope: Scope) -> Entry:
    """What the organiser's list said."""
    return Entry(
        "fact", fact.pk, begin_of(fact.effective_date), ON_THE_LIST[fact.kind], day=fact.effective_date,
        recorded_at=fact.recorded_at, details=(class_name(fact.member_class, scope.class_names), fact.name),
    )  # fmt: skip


def of_access(access: Any, scope: Scope) -> Entry:
    """Somebody may act for the member."""
    title = Text("加入者の担当者が加わる", "Somebody acts for the member")
    return Entry("access", access.pk, access.granted_at, title, details=(access.user.email, ROLES[access.role]))


def of_act(act: Any, scope: Scope) -> Entry:
    """An act on a certificate, free or paid."""
    certificate, kind = act.certificate, KIND_NAMES[Kind(act.kind)]
    number = f"（{act.reverses.seq}番）" if act.reverses else ""
    fields = fields_in_words(product_of(certificate.scheme_year.product_version), act.patch)
    shown = fields if act.kind != Kind.NEW else fields[:3]
    details = tuple(Text(f"{name.ja}：{value.ja}", f"{name.en}: {value.en}") for name, value in shown)
    reason = reason_of(act)
    paid = certificate.section == Certificate.Section.PAID
    said = (certificate.number, *details, *([reason] if reason else [])) if paid else (certificate.number,)
    return Entry(
        "act", act.pk, begin_of(act.effective_date), Text(f"{kind.ja}{number}", f"{kind.en}"), day=act.effective_date,
        recorded_at=act.recorded_at, details=said,
        yen=act.premium_difference or None, mark="cover", actor=act.actor, is_undone=act.undone,
        address=reverse("desk:certificate", args=[certificate.number]) if paid else "",
    )  # fmt: skip


def of_change(asked: ChangeRequest, scope: Scope) -> Entry:
    """A change that was asked for. What became of it later than the moment isn't known yet."""
    if asked.changed_at > scope.known:
        asked.state, asked.closed_reason = ChangeRequest.State.WAITING, ""
    words = request_line(asked)
    fields = tuple(Text(f"{name.ja}：{value.ja}", f"{name.en}: {value.en}") for name, value in words.fields)
    closed = (words.closed,) if words.closed else ()
    waits = asked.state == ChangeRequest.State.WAITING
    return Entry(
        "change", asked.pk, asked.asked_at, Text(f"申出：{words.kind.ja}", f"Asked for: {words.kind.en}"),
        details=(asked.certificate.number, *fields, *closed), yen=asked.difference_yen or None,
        state=State(words.state, words.look), actor=asked.actor, todo=PAY if waits and scope.knows_all else None,
        address=reverse("desk:certificate", args=[asked.certificate.number]),
    )  # fmt: skip


def of_application(application: Any, scope: Scope) -> Entry:
    """An application for cover."""
    known = application.changed_at <= scope.known
    start = date_in_words(application.start_on)
    return Entry(
        "application", application.pk, application.started_at, Text("申込み", "Application"),
        details=(application.number, Text(f"始期 {start.ja}", f"from {start.en}"), application.user.email),
        yen=application.term_premium if known else None,
        state=APPLICATION_STATES[application.state] if known else UNDER_WAY,
        todo=GO_ON if scope.knows_all and application.state in LIVING else None,
    )  # fmt: skip


def of_offer(offer: Any, scope: Scope) -> Entry:
    """What an expiring certificate was told about the next year."""
    from_day = date_in_words(offer.scheme_year.start_on)
    return Entry(
        "offer", offer.pk, offer.offered_at, OFFER_DECISIONS[offer.decision],
        details=(offer.certificate.number, Text(f"{from_day.ja}からの年度", f"for the year from {from_day.en}")),
        yen=offer.annual_premium or None,
    )  # fmt: skip


def of_payment(payment: Any, scope: Scope) -> Entry:
    """A try to pay by card."""
    state = PAYMENT_STATES.get(payment.state_then, UNDER_WAY)
    looks = scope.knows_all and payment.state == Payment.State.PERSON
    return Entry(
        "payment", payment.pk, payment.moved_at, Text("カードの支払い", "Card payment"), recorded_at=payment.created_at,
        details=(_card(payment),), yen=payment.charge_yen, state=state, mark="money-moved",
        todo=MATTERS[Matter.PAYMENT][1] if looks else None,
    )  # fmt: skip


def of_refund(refund: Any, scope: Scope) -> Entry:
    """Money that goes back to the card."""
    done = _by_then(refund.refunded_at, scope)
    stuck = scope.knows_all and not refund.refunded_at and not refund.next_check_at
    return Entry(
        "refund", refund.pk, refund.moved_at, Text("カードへの返金", "Back to the card"), recorded_at=refund.created_at,
        details=(_card(refund.payment),), yen=-refund.refund_yen, state=GIVEN_BACK if done else UNDER_WAY, mark="money-moved",
        todo=MATTERS[Matter.REFUND][1] if stuck else None,
    )  # fmt: skip


def of_charge(charge: Any, scope: Scope) -> Entry:
    """Premium that came to be owed, or was given back."""
    owed = charge.charge_yen >= 0
    title = Text("保険料の請求", "Premium charged") if owed else Text("保険料の減額", "Premium taken back")
    return Entry("charge", charge.pk, charge.recorded_at, title, yen=charge.charge_yen)


def of_dispute(dispute: Any, scope: Scope) -> Entry:
    """The card holder's bank took a charge back."""
    closed = _by_then(dispute.closed_at, scope)
    state = DISPUTE_STATES[dispute.state if closed else Dispute.State.OPEN]
    name, todo = MATTERS[Matter.DISPUTE]
    waits = scope.knows_all and dispute.state == Dispute.State.OPEN
    return Entry(
        "dispute", dispute.pk, dispute.opened_at, name, details=(_card(dispute.payment),), yen=-dispute.dispute_yen,
        state=state, mark="money-moved", todo=todo if waits else None,
    )  # fmt: skip


def of_receivable(receivable: Any, scope: Scope) -> Entry:
    """Premium that is owed again."""
    name, todo = MATTERS[Matter.RECEIVABLE]
    waits = scope.knows_all and receivable.owed > 0
    owed = Text(f"残り {yen_text(receivable.owed).ja}", f"{yen_text(receivable.owed).en} left")
    return Entry(
        "receivable", receivable.pk, receivable.recorded_at, name, yen=receivable.receivable_yen, mark="money-moved",
        details=(WHY_OWED[Receivable.Reason(receivable.reason)], *((owed,) if scope.knows_all else ())),
        state=State(Text("未収", "Owed"), "urgent") if waits else None, todo=todo if waits else None,
        address=reverse("desk:receivable", args=[receivable.pk]),
    )  # fmt: skip


def of_write_off(asked: Any, scope: Scope) -> Entry:
    """Premium that is given up."""
    state = asked.state
    if asked.taken_back_at and asked.taken_back_at > scope.known:
        state = WriteOff.State.DONE
    if asked.decided_at and asked.decided_at > scope.known:
        state = WriteOff.State.WAITING
    waits = scope.knows_all and state == WriteOff.State.WAITING
    page, shown = ("desk:write_off_decide", asked.pk) if waits else ("desk:receivable", asked.receivable_id)
    return Entry(
        "write_off", asked.pk, asked.asked_at, Text("貸倒処理", "Write-off"), details=(asked.reason,), yen=-asked.write_off_yen,
        state=State(*WRITE_OFF_STATES[state]), mark="money-moved", actor=asked.asked_by,
        todo=MATTERS[Matter.WRITE_OFF][1] if waits else None,
        address=reverse(page, args=[shown]),
    )  # fmt: skip


def of_hand_return(found: HandReturn, scope: Scope) -> Entry:
    """Return premium that the desk transfers."""
    done = found.transferred_on is not None and found.transferred_on <= japan_date(scope.known)
    name, todo = MATTERS[Matter.HAND_RETURN]
    waits = scope.knows_all and not done
    return Entry(
        "hand_return", found.pk, found.recorded_at, name, details=(found.transfer_reference,) if done else (),
        yen=-found.return_yen, state=State(Text("振込済み", "Transferred"), "good") if done else UNDER_WAY, mark="money-moved",
        todo=todo if waits else None, address=reverse("desk:hand_return", args=[found.pk]),
    )  # fmt: skip


def of_paper(paper: Any, scope: Scope) -> Entry:
    """A paper as it was issued; the page names its kind."""
    return Entry(
        "paper", paper.pk, paper.issued_at, PAPER_NAMES[paper.kind], details=(paper.file_name,),
        address=reverse("desk:paper", args=[paper.pk]),
    )  # fmt: skip


def of_mail(mail: Any, scope: Scope) -> Entry:
    """A mail as it was sent, or waits to be."""
    sent = _by_then(mail.sent_at, scope)
    state = None if sent else State(Text("未送信", "Not sent yet"), "waiting")
    subject = Text(mail.subject, mail.subject)
    return Entry("mail", mail.pk, mail.created_at, subject, details=(mail.recipient,), state=state, body=mail.body)


def of_consultation(asked: Any, scope: Scope) -> Entry:
    """That somebody asked; what, for those alone who take consultations."""
    consent = getattr(asked, "consent", None)
    details: list[Text | str] = [asked.number]
    if consent is not None:
        withdrawn = getattr(consent, "withdrawal", None)
        taken_back = withdrawn is not None and withdrawn.withdrawn_at <= scope.known
        name = consent.recipient_name
        details.append(
            Text(f"{name}への取次ぎの同意を取消し", f"consent to pass it to {name} withdrawn")
            if taken_back
            else Text(f"{name}への取次ぎに同意", f"consents to pass it to {name}")
        )
    takes_them = Right.SEE_CONSULTATIONS in scope.rights
    title = CONSULTATION_KINDS[asked.kind] if takes_them else Text("加入相談", "Consultation")
    shown = tuple(details) if takes_them else (asked.number,)
    return Entry(
        "consultation", asked.pk, asked.received_at, title, details=(*shown, asked.name) if takes_them else shown,
        body=asked.message if takes_them else "",
    )  # fmt: skip


def of_evidence(application: Any, scope: Scope) -> Entry:
    """What was shown, answered and agreed to before a cover was paid."""
    title = Text("告知・重要事項・申込内容を確認", "Disclosure, important matters and application confirmed")
    return Entry("evidence", application.pk, application.sealed_at, title, details=(application.number,))


def of_card_consent(consent: Any, scope: Scope) -> Entry:
    """That a card may be kept, and whether it still is."""
    kept = getattr(consent, "saved_card", None)
    details: tuple[Text | str, ...] = (consent.user.email,)
    state = None
    if kept is not None:
        ended = _by_then(kept.ended_at, scope)
        details = (f"{kept.brand.upper()} •••• {kept.last4}", *details)
        state = (
            State(Text("保存を終えた", "Kept no longer"), "ended") if ended else State(Text("保存中", "Kept"), "good")
        )
    title = Text("カードの保存に同意", "Agrees that the card is kept")
    return Entry("card_consent", consent.pk, consent.given_at, title, details=details, state=state)


def of_request(asked: Any, scope: Scope) -> Entry:
    """What its people asked for its data."""
    fields = tuple(
        Text(f"{FIELD_NAMES[name].ja}：{value}", f"{FIELD_NAMES[name].en}: {value}")
        for name, value in asked.wanted.items()
    )
    return Entry(
        "request", asked.pk, asked.received_at, REQUEST_KINDS[asked.kind],
        details=(asked.number, *fields, asked.user.email), body=asked.message,
    )  # fmt: skip


PAPER_NAMES = {
    "certificate": Text("加入者証", "Certificate"),
    "free_certificate": Text("無料補償の加入者証", "Certificate of the free cover"),
    "endorsement": Text("異動承認書", "Endorsement"),
    "receipt": Text("領収書", "Receipt"),
    "important_matters": Text("重要事項説明書", "Important matters"),
    "disclosure_copy": Text("告知内容の写し", "Copy of the disclosure"),
    "renewal_offer": Text("更新のご案内", "Renewal offer"),
    "renewal_refused": Text("満期のあとの補償についてのご案内", "After the cover expires"),
    "estimate": Text("見積書", "Estimate"),
}


def _by_then(moment: datetime | None, scope: Scope) -> bool:
    return moment is not None and moment <= scope.known


def _card(payment: Payment) -> str:
    return f"{payment.brand.upper()} •••• {payment.last4}" if payment.last4 else payment.brand.upper() or "—"
