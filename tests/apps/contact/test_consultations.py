"""What somebody asks is kept once, as it was sent, with a number, an address of its own, and a mail that repeats nothing typed."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.queries import find_consultation
from sonae.apps.contact.use_cases import receive_consultation as use_case
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.calendar import JAPAN
from sonae.domain.numbering import read_number
from tests import clock
from tests.apps.contact.questions import QUESTION, REFERRAL, send_in

pytestmark = pytest.mark.django_db
KEY = "k" * 32


def test_a_question_gets_a_number_and_an_address_that_can_not_be_guessed(programme: object) -> None:
    first, is_new = send_in()
    second, _ = send_in()
    assert is_new
    number = read_number(first.number)
    assert (number.kind, number.year) == ("consultation", 2026)
    assert read_number(second.number).sequence == number.sequence + 1
    assert re.fullmatch(r"[\w-]{43}", first.token)
    assert first.token != second.token
    assert find_consultation(token=first.token) == first
    assert (first.product_version.effective_date.isoformat(), first.received_at) == ("2026-12-01", clock.now())


def test_the_year_of_the_number_is_japans(programme: object) -> None:
    found, _ = send_in(now=datetime(2027, 1, 1, 0, 30, tzinfo=JAPAN))
    assert found.number.startswith("S2027-")


@pytest.mark.parametrize("token", ["", "x" * 44, "é", "a\x00", "S2026-000001-0", "A" * 43])
def test_no_other_address_leads_to_it(programme: object, token: str) -> None:
    send_in()
    assert find_consultation(token=token) is None


def test_one_form_gives_one_consultation_however_often_it_is_sent(programme: object) -> None:
    first, _ = send_in(form_key=KEY)
    again, is_new = send_in(form_key=KEY, message="ほかの文章")
    assert (again, is_new) == (first, False)
    assert again.message == QUESTION.message
    assert (Consultation.objects.count(), OutboxMessage.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="consultation.received").count() == 1


def test_a_copy_that_comes_at_the_same_moment_finds_the_first(
    programme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first copy is written after the second has looked: the database's own constraint decides."""
    first, _ = send_in(form_key=KEY)
    looked = Consultation.objects.filter(pk=-1)
    with monkeypatch.context() as patch:
        patch.setattr(use_case.Consultation.objects, "filter", lambda **named: looked)
        again, is_new = send_in(form_key=KEY)
    assert (again, is_new) == (first, False)
    assert (Consultation.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_what_was_shown_stands_beside_what_was_sent(programme: object) -> None:
    found, _ = send_in()
    assert "キューアンドエー株式会社に委託しています" in found.shown["purpose"]
    written = json.dumps(found.shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert found.shown_digest == hashlib.sha256(written).hexdigest()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("asked", [QUESTION, REFERRAL], ids=["question", "referral"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_mail_says_number_and_what_comes_next_and_nothing_that_was_typed(
    programme: object, asked: Any, language: str
) -> None:
    found, _ = send_in(asked, language=language, message="Buy now at evil.example", firm="evil.example")
    mail = OutboxMessage.objects.get()
    text = mail.subject + mail.body
    assert (mail.recipient, mail.key) == (asked.email, f"consultation:{found.number}")
    assert found.number in mail.subject
    assert f"/consultation/{found.token}/" in mail.body
    assert ("11月25日（水）午後5時まで" if language == "ja" else "by Wednesday 25 November, 17:00 JST") in mail.body
    assert "0120-008588" in mail.body
    for typed in (asked.name, "evil.example", asked.telephone or "evil.example"):
        assert typed not in text


def test_the_mail_of_a_referral_says_who_receives_what_and_how_to_withdraw(programme: object) -> None:
    send_in(REFERRAL)
    body = OutboxMessage.objects.get().body
    assert "お渡しする相手：株式会社NTTRiskManager（取扱代理店）" in body
    assert "・業種と申告売上高（ご案内できる保険を確かめるため）" in body
    assert "同意はいつでも、受付のページまたはお電話（0120-008588）で取り消せます。" in body


def test_the_audit_log_holds_number_and_kind_and_nobodys_data(programme: object) -> None:
    found, _ = send_in(REFERRAL)
    entries = list(AuditEntry.objects.filter(object_kind="consultation").order_by("id"))
    assert [(entry.action, entry.object_id, entry.actor) for entry in entries] == [
        ("consultation.received", found.number, "visitor"),
        ("consent.given", found.number, "visitor"),
    ]
    written = json.dumps([entry.detail for entry in entries], ensure_ascii=False)
    assert entries[0].detail == {"kind": "referral"}
    assert entries[1].detail == {"recipient": "agency", "digest": found.consent.digest}
    assert not [said for said in (found.name, found.firm, found.email, found.telephone, found.token) if said in written]


def test_nothing_of_it_can_be_changed_or_deleted(programme: object) -> None:
    found, _ = send_in()
    for change in (lambda: Consultation.objects.update(message=""), found.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
