"""A card kept with its holder's consent: kept once, charged without a page, and let go of when it is removed."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.card_consent import CONSENT, GivenConsent
from sonae.apps.billing.gateway import GatewayEvent, GatewayRefused, GatewayUnknown, SavedCardAnswer, SavedCardOutcome
from sonae.apps.billing.models import CardConsent, Payment, SavedCard
from sonae.apps.billing.queries import find_saved_card
from sonae.apps.billing.use_cases import keep_card
from sonae.apps.billing.use_cases.keep_card import forget_ended_cards, remove_saved_card
from sonae.apps.billing.use_cases.settle_payment import settle_payment, settle_told
from sonae.apps.billing.use_cases.store_message import store_message
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.begin_change_payment import begin_change_payment
from sonae.apps.certificates.use_cases.change_cover import request_change
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind
from tests import cast, clock
from tests.apps.billing.bought import PREMIUM, buy
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
# The next plan for nine of the eleven months, and the one above it: see tests/apps/certificates/test_change_payment.py.
TO_P300 = 89_720 - PREMIUM


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def certificate(people: cast.Cast, gateway: MemoryGateway) -> Certificate:
    return buy(people.member, gateway)[0]


def ask(certificate: Certificate, people: cast.Cast, plan: str, difference: int) -> ChangeRequest:
    seen = certificate.transactions.count()
    return request_change(
        key=f"form:{plan}:{seen}", certificate_id=certificate.pk, wish=Wish(Kind.CHANGE, date(2027, 3, 1), {"plan": plan}),
        decisions={}, seen_seq=seen, seen_difference=difference, actor="user:1", user=people.owner, reason="x",
        language="ja", now=clock.now(),
    )  # fmt: skip


def pay_and_keep(certificate: Certificate, people: cast.Cast, gateway: MemoryGateway) -> Payment:
    """The change to P300 is paid on the page, and the card kept."""
    request = ask(certificate, people, "P300", TO_P300)
    payment = begin_change_payment(
        public_id=request.public_id, actor="user:1", gateway=gateway, now=clock.now(),
        consent=GivenConsent(people.owner, "ja"),
    )  # fmt: skip
    gateway.card_holder_pays()
    return settle_payment(key=payment.key, gateway=gateway, cause="browser", now=clock.now())


def back_to_p100(certificate: Certificate, people: cast.Cast) -> None:
    ask(certificate, people, "P100", -TO_P300)


def on_the_saved_card(certificate: Certificate, people: cast.Cast, gateway: MemoryGateway) -> Payment:
    """Back to P100 and up again, this time without a page."""
    back_to_p100(certificate, people)
    return try_again(ask(certificate, people, "P300", TO_P300), gateway)


def try_again(request: ChangeRequest, gateway: MemoryGateway, *, on_saved_card: bool = True) -> Payment:
    return begin_change_payment(
        public_id=request.public_id, actor="user:1", gateway=gateway, now=clock.now(), on_saved_card=on_saved_card
    )


def test_a_card_is_kept_with_the_words_that_were_agreed_to_and_without_its_number(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    payment = pay_and_keep(certificate, people, gateway)
    settle_payment(key=payment.key, gateway=gateway, cause="webhook", now=clock.now())
    saved = SavedCard.objects.get()
    assert (saved.member, saved.gateway, saved.brand, saved.last4) == (people.member, "memory", "visa", "4242")
    assert (saved.expiry_year, saved.expiry_month, saved.ended_at) == (2030, 6, None)
    consent = CardConsent.objects.get()
    assert (saved.consent, consent.user, consent.text) == (consent, people.owner, CONSENT.ja)
    assert consent.digest == hashlib.sha256(CONSENT.ja.encode()).hexdigest()
    assert AuditEntry.objects.filter(action="saved_card.kept", object_id=people.member.number).count() == 1


def test_without_consent_no_card_is_kept(certificate: Certificate, people: cast.Cast, gateway: MemoryGateway) -> None:
    request = ask(certificate, people, "P300", TO_P300)
    payment = try_again(request, gateway, on_saved_card=True)  # there is none: the page is shown
    assert (payment.saved_card, payment.checkout_url != "") == (None, True)
    gateway.card_holder_pays()
    settle_payment(key=payment.key, gateway=gateway, cause="browser", now=clock.now())
    assert not SavedCard.objects.exists()
    assert not CardConsent.objects.exists()


def test_a_card_that_comes_back_although_nobody_agreed_is_not_written_down(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    payment = try_again(ask(certificate, people, "P300", TO_P300), gateway, on_saved_card=False)
    gateway.saves = True
    gateway.card_holder_pays()
    settle_payment(key=payment.key, gateway=gateway, cause="browser", now=clock.now())
    assert not SavedCard.objects.exists()


def test_the_message_about_a_charge_that_comes_before_the_answer_to_it_is_taken(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor tells of what it did at once; without a page our reference is all that we know of it by then."""
    pay_and_keep(certificate, people, gateway)
    taken: list[bool] = []
    charge = gateway.charge_saved_card

    def told_first(*, reference: str, **wish: Any) -> SavedCardAnswer:
        answer = charge(reference=reference, **wish)
        event = GatewayEvent("evt_1", "payment.authorised", answer.session_id, answer.payment_id, reference=reference)
        taken.append(store_message(gateway=gateway.name, event=event, now=clock.now()))
        return answer

    monkeypatch.setattr(gateway, "charge_saved_card", told_first)
    payment = on_the_saved_card(certificate, people, gateway)
    assert (taken, payment.state) == ([True], "captured")
    assert not AuditEntry.objects.filter(action="webhook.unknown_payment").exists()


