"""A referral is passed once, with consent that stands, and exactly what the consent names; the database itself sees to it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation
from sonae.apps.contact.passed_items import ConsentUnreadable, passed_items, values_of
from sonae.apps.contact.recipient import RecipientUnknown
from sonae.apps.contact.referral_mails import seal
from sonae.apps.contact.referral_models import ReferralStep, SpokenConsent, SpokenWithdrawal, ThirdPartyProvision
from sonae.apps.contact.referrals import Show, find_referral, list_referrals
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.contact.use_cases.answer_referral import (
    DayOutOfReach,
    NoteTooLong,
    NotNow,
    answer_referral,
)
from sonae.apps.contact.use_cases.note_spoken_referral import TimeOutOfReach, note_spoken_referral
from sonae.apps.contact.use_cases.note_spoken_withdrawal import note_spoken_withdrawal
from sonae.apps.contact.use_cases.pass_referral import ContentChanged, NoConsent, pass_referral
from sonae.apps.contact.use_cases.receive_consultation import ConsentMissing, TextsChanged
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.membership.feed_keys import FeedKey
from sonae.domain.referral import State, Step
from sonae.domain.staff_rights import Party
from tests import clock
from tests.apps.contact.questions import QUESTION, REFERRAL, send_in
from tests.apps.contact.referring import WAY, on_its_way, pass_on, refer, seen, tell, withdraw
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
PASSED = {
    "firm": "井上医院", "name": "井上 健", "telephone": "03-1234-5678", "email": "inoue@sample.example",
    "preferred_time": "午前9時から正午まで", "industry": "医療機関", "annual_sales": 120_000_000,
}  # fmt: skip


def mails(start: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(key__startswith=start).order_by("id"))


# --- What is passed ---------------------------------------------------------------------------------------------------


def test_exactly_the_fields_of_the_consent_are_passed_and_what_was_not_said_is_no_field(programme: object) -> None:
    consultation = refer()
    items = passed_items(consultation, consultation.consent)
    assert [(item.item, sorted(item.fields)) for item in items] == [
        (
            "会社名、お名前とフリガナ、電話番号、メールアドレス、電話のご希望の時間帯",
            ["email", "firm", "name", "preferred_time", "telephone"],
        ),
        ("業種と申告売上高", ["annual_sales", "industry"]),
        ("ご相談の内容（書かれたとき）", []),
    ]
    assert values_of(items) == PASSED


def test_what_the_consent_does_not_name_is_never_among_it(programme: object) -> None:
    consultation = refer(member_number="10000017", message="夜は不在です")
    passed = values_of(passed_items(consultation, consultation.consent))
    assert passed == {**PASSED, "message": "夜は不在です"}
    known = {str(getattr(consultation, name)) for name in ("token", "number", "form_key", "member_number")}
    assert not known & {str(value) for value in passed.values()}


def test_the_record_of_the_provision_says_all_that_the_law_asks_for(programme: object) -> None:
    consultation = refer()
    kept = pass_on(consultation, actor="user:7", hours=2)
    assert (kept.provided_at, kept.provided_by) == (clock.later(hours=2), "user:7")
    assert (kept.recipient_name, kept.recipient_address, kept.recipient_representative) == (
        "株式会社NTTRiskManager",
        "東京都見本区見本町1-1",
        "見本 代表",
    )
    assert kept.person == "井上医院　井上 健"
    assert [item["item"] for item in kept.items] == [item["item"] for item in consultation.consent.text["items"]]
    assert kept.passed == PASSED
    assert (kept.consent, kept.consent_digest) == (consultation.consent, consultation.consent.digest)
    assert kept.keep_until == date(2029, 11, 24)
    written = json.dumps(
        {"number": consultation.number, "passed": PASSED}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert kept.passed_digest == hashlib.sha256(written.encode()).hexdigest()
    entry = AuditEntry.objects.get(action="referral.passed")
    assert (entry.actor, entry.object_id, entry.detail["digest"]) == (
        "user:7",
        consultation.number,
        kept.passed_digest,
    )
    assert "井上" not in json.dumps(entry.detail, ensure_ascii=False)


def test_it_is_passed_once_however_often_it_is_asked_for(programme: object) -> None:
    consultation = refer()
    first = pass_on(consultation)
    again, is_new = pass_referral(consultation=consultation, seen="", actor="user:9", now=clock.later(days=3))
    assert (again, is_new) == (first, False)
    assert len(mails("referral-passed:")) == 1
    assert AuditEntry.objects.filter(action="referral.passed").count() == 1


def test_what_somebody_has_not_seen_is_not_passed(programme: object) -> None:
    consultation = refer()
    other = refer(message="夜は不在です")
    for digest in ("", seen(other), "0" * 64):
        with pytest.raises(ContentChanged):
            pass_referral(consultation=consultation, seen=digest, actor="user:1", now=clock.now())
    assert not ThirdPartyProvision.objects.exists()


@pytest.mark.parametrize("missing", ["address", "representative"])
def test_without_address_or_representative_of_the_recipient_nothing_is_passed(
    programme: object, settings: Settings, missing: str
) -> None:
    consultation = refer()
    settings.SONAE_AGENCY = {**settings.SONAE_AGENCY, missing: ""}
    with pytest.raises(RecipientUnknown):
        pass_on(consultation)
    assert (ThirdPartyProvision.objects.count(), mails("referral-passed:")) == (0, [])


# --- Nothing without consent ------------------------------------------------------------------------------------------


def test_after_a_withdrawal_nothing_is_passed(programme: object) -> None:
    consultation = refer()
    withdraw(consultation, minutes=1)
    with pytest.raises(NoConsent):
        pass_on(consultation, minutes=2)
    assert (ThirdPartyProvision.objects.count(), mails("referral-"), mails("referral-to-delete:")) == (0, [], [])


def test_a_question_is_never_passed(programme: object) -> None:
    found, _ = send_in(QUESTION)
    with pytest.raises(NoConsent):
        pass_referral(consultation=found, seen="", actor="user:1", now=clock.now())


def test_a_consent_to_other_words_lets_nothing_pass(programme: object) -> None:
    consultation = refer()
    other = Consultation.objects.create(**_fields(consultation, number="S2026-900000-1", token="t", form_key="f"))
    Consent.objects.create(
        consultation=other, recipient="agency", recipient_name="x", text={"items": []}, digest="x", given_at=clock.now()
    )
    with pytest.raises(ConsentUnreadable):
        pass_referral(consultation=other, seen="", actor="user:1", now=clock.now())


def _fields(row: Any, **changed: Any) -> dict[str, Any]:
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname != "id"}
    return {**kept, **changed}


def provision_row(consultation: Consultation, **changed: Any) -> dict[str, Any]:
    """A row as the use-case would write it."""
    given: dict[str, Any] = {
        "consent": consultation.consent, "provided_at": clock.later(days=1), "provided_by": "user:1", "recipient": "agency",
        "recipient_name": "x", "recipient_address": "x", "recipient_representative": "x", "person": "x", "items": [],
        "passed": {}, "passed_digest": "x", "consent_digest": consultation.consent.digest, "keep_until": date(2029, 11, 24),
    }  # fmt: skip
    return {**given, **changed}


def test_the_database_takes_a_provision_while_the_consent_stands(programme: object) -> None:
    assert ThirdPartyProvision.objects.create(**provision_row(refer())).pk


@pytest.mark.parametrize(
    "changed",
    [
        {"recipient": "insurer"},
        {"consent_digest": "0" * 64},
        {"provided_at": clock.MORNING.replace(year=2020)},
        {"recipient_address": ""},
        {"recipient_representative": ""},
        {"recipient_name": ""},
    ],
    ids=["another recipient", "other words", "before the consent", "no address", "no representative", "no name"],
)
def test_the_database_refuses_a_provision_without_a_consent_to_it(programme: object, changed: dict[str, Any]) -> None:
    row = provision_row(refer(), **changed)
    with pytest.raises(IntegrityError), transaction.atomic():
        ThirdPartyProvision.objects.create(**row)
    assert not ThirdPartyProvision.objects.exists()


def test_the_database_refuses_a_provision_after_a_withdrawal_whatever_its_moment(programme: object) -> None:
    consultation = refer()
    withdraw(consultation, days=2)
    for moment in (clock.later(days=1), clock.later(days=3)):
        row = provision_row(consultation, provided_at=moment)
        with pytest.raises(IntegrityError, match="no consent stands"), transaction.atomic():
            ThirdPartyProvision.objects.create(**row)


def test_the_database_refuses_to_pass_a_question_even_with_a_consent(programme: object) -> None:
    found, _ = send_in(QUESTION)
    Consent.objects.create(
        consultation=found, recipient="agency", recipient_name="x", text={}, digest="x", given_at=clock.now()
    )
    with pytest.raises(IntegrityError, match="no consent stands"), transaction.atomic():
        ThirdPartyProvision.objects.create(**provision_row(found))


def test_putting_the_check_off_puts_it_off_to_the_end_and_no_further(programme: object) -> None:
    consultation = refer()
    withdraw(consultation)

    def sneak_in() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            ThirdPartyProvision.objects.create(**provision_row(consultation))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the end of the transaction does

    with pytest.raises(IntegrityError, match="no consent stands"):
        sneak_in()


def test_without_the_constraint_the_row_would_get_in(programme: object) -> None:
    """So it is the constraint that refuses, and not a slip in the row."""
    consultation = refer()
    withdraw(consultation)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER contact_provision_needs_consent ON contact_thirdpartyprovision")
    assert ThirdPartyProvision.objects.create(**provision_row(consultation)).pk


def test_were_the_page_to_forget_the_consent_the_constraint_tells_it(
    programme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation = refer()
    withdraw(consultation)
    monkeypatch.setattr("sonae.apps.contact.use_cases.pass_referral.may_be_passed", lambda *_: True)
    with pytest.raises(NoConsent):
        pass_on(consultation, days=1)
    assert mails("referral-passed:") == []


def test_what_was_passed_said_and_answered_stays(programme: object) -> None:
    consultation = on_its_way("concluded")
    for change in (
        lambda: ThirdPartyProvision.objects.update(passed={}),
        lambda: ReferralStep.objects.update(note="x"),
        ThirdPartyProvision.objects.filter(consent__consultation=consultation).delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- The agency is told, and answers ----------------------------------------------------------------------------------


def test_the_agencys_mail_carries_number_and_address_and_nothing_of_the_person(programme: object) -> None:
    consultation = refer(message="夜は不在です")
    pass_on(consultation)
    (mail,) = mails("referral-passed:")
    assert mail.recipient == "referrals@agency.example"
    assert f"/desk/referrals/{consultation.number}/" in mail.body
    text = mail.subject + mail.body
    for value in (*PASSED.values(), "夜は不在です", consultation.token):
        assert str(value) not in text
    assert "署名" not in mail.body  # no key is shared


def test_a_mail_to_an_agency_with_a_key_is_sealed_over_its_facts(programme: object, settings: Settings) -> None:
    settings.SONAE_FEED_KEYS = {
        "kaihi": FeedKey("kaihi", "k" * 40),
        "agency-old": FeedKey("agency", "a" * 40, frozenset({"referrals"})),
        "agency-new": FeedKey("agency", "b" * 40, frozenset({"referrals"})),
    }
    consultation = refer()
    pass_on(consultation)
    (mail,) = mails("referral-passed:")
    address = f"{settings.SONAE_SITE_ADDRESS}/desk/referrals/{consultation.number}/"
    expected = seal("b" * 40, "referral-passed", consultation.number, "2026-11-24T10:00:00+09:00", address)
    assert f"署名（hmac-sha256、鍵 agency-new）：{expected}" in mail.body


def test_without_an_address_the_agency_looks_by_itself(programme: object, settings: Settings) -> None:
    settings.SONAE_AGENCY = {**settings.SONAE_AGENCY, "email": ""}
    assert pass_on(refer()).pk
    assert mails("referral-") == []


def test_the_agency_takes_contacts_and_concludes_and_the_operator_reads_it(programme: object) -> None:
    consultation = refer()
    pass_on(consultation)
    tell(consultation, Step.TAKEN, hours=1)
    tell(consultation, Step.CONTACTED, note=" 折り返し\nの\x00約束 ", days=1)
    tell(consultation, Step.NOT_REACHED, days=2)
    tell(consultation, Step.CONCLUDED, days=3)
    found = find_referral(party=Party.OPERATOR, number=consultation.number)
    assert found is not None
    assert [(one.seq, one.kind, one.note) for one in found.steps] == [
        (1, "taken", ""),
        (2, "contacted", "折り返し の 約束"),
        (3, "not_reached", ""),
        (4, "concluded", ""),
    ]
    assert found.state == State.CONCLUDED


def test_the_last_step_told_again_changes_nothing(programme: object) -> None:
    consultation = on_its_way("taken")
    provision = ThirdPartyProvision.objects.get()
    told = ReferralStep.objects.get()
    same = {
        "step": Step.TAKEN,
        "happened_on": told.happened_on,
        "note": "",
        "actor": "user:2",
        "now": clock.later(days=1),
    }
    again, is_new = answer_referral(provision_id=provision.pk, **same)
    assert (again, is_new, ReferralStep.objects.count()) == (told, False, 1)
    assert AuditEntry.objects.filter(action="referral.taken", object_id=consultation.number).count() == 1


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("passed", Step.CONTACTED), ("passed", Step.CONCLUDED), ("passed", Step.DELETED), ("taken", Step.DELETED),
        ("to_delete", Step.CONTACTED), ("to_delete", Step.CONCLUDED), ("deleted", Step.TAKEN),
    ],
)  # fmt: skip
def test_what_can_not_follow_is_not_taken(programme: object, state: str, step: Step) -> None:
    consultation, before = on_its_way(state), ReferralStep.objects.count()
    with pytest.raises(NotNow):
        tell(consultation, step, days=1)
    assert ReferralStep.objects.count() == before


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26)])
def test_a_day_before_it_was_passed_or_still_to_come_is_refused(programme: object, day: date) -> None:
    provision = pass_on(refer())
    with pytest.raises(DayOutOfReach):
        answer_referral(
            provision_id=provision.pk, step=Step.TAKEN, happened_on=day, note="", actor="x", now=clock.later(days=1)
        )


def test_a_note_has_its_length(programme: object) -> None:
    provision = pass_on(refer())
    given: dict[str, Any] = {"step": Step.TAKEN, "happened_on": date(2026, 11, 24), "actor": "x", "now": clock.now()}
    with pytest.raises(NoteTooLong):
        answer_referral(provision_id=provision.pk, note="あ" * 401, **given)
    told, _ = answer_referral(provision_id=provision.pk, note="あ" * 400, **given)
    assert len(told.note) == 400


# --- Taking it back ---------------------------------------------------------------------------------------------------


def test_a_withdrawal_after_passing_tells_the_agency_at_once_and_the_person_what_becomes_of_it(
    programme: object,
) -> None:
    consultation = refer()
    pass_on(consultation)
    assert withdraw(consultation, hours=2)
    (to_agency,) = mails("referral-to-delete:")
    assert to_agency.recipient == "referrals@agency.example"
    assert consultation.number in to_agency.subject
    assert "井上" not in to_agency.subject + to_agency.body
    (to_person,) = mails("consent-withdrawn:")
    assert "使うのをやめて削除するよう株式会社NTTRiskManagerに伝えました" in to_person.body
    assert AuditEntry.objects.get(action="consent.withdrawn").detail["passed"] is True


def test_the_person_is_told_when_the_agency_has_deleted_it(programme: object) -> None:
    consultation = on_its_way("to_delete")
    assert mails("referral-deleted:") == []
    tell(consultation, Step.DELETED, days=1)
    (mail,) = mails("referral-deleted:")
    assert (mail.recipient, consultation.number in mail.body) == (REFERRAL.email, True)


def test_the_agency_sees_whom_to_delete_and_afterwards_nothing(programme: object) -> None:
    shown = {}
    for state in ("taken", "to_delete", "deleted"):
        found = find_referral(party=Party.AGENCY, number=on_its_way(state).number)
        assert found is not None
        assert found.consultation is None
        shown[state] = found.passed
    assert shown == {"taken": PASSED, "to_delete": {"firm": "井上医院", "name": "井上 健"}, "deleted": {}}


# --- By telephone -----------------------------------------------------------------------------------------------------


def by_telephone(**changed: Any) -> tuple[Consultation, bool]:
    given: dict[str, Any] = {
        "asked": REFERRAL, "consent_digest": shown_digest(consent_text(product(), "ja")), "form_key": "k" * 32,
        "spoken_at": clock.later(minutes=-5), "product": product(), "language": "ja", "actor": "user:3", "now": clock.now(),
    }  # fmt: skip
    return note_spoken_referral(**{**given, **changed})


def test_a_consent_on_the_telephone_is_kept_with_its_text_its_time_and_who_noted_it(programme: object) -> None:
    found, is_new = by_telephone()
    spoken = SpokenConsent.objects.get()
    assert is_new
    assert (spoken.consent, spoken.spoken_at, spoken.noted_by) == (found.consent, clock.later(minutes=-5), "user:3")
    assert found.consent.text == consent_text(product(), "ja")
    assert by_telephone() == (found, False)
    assert pass_on(Consultation.objects.get(pk=found.pk), minutes=1).passed["firm"] == "井上医院"


@pytest.mark.parametrize("minutes", [1, -24 * 60 - 1])
def test_a_yes_to_come_or_of_long_ago_is_none(programme: object, minutes: int) -> None:
    with pytest.raises(TimeOutOfReach):
        by_telephone(spoken_at=clock.later(minutes=minutes))
    assert not Consultation.objects.exists()


def test_without_the_yes_or_with_other_words_nothing_is_taken_in(programme: object) -> None:
    with pytest.raises(ConsentMissing):
        by_telephone(consent_digest="")
    with pytest.raises(TextsChanged):
        by_telephone(consent_digest=shown_digest(consent_text(product(), "en")))
    assert not Consultation.objects.exists()


def test_a_withdrawal_on_the_telephone_counts_at_once_and_who_noted_it_is_kept(programme: object) -> None:
    consultation = on_its_way("passed")
    given: dict[str, Any] = {"consultation": consultation, "product": product(), "now": clock.later(hours=3)}
    assert note_spoken_withdrawal(actor="user:3", **given)
    assert not note_spoken_withdrawal(actor="user:4", **given)
    assert SpokenWithdrawal.objects.get().noted_by == "user:3"
    assert ConsentWithdrawal.objects.get().withdrawn_at == clock.later(hours=3)
    assert len(mails("referral-to-delete:")) == 1


def test_nobody_is_written_to_who_gave_no_address(programme: object) -> None:
    found, _ = by_telephone(asked=REFERRAL.__class__(**{**_asked(), "email": ""}))
    note_spoken_withdrawal(consultation=found, product=product(), actor="user:3", now=clock.later(hours=1))
    assert not OutboxMessage.objects.filter(recipient="").exists()


def _asked() -> dict[str, Any]:
    return {name: getattr(REFERRAL, name) for name in REFERRAL.__dataclass_fields__}


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_each_list_has_its_own(programme: object) -> None:
    numbers = {state: on_its_way(state).number for state in WAY}
    wanted = {
        Show.OPEN: {"waiting", "passed", "taken", "to_delete"},
        Show.WAITING: {"waiting"},
        Show.PASSED: {"passed", "taken"},
        Show.ANSWERED: {"concluded"},
        Show.WITHDRAWN: {"stopped", "to_delete", "deleted"},
        Show.ALL: set(WAY),
    }
    never_passed = {"waiting", "stopped"}
    for show, states in wanted.items():
        for party, seen_states in ((Party.OPERATOR, states), (Party.AGENCY, states - never_passed)):
            page = list_referrals(party=party, show=show)
            assert {one.number for one in page.rows} == {numbers[state] for state in seen_states}, (party, show)
        for party in (Party.INSURER, Party.ORGANISER):
            assert list_referrals(party=party, show=show).rows == []


def test_a_long_list_goes_on_where_the_page_ended(programme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sonae.apps.contact.referrals.AT_ONCE", 3)
    numbers = [on_its_way("passed").number for _ in range(7)]
    for party in (Party.OPERATOR, Party.AGENCY):
        found: list[str] = []
        before = None
        while True:
            page = list_referrals(party=party, show=Show.ALL, before=before)
            found += [one.number for one in page.rows]
            before = page.before
            if before is None:
                break
        assert found == numbers[::-1]
