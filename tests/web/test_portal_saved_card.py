"""The kept card on the member's pages: asked for with an empty box, shown, and removed by those who may."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.card_consent import CONSENT
from sonae.apps.billing.gateway import GatewayUnknown
from sonae.apps.billing.models import CardConsent, Payment, SavedCard
from sonae.apps.billing.queries import find_saved_card
from sonae.apps.billing.use_cases.keep_card import forget_ended_cards
from sonae.apps.documents.models import OutboxMessage
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
        "agreed_to": CONSENT.ja, "agreed_at": clock.now().astimezone(UTC).isoformat(), "ended_at": None,
    }  # fmt: skip


def test_the_archive_has_the_card_in_data_and_in_a_table_and_neither_number_nor_token(
    saved: SavedCard, people: cast.Cast
) -> None:
    answer: Any = browser_of(people.owner).post("/portal/data/download/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    (row,) = csv.DictReader(io.StringIO(archive.read("saved_cards.csv").decode("utf-8-sig")))
    moment = clock.now().astimezone(UTC).isoformat()
    assert row == {
        "brand": "visa", "last4": "4242", "expiry": "2030-06", "kept_at": moment, "agreed_to": CONSENT.ja,
        "agreed_at": moment, "ended_at": "",
    }  # fmt: skip
    assert json.loads(archive.read("data.json"))["saved_cards"] == [row | {"ended_at": None}]
    assert not [name for name in archive.namelist() if saved.token.encode() in archive.read(name)]


def erase(browser: Client, form_key: str = "e" * 32) -> None:
    assert browser.post("/portal/data/erase/", {"message": "", "form_key": form_key}).status_code == 302


def test_deletion_ends_the_card_at_once_and_the_round_makes_the_processor_forget_it(
    saved: SavedCard, people: cast.Cast, gateway: MemoryGateway
) -> None:
    browser = browser_of(people.owner)
    assert "保存したカード（VISA •••• 4242）" in words_of(browser, "/portal/data/erase/")
    assert "The kept card (VISA •••• 4242)" in words_of(browser, "/en/portal/data/erase/")
    for _ in range(2):
        erase(browser)
    saved.refresh_from_db()
    assert (saved.ended_at, saved.ended_reason, saved.forgotten_at) == (clock.now(), "removed", None)
    assert find_saved_card(member=people.member, gateway=gateway.name, now=clock.now()) is None
    ended = AuditEntry.objects.get(action="saved_card.ended")
    assert (ended.actor, ended.object_id) == (f"user:{people.owner.pk}", people.member.number)
    assert AuditEntry.objects.get(action="data.erased").detail["saved_cards"] == 1
    mail = OutboxMessage.objects.get(key__startswith="data-request:")
    assert "保存したカード 1枚（もう使いません。カード番号を持つ決済会社にも、削除を依頼します）" in mail.body
    assert forget_ended_cards(gateway=gateway, now=clock.later(minutes=1)) == 1
    assert gateway.forgotten == [saved.token]
    saved.refresh_from_db()
    assert saved.forgotten_at == clock.later(minutes=1)
    assert "有効期限" not in words_of(browser, PAGE)
    assert "保存したカード" not in words_of(browser, "/portal/data/erase/")


def test_a_processor_that_does_not_answer_is_asked_to_forget_it_again(
    saved: SavedCard, people: cast.Cast, gateway: MemoryGateway
) -> None:
    erase(browser_of(people.owner))
    gateway.fail_with["forget_card"] = GatewayUnknown()
    assert forget_ended_cards(gateway=gateway, now=clock.later(minutes=1)) == 0
    saved.refresh_from_db()
    assert (saved.forgotten_at, saved.checks) == (None, 1)
    gateway.fail_with.clear()
    assert forget_ended_cards(gateway=gateway, now=clock.later(hours=1)) == 1
    assert gateway.forgotten == [saved.token]


def test_the_card_of_another_member_stays_and_so_does_the_payment_that_was_made_with_it(
    saved: SavedCard, people: cast.Cast
) -> None:
    erase(browser_of(people.stranger))
    saved.refresh_from_db()
    assert saved.ended_at is None
    erase(browser_of(people.owner), "f" * 32)
    assert Payment.objects.get().last4 == "4242"
    assert CardConsent.objects.count() == 1, "that and what was agreed to is kept, for as long as the payment is"