@pytest.mark.parametrize(
    ("kind", "asked"), [("payment.authorised", 0), ("payment.captured", 0), ("payment.refunded", 1), ("", 1)]
)
def test_the_processor_is_asked_again_only_when_its_message_may_be_news(
    certificate: Certificate,
    people: cast.Cast,
    gateway: MemoryGateway,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    asked: int,
) -> None:
    """Of a payment that is captured; a job from before the kind was handed on names none."""
    payment = pay_and_keep(certificate, people, gateway)
    calls: list[str] = []
    read = gateway.read_payment
    monkeypatch.setattr(gateway, "read_payment", lambda **which: calls.append("read") or read(**which))
    assert settle_told(key=payment.key, kind=kind, gateway=gateway, now=clock.now()).state == "captured"
    assert len(calls) == asked


def test_the_saved_card_pays_without_a_page_once(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    pay_and_keep(certificate, people, gateway)
    captured = gateway.captures
    payment = on_the_saved_card(certificate, people, gateway)
    assert (payment.state, payment.checkout_url, payment.saved_card) == ("captured", "", SavedCard.objects.get())
    request = ChangeRequest.objects.latest("id")
    assert try_again(request, gateway).pk == payment.pk
    assert (request.state, gateway.captures) == ("done", captured + 1)
    assert certificate.transactions.count() == 4


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (SavedCardOutcome.HOLDER_NEEDED, "saved_card_holder_needed"),
        (SavedCardOutcome.DECLINED, "saved_card_declined"),
    ],
)
def test_where_the_issuer_says_no_nothing_is_held_and_the_next_try_leads_to_the_page(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway, outcome: SavedCardOutcome, reason: str
) -> None:
    pay_and_keep(certificate, people, gateway)
    gateway.saved_outcome = outcome
    payment = on_the_saved_card(certificate, people, gateway)
    assert (payment.state, payment.closed_reason, payment.failure_code) == ("closed", reason, "said_no")
    assert gateway.payments[payment.session_id].state == "voided"
    request = ChangeRequest.objects.latest("id")
    assert request.state == "waiting"
    page = try_again(request, gateway, on_saved_card=False)
    assert (page.state, page.key) == ("open", f"change:{request.public_id}:2")
    assert SavedCard.objects.get().ended_at is None, "another time it may be good again"


