"""What is done to a consultation at the desk: written down once, by whoever may, and never changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.contact.consultation_log import HappenedLater, MayNotRecord
from sonae.apps.contact.models import Consultation, ConsultationEvent
from sonae.apps.contact.recognition import recognise, telephone_digits
from sonae.apps.contact.solicitors import list_solicitors
from sonae.apps.contact.standings import count_open, list_closed, list_open
from sonae.apps.contact.use_cases.answer_by_mail import NoAddress, answer_by_mail
from sonae.apps.contact.use_cases.hand_over_consultation import NoSolicitor, hand_over_consultation
from sonae.apps.contact.use_cases.receive_call import TakenCall, receive_call
from sonae.apps.contact.use_cases.record_solicitation import PlanUnknown, Solicited, record_solicitation
from sonae.apps.contact.use_cases.send_application_link import send_application_link
from sonae.apps.contact.use_cases.take_consultation import reopen_consultation, take_consultation
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User
from sonae.domain.calendar import JAPAN
from sonae.domain.consultation import SOLICITING, Channel, EventKind, Outcome
from tests import cast, clock
from tests.apps.contact.desk import ask, clerk, contact, key, ring, solicitor, standing
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def kinds(consultation: Consultation) -> list[str]:
    return list(consultation.events.order_by("seq").values_list("kind", flat=True))


def answer(consultation: Consultation, user: User, form_key: str = "", **more: object) -> bool:
    given = {"text": "毎月1日から加入できます。", "follow_up_on": None, "outcome": None} | more
    return answer_by_mail(
        consultation=consultation,
        product=product(),
        key=form_key or key(),
        user=user,
        now=clock.now(),
        **given,  # type: ignore[arg-type]
    )


# --- Calls, mails, contacts -----------------------------------------------------------------------------------------


def test_a_call_that_was_taken_has_a_number_and_is_answered_from_the_first_second(programme: object) -> None:
    user = clerk()
    found = ring(user, telephone="03-1234-0017", name="青木 花子", follow_up_on=date(2026, 12, 1))
    assert (found.kind, found.number[:6], found.telephone, found.shown) == ("call", "S2026-", "03-1234-0017", {})
    assert kinds(found) == ["called", "taken", "follow_up_set"]
    how = standing(found)
    assert (how.first_response.answered_at, how.holder) == (found.received_at, f"user:{user.pk}")
    assert how.next_due == datetime(2026, 12, 1, 17, tzinfo=JAPAN)
    assert not OutboxMessage.objects.exists()


def test_a_call_recorded_afterwards_counts_from_when_it_rang(programme: object) -> None:
    found = ring(clerk(), rang_at=clock.now() - 30 * MINUTE, outcome=Outcome.GUIDED)
    assert found.received_at == clock.now() - 30 * MINUTE
    assert (standing(found).outcome, standing(found).is_open) == ("guided", False)
    with pytest.raises(HappenedLater):
        ring(clerk("other@operator.example"), rang_at=clock.now() + MINUTE)


def test_one_form_records_one_call_however_often_it_is_sent(programme: object) -> None:
    user, form_key = clerk(), key()
    given = {"form_key": form_key, "product": product(), "user": user, "language": "ja", "now": clock.now()}
    first, is_new = receive_call(call=TakenCall(message="x", said="y"), **given)  # type: ignore[arg-type]
    again, is_new_again = receive_call(call=TakenCall(message="other", said="z"), **given)  # type: ignore[arg-type]
    assert (again, is_new, is_new_again) == (first, True, False)
    assert ConsultationEvent.objects.count() == 2


def test_a_contact_with_its_follow_up_and_outcome_is_one_step_and_counts_once(programme: object) -> None:
    user, found, form_key = clerk(), ask(), key()
    assert contact(found, user, "not_reached", key=form_key, follow_up_on=date(2026, 11, 25))
    assert not contact(found, user, "not_reached", key=form_key, follow_up_on=date(2026, 11, 25))
    assert kinds(found) == ["not_reached", "follow_up_set"]
    assert standing(found).first_response.is_running
    contact(found, user, "called", outcome=Outcome.ANSWERED, now=clock.later(minutes=5))
    assert kinds(found)[2:] == ["called", "closed"]
    assert standing(found).first_response.answered_at == clock.later(minutes=5)


def test_a_promise_goes_on_after_a_contact_that_leaves_it_standing(programme: object) -> None:
    user, found, day = clerk(), ask(), date(2026, 12, 1)
    contact(found, user, follow_up_on=day)
    contact(found, user, "note", follow_up_on=day)
    assert kinds(found) == ["called", "follow_up_set", "note"]
    contact(found, user, "called", follow_up_on=day, now=clock.later(minutes=1))
    assert standing(found).promised_on == day
    contact(found, user, "note", follow_up_on=None, now=clock.later(minutes=2))
    assert standing(found).promised_on is None


@pytest.mark.parametrize("off", [-MINUTE, MINUTE])
def test_nothing_happened_before_it_came_in_or_lies_ahead(programme: object, off: timedelta) -> None:
    found = ask()
    with pytest.raises(HappenedLater):
        contact(found, clerk(), occurred_at=clock.now() + off)
    assert kinds(found) == []


def test_an_answer_is_sent_through_the_outbox_and_kept_as_sent(programme: object) -> None:
    found, form_key = ask(), key()
    assert answer(found, clerk(), form_key, outcome=Outcome.ANSWERED)
    assert not answer(found, User.objects.get(email="clerk@operator.example"), form_key)
    mail = OutboxMessage.objects.get(key__startswith="answer:")
    event = found.events.get(kind="answered")
    assert (mail.recipient, event.mail_key, event.text) == (found.email, mail.key, f"{mail.subject}\n\n{mail.body}")
    assert "毎月1日から加入できます。" in mail.body
    assert found.number in mail.subject
    assert f"/consultation/{found.token}/" in mail.body
    assert standing(found).first_response.answered_at == clock.now()


def test_who_gave_no_address_gets_no_mail(programme: object) -> None:
    user = clerk()
    with pytest.raises(NoAddress):
        answer(ring(user), user)
    assert not OutboxMessage.objects.exists()


def test_taking_and_reopening_are_events_and_a_reason_is_needed_to_reopen(programme: object) -> None:
    user, found = clerk(), ask()
    contact(found, user, outcome=Outcome.ANSWERED)
    with pytest.raises(ReasonMissing):
        reopen_consultation(consultation=found, reason=" ", key=key(), user=user, now=clock.now())
    reopen_consultation(
        consultation=found, reason="もう一度お電話があった", key=key(), user=user, now=clock.later(hours=1)
    )
    take_consultation(consultation=found, key=key(), user=user, now=clock.later(hours=1))
    assert kinds(found) == ["called", "closed", "reopened", "taken"]
    assert (standing(found).is_open, standing(found).holder) == (True, f"user:{user.pk}")


def test_what_happened_can_not_be_changed_or_deleted(programme: object) -> None:
    found = ring(clerk())
    for change in (lambda: ConsultationEvent.objects.update(text=""), found.events.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_the_audit_log_tells_of_each_event_and_nothing_that_was_said(programme: object) -> None:
    user, found = clerk(), ask()
    contact(found, user, text="ひみつの話")
    entries = AuditEntry.objects.filter(object_id=found.number).order_by("id")
    assert [entry.action for entry in entries] == ["consultation.received", "consultation.called"]
    assert "ひみつ" not in str([entry.detail for entry in entries])


# --- Who may solicit ------------------------------------------------------------------------------------------------

SOLICITED = Solicited(needs="個人情報の漏えいに備えたい", said="賠償が1億円で足り、予算に合う", plan="P100")


def record(consultation: Consultation, user: User, *, now: datetime | None = None, what: Solicited = SOLICITED) -> bool:
    return record_solicitation(
        consultation=consultation, solicited=what, product=product(), key=key(), user=user, now=now or clock.now()
    )


def send_link(consultation: Consultation, user: User, *, now: datetime | None = None) -> bool:
    return send_application_link(
        consultation=consultation, product=product(), key=key(), user=user, now=now or clock.now()
    )


def test_a_solicitor_records_needs_and_recommendation_with_the_registration(programme: object) -> None:
    user, found = solicitor(), ask()
    record(found, user)
    needs, recommended = found.events.order_by("seq")
    assert [(one.kind, one.registration_number, one.actor) for one in (needs, recommended)] == [
        ("needs_recorded", "R-0001", f"user:{user.pk}"), ("plan_recommended", "R-0001", f"user:{user.pk}"),
    ]  # fmt: skip
    assert (recommended.plan, recommended.text, recommended.occurred_at) == ("P100", SOLICITED.said, clock.now())
    assert standing(found).first_response.is_running  # a record of a talk is not the talk


def test_explaining_alone_names_no_plan_and_an_unknown_plan_is_refused(programme: object) -> None:
    user, found = solicitor(), ask()
    record(found, user, what=Solicited(needs="x", said="契約概要を説明した"))
    assert kinds(found) == ["needs_recorded", "plan_explained"]
    with pytest.raises(PlanUnknown):
        record(found, user, what=Solicited(needs="x", said="y", plan="P900"))
    with pytest.raises(ReasonMissing):
        record(found, user, what=Solicited(needs="x", said=" ", plan="P100"))


def test_the_link_is_mailed_with_the_registration_and_kept_as_sent(programme: object) -> None:
    user, found = solicitor(), ask()
    assert send_link(found, user)
    mail = OutboxMessage.objects.get(key__startswith="link:")
    assert "/apply/" in mail.body
    assert "R-0001" in mail.body
    assert found.events.get().text == f"{mail.subject}\n\n{mail.body}"


@pytest.mark.parametrize("party", ["operator", "organiser", "insurer", "agency"])
@pytest.mark.parametrize("position", ["clerk", "supervisor", "claims_handler", "actuary", "auditor"])
def test_without_a_registration_nobody_solicits_and_the_attempt_is_written_down(
    programme: object, party: str, position: str
) -> None:
    user, found = cast.enter_staff(party, position), ask()
    for attempt in (record, send_link):
        with pytest.raises(MayNotRecord):
            attempt(found, user)
    assert kinds(found) == []
    refused = AuditEntry.objects.filter(action="consultation.refused", actor=f"user:{user.pk}", object_id=found.number)
    assert refused.count() == 2
    assert not OutboxMessage.objects.filter(key__startswith="link:").exists()


def test_a_solicitor_of_the_agency_sees_no_consultation_and_so_records_none(programme: object) -> None:
    with pytest.raises(MayNotRecord):
        record(ask(), cast.enter_staff("agency", "solicitor"))


def test_the_registration_holds_through_its_last_day_in_japan_and_not_a_second_longer(programme: object) -> None:
    user, found = solicitor(last_day=date(2026, 11, 30)), ask()
    midnight = datetime(2026, 12, 1, tzinfo=JAPAN)
    assert record(found, user, now=midnight - timedelta(seconds=1))
    for now in (midnight, midnight + timedelta(days=400)):
        with pytest.raises(MayNotRecord):
            record(found, user, now=now)
        with pytest.raises(MayNotRecord):
            send_link(found, user, now=now)
    assert contact(found, user, now=midnight)  # administrative contacts go on


@pytest.mark.parametrize("kind", sorted(SOLICITING))
def test_no_other_use_case_takes_what_solicits(programme: object, kind: EventKind) -> None:
    found = ask()
    with pytest.raises(MayNotRecord):
        contact(found, clerk(), kind)
    with pytest.raises(ValueError, match="use-case of its own"):
        contact(found, solicitor(), kind)
    assert kinds(found) == []


@pytest.mark.parametrize("kind", sorted(SOLICITING))
def test_the_database_itself_refuses_soliciting_without_a_registration(programme: object, kind: EventKind) -> None:
    found = ask()
    row = {"consultation": found, "seq": 1, "key": "k", "kind": kind, "channel": Channel.DESK, "actor": "user:1",
           "occurred_at": clock.now(), "recorded_at": clock.now(), "text": "x", "plan": "P100"}  # fmt: skip
    with pytest.raises(IntegrityError, match="soliciting_takes_a_registration"), transaction.atomic():
        ConsultationEvent.objects.create(**row)
    ConsultationEvent.objects.create(**row, registration_number="R-0001")


def test_the_database_itself_refuses_a_recommendation_without_its_reason(programme: object) -> None:
    found = ask()
    with pytest.raises(IntegrityError, match="a_recommendation_has_its_reason"), transaction.atomic():
        ConsultationEvent.objects.create(
            consultation=found, seq=1, key="k", kind=EventKind.PLAN_RECOMMENDED, channel=Channel.DESK, actor="user:1",
            occurred_at=clock.now(), recorded_at=clock.now(), plan="P100", registration_number="R-0001",
        )  # fmt: skip


def test_the_solicitors_of_a_day_are_those_whose_registration_holds(programme: object) -> None:
    holds = solicitor("holds@operator.example", last_day=date(2026, 11, 24))
    solicitor("over@operator.example", last_day=date(2026, 11, 23))
    gone = solicitor("gone@operator.example")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    cast.enter_staff("operator", "solicitor", "auditor", email="audits@operator.example")
    cast.enter_staff("agency", "solicitor")
    clerk()
    assert [one.user.pk for one in list_solicitors(on=date(2026, 11, 24))] == [holds.pk]
    assert list_solicitors(on=date(2026, 11, 25)) == []


def test_handing_over_carries_the_note_to_one_solicitor_or_to_any(programme: object) -> None:
    by, to, found = clerk(), solicitor(), ask()
    given = {"consultation": found, "note": "漏えいが心配とのこと", "user": by, "now": clock.now()}
    hand_over_consultation(solicitor=None, key=key(), **given)  # type: ignore[arg-type]
    assert standing(found).waits_for_solicitor
    hand_over_consultation(solicitor=to, key=key(), **given)  # type: ignore[arg-type]
    assert (standing(found).holder, standing(found).waits_for_solicitor) == (f"user:{to.pk}", False)
    assert [one.text for one in found.events.all()] == ["漏えいが心配とのこと"] * 2


def test_nobody_is_handed_over_to_whose_registration_does_not_hold(programme: object) -> None:
    found, over, by = ask(), solicitor(last_day=date(2026, 11, 23)), clerk()
    for other in (over, by):
        with pytest.raises(NoSolicitor):
            hand_over_consultation(consultation=found, solicitor=other, note="x", key=key(), user=by, now=clock.now())
    assert kinds(found) == []


# --- Lists ----------------------------------------------------------------------------------------------------------


def numbers(**filters: object) -> list[str]:
    return [row.consultation.number for row in list_open(now=clock.now(), **filters).rows]  # type: ignore[arg-type]


def test_what_is_due_first_comes_first_and_what_is_closed_is_elsewhere(programme: object) -> None:
    user = clerk()
    late = ask(now=datetime(2026, 11, 18, 10, tzinfo=JAPAN))
    today = ask(now=datetime(2026, 11, 20, 10, tzinfo=JAPAN))
    soon = ask()
    promised, done, nothing = (ring(user, follow_up_on=day) for day in (date(2026, 12, 4), date(2026, 12, 4), None))
    contact(done, user, outcome=Outcome.ANSWERED)
    assert numbers() == [one.number for one in (late, today, soon, promised, nothing)]
    assert count_open() == 5
    assert numbers(state="late") == [late.number]
    assert numbers(kind="call") == [promised.number, nothing.number]
    assert numbers(holder=f"user:{user.pk}") == [promised.number, nothing.number]
    assert [row.consultation for row in list_closed().rows] == [done]
    reopen_consultation(consultation=done, reason="x", key=key(), user=user, now=clock.later(minutes=1))
    assert list_closed().rows == ()
    assert done.number in numbers()


def test_what_waits_for_any_solicitor_is_every_solicitors_and_nobody_elses(programme: object) -> None:
    by, found = clerk(), ask()
    hand_over_consultation(consultation=found, solicitor=None, note="x", key=key(), user=by, now=clock.now())
    assert numbers(state="solicitor") == [found.number]
    assert numbers(holder=f"user:{by.pk}") == []
    assert numbers(holder="user:0", may_solicit=True) == [found.number]


def test_pages_follow_each_other_by_key_and_nobody_is_left_out_or_shown_twice(
    programme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sonae.apps.contact.standings.A_PAGE", 2)
    for minutes in range(5):
        ask(now=clock.now() - minutes * MINUTE, email=f"a{minutes}@sample.example")
    seen, after = [], ""
    for _ in range(3):
        page = list_open(now=clock.now(), after=after)
        seen += [row.consultation.number for row in page.rows]
        after = page.next_key
    assert (len(seen), len(set(seen)), after) == (5, 5, "")
    user = clerk()
    for found in Consultation.objects.all():
        contact(found, user, outcome=Outcome.ANSWERED)
    first = list_closed()
    rest = list_closed(after=first.next_key)
    assert len({row.consultation.pk for row in (*first.rows, *rest.rows)}) == 4
    assert list_closed(after="x' OR 1=1").rows == first.rows


# --- Who it may be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["03-1234-0017", "0312340017", "０３−１２３４−００１７", "+81 3-1234-0017", "03 1234 0017", "(03)1234-0017"],
)
def test_a_caller_is_recognised_however_the_number_is_written(programme: object, typed: str) -> None:
    cast.call_in()
    (found,) = recognise(telephone=typed, today=clock.now().date())
    assert (found.number, found.name, found.ways, found.is_member) == ("10000017", "青木工務店", ("telephone",), True)


def test_who_fits_in_more_ways_comes_first(programme: object) -> None:
    cast.call_in()
    found = recognise(
        number="20000031", telephone="03-1234-0017", email="AOKI@sample.example", today=clock.now().date()
    )
    assert [(one.number, one.ways) for one in found] == [
        ("10000017", ("email", "telephone")), ("20000031", ("number",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given", [{}, {"telephone": "12"}, {"number": "\x01"}, {"email": " "}, {"telephone": "a" * 500}]
)
def test_nothing_given_finds_nobody(programme: object, given: dict[str, str]) -> None:
    cast.call_in()
    cast.enter_member("30000001", "basic", "電話のない会員")
    assert recognise(**given, today=clock.now().date()) == ()


def test_a_former_member_is_recognised_as_one(programme: object) -> None:
    people = cast.call_in()
    cast.leave_list(people.member, date(2026, 11, 1))
    (found,) = recognise(number="10000017", today=clock.now().date())
    assert (found.name, found.is_member) == ("青木工務店", False)


def test_digits_are_read_as_japan_writes_them() -> None:
    assert telephone_digits("+81 90-1234-5678") == "09012345678"
    assert telephone_digits("12345678") == ""
