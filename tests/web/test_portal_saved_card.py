"""The kept card on the member's pages: asked for with an empty box, shown, and removed by those who may."""

from __future__ import annotations

import re
from datetime import UTC

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.card_consent import CONSENT
from sonae.apps.billing.models import CardConsent, Payment, SavedCard
from sonae.web.portal.member_data import member_data
from tests import cast, clock
from tests.web.applicant import Applicant
from tests.web.holdings import browser_of, words_of
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
PAGE = "/portal/payments/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    return gateway


@pytest.fixture
def applicant(people: cast.Cast, gateway: MemoryGateway) -> Applicant:
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    applicant.confirm()
    return applicant


@pytest.fixture
def saved(applicant: Applicant, gateway: MemoryGateway) -> SavedCard:
    applicant.client.post(f"{applicant.base}pay/", {"save_card": "on"})
    gateway.card_holder_pays()
    applicant.client.get(f"{applicant.base}paid/")
    return SavedCard.objects.get()


def test_the_box_stands_beside_the_words_and_is_never_ticked_beforehand(applicant: Applicant) -> None:
    page = applicant.client.get(f"{applicant.base}pay/").content.decode()
    (box,) = re.findall(r'<input type="checkbox" name="save_card"[^>]*>', page)
    assert "checked" not in box
    assert CONSENT.ja in page
    assert CONSENT.en in applicant.client.get(f"/en{applicant.base}pay/").content.decode()


@pytest.mark.parametrize("sent", [{}, {"save_card": ""}, {"save_card": "yes"}, {"save_card": "on "}])
def test_without_the_tick_the_card_is_not_kept(
    applicant: Applicant, gateway: MemoryGateway, sent: dict[str, str]
) -> None:
    applicant.client.post(f"{applicant.base}pay/", sent)
    assert Payment.objects.get().card_consent is None
    gateway.card_holder_pays()
    applicant.client.get(f"{applicant.base}paid/")
    assert not SavedCard.objects.exists()


def test_the_consent_is_in_the_language_in_which_it_was_given(applicant: Applicant) -> None:
    applicant.client.post(f"/en{applicant.base}pay/", {"save_card": "on"})
    consent = CardConsent.objects.get()
    assert (consent.language, consent.text) == ("en", CONSENT.en)


def test_the_kept_card_is_shown_without_its_number_and_removed(saved: SavedCard, people: cast.Cast) -> None:
    browser = browser_of(people.owner)
    said = words_of(browser, PAGE)
    assert "保存したカード" in said
    assert "•••• 4242" in said
    assert "有効期限 2030年6月" in said
    for _ in range(2):
        answer = browser.post(PAGE, {"saved_card": saved.pk})
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert "保存したカードを削除しました" in words_of(browser, PAGE)
    assert "有効期限" not in words_of(browser, PAGE)
    saved.refresh_from_db()
    assert saved.ended_reason == "removed"


def test_a_reader_sees_the_card_and_can_not_remove_it(saved: SavedCard, people: cast.Cast) -> None:
    browser = browser_of(people.reader)
    assert "•••• 4242" in words_of(browser, PAGE)
    assert "削除する" not in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"saved_card": saved.pk}).status_code == 403
    saved.refresh_from_db()
    assert saved.ended_at is None


def test_an_administrator_may_remove_it(saved: SavedCard, people: cast.Cast) -> None:
    browser_of(people.colleague).post(PAGE, {"saved_card": saved.pk})
    saved.refresh_from_db()
    assert saved.ended_at is not None


@pytest.mark.parametrize("name", ["0", "999999", "", "x", "1" * 40, "１", "-1", "1 OR 1=1"])
def test_a_card_of_nobody_or_of_somebody_else_is_not_there(saved: SavedCard, people: cast.Cast, name: str) -> None:
    browser: Client = browser_of(people.stranger)
    for wanted in (name, str(saved.pk)):
        assert browser.post(PAGE, {"saved_card": wanted}).status_code == 404
    assert AuditEntry.objects.filter(object_kind="saved_card", object_id=str(saved.pk)).exists()
    saved.refresh_from_db()
    assert saved.ended_at is None


def test_the_members_own_data_name_the_card_and_the_words(saved: SavedCard, people: cast.Cast) -> None:
    (card,) = member_data(member=people.member, user=people.owner, now=clock.now())["saved_cards"]
    assert card == {
        "brand": "visa", "last4": "4242", "expiry": "2030-06", "kept_at": clock.now().astimezone(UTC).isoformat(),
        "agreed_to": CONSENT.ja, "ended_at": None,
    }  # fmt: skip