def test_an_answer_that_is_lost_is_asked_for_again_by_the_round_with_the_same_key(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    pay_and_keep(certificate, people, gateway)
    gateway.fail_with["charge_saved_card"] = GatewayUnknown()
    with pytest.raises(GatewayUnknown):
        on_the_saved_card(certificate, people, gateway)
    del gateway.fail_with["charge_saved_card"]
    sweep_payments(gateway=gateway, now=clock.later(minutes=1))
    request = ChangeRequest.objects.latest("id")
    assert (request.state, list(gateway.saved_answers)) == ("done", [f"change:{request.public_id}:1:saved"])


def test_a_card_that_the_processor_does_not_know_ends_and_its_change_may_be_paid_otherwise(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    pay_and_keep(certificate, people, gateway)
    gateway.fail_with["charge_saved_card"] = GatewayRefused("card_forgotten")
    payment = on_the_saved_card(certificate, people, gateway)
    assert (payment.state, payment.closed_reason) == ("closed", "saved_card_gone")
    assert SavedCard.objects.get().ended_reason == "not_chargeable"
    again = try_again(ChangeRequest.objects.latest("id"), gateway)
    assert (again.state, again.saved_card) == ("open", None)


def test_a_newer_card_takes_the_place_of_the_one_before_which_the_processor_lets_go_of(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    pay_and_keep(certificate, people, gateway)
    back_to_p100(certificate, people)
    pay_and_keep(certificate, people, gateway)
    first, second = SavedCard.objects.order_by("id")
    assert (first.ended_reason, second.ended_at) == ("replaced", None)
    assert forget_ended_cards(gateway=gateway, now=clock.now()) == 1
    assert forget_ended_cards(gateway=gateway, now=clock.later(days=1)) == 0
    assert gateway.forgotten == [first.token]


def test_without_ending_the_one_before_the_database_refuses_a_second_card(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_and_keep(certificate, people, gateway)
    saved = SavedCard.objects.get()
    other = GivenConsent(people.owner, "ja").write_down(member=people.member, now=clock.now())
    monkeypatch.setattr(keep_card, "_end", lambda *_, **__: None)
    with pytest.raises(IntegrityError, match="one_saved_card_for_each_member"), transaction.atomic():
        SavedCard.objects.create(
            member=people.member, consent=other, gateway="memory", token="other", brand="", last4="", expiry_year=2030,
            expiry_month=1, saved_at=saved.saved_at,
        )  # fmt: skip


def test_removed_it_is_not_used_at_once_and_the_processor_is_told_until_it_has_heard(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    pay_and_keep(certificate, people, gateway)
    saved = SavedCard.objects.get()
    for _ in range(2):
        remove_saved_card(saved_card_id=saved.pk, member=people.member, actor="user:1", now=clock.now())
    assert find_saved_card(member=people.member, gateway="memory", now=clock.now()) is None
    assert AuditEntry.objects.filter(action="saved_card.ended").count() == 1
    gateway.fail_with["forget_card"] = GatewayUnknown()
    assert forget_ended_cards(gateway=gateway, now=clock.now()) == 0
    del gateway.fail_with["forget_card"]
    assert forget_ended_cards(gateway=gateway, now=clock.now()) == 0, "not before it is due again"
    assert forget_ended_cards(gateway=gateway, now=clock.later(minutes=1)) == 1
    saved.refresh_from_db()
    assert (saved.ended_reason, saved.forgotten_at) == ("removed", clock.later(minutes=1))


def test_nobody_removes_the_card_of_another_member(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    pay_and_keep(certificate, people, gateway)
    with pytest.raises(SavedCard.DoesNotExist):
        remove_saved_card(
            saved_card_id=SavedCard.objects.get().pk, member=people.other_member, actor="user:9", now=clock.now()
        )
    assert SavedCard.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("day", "is_good"), [("2030-06-30T23:59:59+09:00", True), ("2030-07-01T00:00:00+09:00", False)]
)
def test_a_card_is_good_to_the_end_of_its_month_in_japan(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway, day: str, is_good: bool
) -> None:
    pay_and_keep(certificate, people, gateway)
    found = find_saved_card(member=people.member, gateway="memory", now=clock.now().fromisoformat(day))
    assert (found is not None) is is_good


def test_a_card_kept_with_a_charge_that_went_back_is_let_go_of(
    certificate: Certificate, people: cast.Cast, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people, "P300", TO_P300)
    payment = begin_change_payment(
        public_id=request.public_id, actor="user:1", gateway=gateway, now=clock.now(),
        consent=GivenConsent(people.owner, "ja"),
    )  # fmt: skip
    gateway.card_holder_pays()
    held = gateway.read_payment(session_id=payment.session_id)
    gateway.capture(payment_id=held.payment_id, charge_yen=TO_P300, key="by hand")
    settle_payment(key=payment.key, gateway=gateway, cause="browser", now=clock.now())
    assert SavedCard.objects.get().ended_reason == "no_cover"
    assert forget_ended_cards(gateway=gateway, now=clock.now()) == 1
