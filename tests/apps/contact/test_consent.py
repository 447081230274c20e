"""Nothing may be passed on without consent to exactly what was shown, nor after it was withdrawn (F20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation
from sonae.apps.contact.queries import may_be_passed
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.contact.use_cases.receive_consultation import ConsentMissing, TextsChanged
from sonae.apps.contact.use_cases.withdraw_consent import NothingToWithdraw, withdraw_consent
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from tests import clock
from tests.apps.contact.questions import QUESTION, REFERRAL, send_in
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def withdraw(consultation: Consultation, **later: float) -> bool:
    return withdraw_consent(consultation=consultation, product=product(), actor="visitor", now=clock.later(**later))


def reworded() -> Product:
    """The same product with one word of the consent changed."""
    shipped = product()
    texts = replace(shipped.consultation.referral, lead=Text("別の文", "another sentence"))
    return replace(shipped, consultation=replace(shipped.consultation, referral=texts))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_consent_is_kept_word_for_word_with_its_digest(programme: object, language: str) -> None:
    found, _ = send_in(REFERRAL, language=language)
    consent = found.consent
    assert (consent.recipient, consent.given_at) == ("agency", clock.now())
    assert consent.recipient_name == product().party("agency").name.in_language(language)
    assert consent.text == consent_text(product(), language)
    assert consent.digest == shown_digest(consent.text)
    assert [one["recipient"] for one in consent.text["items"]] == [consent.recipient_name] * 3


def test_without_consent_nothing_is_taken_in(programme: object) -> None:
    with pytest.raises(ConsentMissing):
        send_in(REFERRAL, consent_digest="")
    assert (Consultation.objects.count(), OutboxMessage.objects.count()) == (0, 0)


@pytest.mark.parametrize("digest", ["x", "0" * 64])
def test_consent_to_other_words_is_none(programme: object, digest: str) -> None:
    with pytest.raises(TextsChanged):
        send_in(REFERRAL, consent_digest=digest)
    with pytest.raises(TextsChanged):
        send_in(REFERRAL, consent_digest=shown_digest(consent_text(product(), "en")))
    with pytest.raises(TextsChanged):
        send_in(REFERRAL, consent_digest=shown_digest(consent_text(product(), "ja")), at=reworded())
    assert not Consultation.objects.exists()


def test_a_referral_may_be_passed_from_its_consent_on(programme: object) -> None:
    found, _ = send_in(REFERRAL)
    assert not may_be_passed(found, clock.now() - SECOND)
    assert may_be_passed(found, clock.now())
    assert may_be_passed(found, clock.later(days=400))


def test_it_may_not_be_passed_from_the_withdrawal_on(programme: object) -> None:
    found, _ = send_in(REFERRAL)
    assert withdraw(found, hours=2)
    assert may_be_passed(found, clock.later(hours=2) - SECOND)
    assert not may_be_passed(found, clock.later(hours=2))
    assert not may_be_passed(found, clock.later(days=400))


def test_a_withdrawal_counts_for_a_record_that_was_read_before_it(programme: object) -> None:
    found, _ = send_in(REFERRAL)
    read_before = Consultation.objects.select_related("consent").get(pk=found.pk)
    withdraw(found)
    assert not may_be_passed(read_before, clock.now())


@pytest.mark.parametrize("kind", ["question", "callback"])
def test_a_question_may_never_be_passed(programme: object, kind: str) -> None:
    found, _ = send_in(QUESTION, kind=kind)
    assert not may_be_passed(found, clock.now())
    text = consent_text(product(), "ja")
    Consent.objects.create(
        consultation=found, recipient="agency", recipient_name="x", text=text, digest="x", given_at=clock.now()
    )
    assert not may_be_passed(found, clock.now())


def test_one_persons_consent_is_not_anothers(programme: object) -> None:
    one, _ = send_in(REFERRAL)
    other, _ = send_in(REFERRAL, email="other@sample.example")
    withdraw(one)
    assert not may_be_passed(one, clock.now())
    assert may_be_passed(other, clock.now())


def test_withdrawing_twice_changes_nothing(programme: object) -> None:
    found, _ = send_in(REFERRAL)
    assert [withdraw(found, minutes=1), withdraw(found, minutes=5)] == [True, False]
    assert ConsentWithdrawal.objects.get().withdrawn_at == clock.later(minutes=1)
    assert AuditEntry.objects.filter(action="consent.withdrawn").count() == 1
    mails = OutboxMessage.objects.filter(key__startswith="consent-withdrawn:")
    assert [(mail.recipient, found.number in mail.subject) for mail in mails] == [(REFERRAL.email, True)]
    assert "これからは何も渡しません。" in mails[0].body


def test_there_is_nothing_to_withdraw_of_a_question(programme: object) -> None:
    found, _ = send_in(QUESTION)
    with pytest.raises(NothingToWithdraw):
        withdraw(found)


def test_consent_and_withdrawal_stay_as_they_were_given(programme: object) -> None:
    found, _ = send_in(REFERRAL)
    withdraw(found)
    for change in (
        lambda: Consent.objects.update(given_at=clock.later(days=1)),
        lambda: ConsentWithdrawal.objects.update(withdrawn_at=clock.later(days=1)),
        ConsentWithdrawal.objects.all().delete,
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
