"""Every guard seen red: with the guard off the double charge, the lost cover or the forged message appears.

Where a constraint is taken down, it is in a copy of the database. Each test says first what holds with the guard on, unless
that is the subject of a test of its own in this folder.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction

from sonae.apps.audit import milestones
from sonae.apps.billing.gateway import CardGateway, CardState, GatewayError, GatewayUnknown, card_gateway
from sonae.apps.billing.models import GatewayMessage, Payment
from sonae.apps.billing.use_cases import settle_payment, store_message, sweep_payments
from sonae.apps.documents import outbox
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.enrolment import acceptance, cover_mails, payment_purpose
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases import begin_payment, start_application
from sonae.apps.parties.models import MemberAccess, MembershipFact
from sonae.domain.calendar import JAPAN
from sonae.integrations import call_out
from sonae.integrations.sandbox_card import gateway as sandbox_gateway
from tests.faults.books import read_processor
from tests.faults.gateways import Before, forgetful, minor_units
from tests.faults.races import all_inside, without_locks
from tests.faults.test_webhooks import event, forgeries, post, send
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class Killed(BaseException):
    """The process ends here."""


def die_at(point: str) -> None:
    def listener(name: str) -> None:
        if name == point:
            milestones.listen(None)
            raise Killed

    milestones.listen(listener)


# --- the stored key ---------------------------------------------------------------------------------------------------


def open_twice(world: World, gateway: CardGateway) -> Payment:
    """The answer to the first call is lost with the process; the sweeper asks again."""
    application = world.application()
    die_at("checkout.after_call")
    with pytest.raises(Killed):
        world.begin(application, gateway=gateway)
    world.pass_time(minutes=1)
    world.sweep(gateway=gateway)
    return Payment.objects.get(purpose=f"enrol:{application.public_id}")


def test_without_the_stored_key_a_second_card_page_is_opened(world: World) -> None:
    open_twice(world, world.gateway)
    assert world.books() == []
    open_twice(world, forgetful(world.gateway))  # type: ignore[arg-type]
    assert any("2 card pages" in finding for finding in world.books())


def test_without_the_stored_key_a_refund_whose_answer_was_lost_never_comes_out(world: World) -> None:
    def lose_the_answer(gateway: CardGateway) -> None:
        _, payment = world.authorised()
        held = world.gateway.read_payment(session_id=payment.session_id)
        world.gateway.capture(payment_id=held.payment_id, charge_yen=payment.charge_yen, key=f"foreign:{payment.key}")
        world.break_next("refund", "lose_reply")
        world.settle(payment, gateway=gateway)
        world.heal(gateway=gateway)

    lose_the_answer(world.gateway)
    assert world.books() == []
    lose_the_answer(forgetful(world.gateway))  # type: ignore[arg-type]
    assert any("a refund is owed and not made" in finding for finding in world.books())


# --- locks and unique indexes -------------------------------------------------------------------------------------------


def press_pay(world: World, times: int) -> list[object]:
    application = world.application()
    return all_at_once([lambda: world.begin(application)] * times)


def test_with_lock_and_index_nobody_sees_an_error(scratch: World, monkeypatch: pytest.MonkeyPatch) -> None:
    all_inside(monkeypatch, begin_payment, "find_obstacle", 4)
    assert len({getattr(payment, "key", payment) for payment in press_pay(scratch, 4)}) == 1


def test_without_the_lock_the_unique_index_still_stops_the_second_payment(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    all_inside(monkeypatch, begin_payment, "find_obstacle", 4)
    outcomes = press_pay(scratch, 4)
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes), outcomes
    assert Payment.objects.filter(purpose=f"enrol:{scratch.applications[-1]}").count() == 1


def test_without_lock_and_index_several_payments_live(scratch: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run_sql("DROP INDEX one_living_payment_for_each_purpose")
    run_sql("ALTER TABLE billing_payment DROP CONSTRAINT billing_payment_key_key")
    without_locks(monkeypatch)
    all_inside(monkeypatch, begin_payment, "find_obstacle", 4)
    press_pay(scratch, 4)
    assert Payment.objects.filter(purpose=f"enrol:{scratch.applications[-1]}").count() > 1


def two_ways_back(world: World) -> None:
    """Both have heard "captured" before either writes."""
    _, payment = world.authorised()
    gate = threading.Barrier(2)

    def wait(point: str) -> None:
        if point in {"capture.after_call", "complete.before_commit"}:
            try:
                gate.wait(0.4)
            except threading.BrokenBarrierError:
                gate.reset()

    milestones.listen(wait)
    all_at_once([lambda: world.settle(payment)] * 2)
    milestones.listen(None)
    world.heal(minutes=3)


def test_without_the_row_lock_the_unique_charge_still_stops_the_second_cover(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lock off: the charge's key holds. Lock, key and exclusion constraint off: one charge, two certificates."""
    two_ways_back(scratch)
    without_locks(monkeypatch)
    two_ways_back(scratch)
    assert scratch.books() == []
    run_sql("ALTER TABLE billing_charge DROP CONSTRAINT billing_charge_key_key")
    run_sql("ALTER TABLE certificates_certificate DROP CONSTRAINT no_overlapping_paid_cover")
    two_ways_back(scratch)
    assert any("1 charges kept, 2 certificates" in finding for finding in scratch.books()), scratch.books()


def test_without_the_unique_event_a_message_counts_each_time(
    scratch: World, site_of: Callable[[World], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sql("ALTER TABLE billing_gatewaymessage DROP CONSTRAINT each_event_counts_once")
    all_inside(monkeypatch, store_message, "_payment_of", 16)
    _, payment = scratch.authorised()
    with site_of(scratch) as site:
        told = event(payment)
        all_at_once([lambda: send(site, told, scratch.now)] * 16)
    assert GatewayMessage.objects.filter(session_id=payment.session_id).count() > 1


def both_charged(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two applications for one year, both past the check when they are charged."""
    run_sql("DROP INDEX IF EXISTS one_living_application_for_each_member_and_year")
    first, one = world.authorised(application=world.application(risk=("retail", 9_000_000, "P100")))
    _, two = world.authorised(application=world.application(member=first.member, risk=("retail", 9_000_000, "P300")))

    def meanwhile(point: str) -> None:
        if point == "capture.after_call":
            milestones.listen(None)
            world.settle(two)

    milestones.listen(meanwhile)
    world.settle(one)
    milestones.listen(None)
    return world.books()


def test_without_the_exclusion_constraint_two_covers_overlap(scratch: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert both_charged(scratch, monkeypatch) == []
    run_sql("ALTER TABLE certificates_certificate DROP CONSTRAINT no_overlapping_paid_cover")
    assert any("overlapping certificates" in finding for finding in both_charged(scratch, monkeypatch))


def test_without_the_unique_charge_a_payment_can_be_booked_as_premium_twice(scratch: World) -> None:
    application, payment = scratch.authorised()
    scratch.settle(payment)
    statement = (
        "INSERT INTO billing_charge (key, member_id, charge_yen, recorded_at) "
        f"SELECT key, member_id, charge_yen, recorded_at FROM billing_charge WHERE key = 'enrol:{application.public_id}'"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(statement)
    run_sql("ALTER TABLE billing_charge DROP CONSTRAINT billing_charge_key_key")
    run_sql(statement)


def begin_applications(world: World, times: int) -> list[object]:
    member = world.member()
    user = MemberAccess.objects.get(member=member).user
    return all_at_once(
        [lambda: start_application.start_application(member=member, user=user, language="ja", now=world.now)] * times
    )


def test_without_lock_and_index_one_member_has_several_applications(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len({getattr(application, "pk", application) for application in begin_applications(scratch, 4)}) == 1
    without_locks(monkeypatch)
    all_inside(monkeypatch, start_application, "scheme_year_for_application", 4)
    outcomes = begin_applications(scratch, 4)
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes), outcomes
    run_sql("DROP INDEX one_living_application_for_each_member_and_year")
    outcomes = begin_applications(scratch, 4)
    assert len({getattr(application, "pk", application) for application in outcomes}) > 1


def test_without_the_claim_two_workers_send_the_same_mail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def send_at_once() -> list[list[str]]:
        while outbox.send_due_mails(now=world.now):
            pass
        application, payment = world.authorised()
        world.settle(payment)
        before = len(mail.outbox)
        all_at_once([lambda: outbox.send_due_mails(now=world.now)] * 4)
        return [sent.to for sent in mail.outbox[before:] if sent.to == [application.user.email]]

    assert len(send_at_once()) == 1
    due = OutboxMessage.objects.filter(sent_at__isnull=True).order_by("id")
    monkeypatch.setattr(outbox, "_claim_one", lambda *, now: due.filter(next_try_at__lte=now).first())
    all_inside(monkeypatch, outbox, "_claim_one", 4)
    assert len(send_at_once()) > 1


# --- unknown is a third state -------------------------------------------------------------------------------------------


def lose_and_try_again(world: World) -> None:
    """The answer to the charge is lost; the member presses "pay" again and uses the card page if there is one."""
    application, payment = world.authorised()
    world.break_next("capture", "lose_reply")
    world.settle(payment)
    again = world.begin(application)
    if again.state == Payment.State.OPEN:
        world.pay(again)
    world.heal()


def test_unknown_taken_for_failure_charges_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_and_try_again(world)
    assert world.books() == []

    def failed(payment: Payment, *, cause: str, now: datetime) -> Payment:
        seen = world.gateway.read_payment(session_id=payment.session_id)
        return settle_payment._close(payment, seen, cause=cause, now=now)

    monkeypatch.setattr(settle_payment, "_unknown", failed)
    lose_and_try_again(world)
    assert any("charged more than once" in finding for finding in world.books())


# --- the sweeper --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["capture.after_call", "complete.before_commit", "capture.before_call"])
def test_without_the_sweeper_a_killed_payment_stays_where_it_was(world: World, point: str) -> None:
    _, payment = world.authorised()
    die_at(point)
    with pytest.raises(Killed):
        world.settle(payment)
    world.pass_time(hours=6)
    assert any("stuck at capturing" in finding for finding in world.books())
    world.sweep()
    assert world.books() == []


def test_without_the_parking_one_bad_payment_keeps_all_the_others_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of three raises something that nobody has thought of."""
    plain = payment_purpose.issue_cover

    def sweep_with_a_bad_one() -> list[tuple[str, str]]:
        applications = [world.authorised()[0] for _ in range(3)]

        def stumble(**given: Any) -> Any:
            if given["application"].pk == applications[0].pk:
                raise ZeroDivisionError
            return plain(**given)

        monkeypatch.setattr(payment_purpose, "issue_cover", stumble)
        world.pass_time(minutes=1)
        with suppress(ZeroDivisionError):
            world.sweep()
        return [world.states(application) for application in applications]

    done, waits = ("issued", "captured"), ("paying", "open")
    assert sweep_with_a_bad_one() == [("paying", "capturing"), done, done]
    monkeypatch.setattr(sweep_payments, "_went_well", lambda work, key: work() or True)
    assert sweep_with_a_bad_one()[1:] == [waits, waits]


def test_without_the_way_back_a_charge_that_can_not_become_cover_is_kept(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both_charged(scratch, monkeypatch) == []
    monkeypatch.setattr(settle_payment, "_keep_for_refund", lambda *_, **__: None)
    said = both_charged(scratch, monkeypatch)
    assert any("2 charges kept" in finding or "1 charges kept, 0 certificates" in finding for finding in said), said


# --- database, call out, database ---------------------------------------------------------------------------------------


def die_after_the_charge(world: World) -> None:
    _, payment = world.authorised()
    die_at("capture.after_call")
    with pytest.raises(Killed):
        world.settle(payment)
    world.tell(Application.objects.get(public_id=world.applications[-1]).member, MembershipFact.Kind.LEFT,
               on=world.now.date())  # fmt: skip
    world.heal()


def test_an_intention_not_committed_before_the_call_is_forgotten_with_the_process(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charged, killed, and the membership ends. The decision was committed before the call, so there is cover; were it not,
    the charge would look like a stranger's and be given back though everything was in order when it was made."""
    die_after_the_charge(world)
    application = Application.objects.get(public_id=world.applications[-1])
    assert application.state == Application.State.ISSUED
    plain = settle_payment._decide_and_capture
    monkeypatch.setattr(settle_payment, "_decide_and_capture", transaction.atomic(plain))
    die_after_the_charge(world)
    application = Application.objects.get(public_id=world.applications[-1])
    assert application.state == Application.State.CLOSED
    assert [
        line.refunded for key, line in read_processor(world.processor.journal).items() if application.public_id in key
    ] == [[application.term_premium]]


def test_a_mail_sent_before_the_commit_tells_of_cover_that_was_never_issued(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_charged(scratch, monkeypatch)
    assert mail.outbox == []

    def at_once(*, recipient: str, subject: str, body: str, **_: object) -> None:
        EmailMessage(subject, body, to=[recipient]).send()

    monkeypatch.setattr(cover_mails, "write_mail", at_once)
    application, payment = scratch.authorised()
    die_at("capture.after_call")
    with pytest.raises(Killed):
        scratch.settle(payment)
    plain = payment_purpose.issue_cover

    def issue_and_fail(**given: Any) -> None:
        plain(**given)
        raise IntegrityError

    monkeypatch.setattr(payment_purpose, "issue_cover", issue_and_fail)
    scratch.pass_time(minutes=1)
    scratch.sweep()
    assert scratch.states(application) == ("closed", "captured")
    # The refund's mail is true; the other one tells of a certificate that doesn't exist.
    # The round settles what other tests have left in the copied database as well, and writes to others about it.
    assert len([letter for letter in mail.outbox if letter.to == [application.user.email]]) == 2


# --- signature, age, checks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["another secret", "old time", "no header", "scheme v0"])
def test_without_the_signature_a_forged_message_is_stored(
    world: World, site: str, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = world.authorised()
    body, header, _ = forgeries(payment, world.now)[case]
    assert post(site, body, header) == 400
    monkeypatch.setattr(sandbox_gateway, "verify", lambda **_: None)
    assert post(site, body, header) == 200
    assert GatewayMessage.objects.filter(session_id=payment.session_id, event_id=json.loads(body)["id"]).exists()


def test_without_the_second_check_a_stranger_is_charged_and_covered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_purpose, "find_obstacle", lambda **_: None)
    application, payment = world.authorised()
    world.tell(application.member, MembershipFact.Kind.LEFT, on=world.now.date())
    world.settle(payment)
    assert world.states(application) == ("issued", "captured")


def test_without_comparing_the_sums_a_hundredth_of_the_premium_buys_the_cover(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    abroad = minor_units(world.gateway)

    def buy() -> tuple[str, str]:
        application = world.application()
        payment = world.begin(application, gateway=abroad)  # type: ignore[arg-type]
        world.pay(payment)
        world.settle(payment, gateway=abroad)  # type: ignore[arg-type]
        return world.states(application)

    assert buy() == ("confirmed", "closed")
    assert world.books() == []
    monkeypatch.setattr(settle_payment, "_mismatch", lambda *_: None)
    assert buy() == ("issued", "captured")
    assert any("where the tariff says" in finding for finding in world.books())


def test_without_comparing_with_the_application_an_old_sum_buys_a_new_plan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is changed behind the payment. Off: what the application costs now, and whether anything has changed."""

    def change_and_settle() -> tuple[str, str]:
        application, payment = world.authorised(application=world.application(risk=("retail", 9_000_000, "P100")))
        Application.objects.filter(pk=application.pk).update(plan_code="P500")
        world.settle(payment)
        return world.states(application)

    assert change_and_settle() == ("confirmed", "closed")
    assert world.books() == []
    monkeypatch.setattr(settle_payment, "_mismatch", lambda *_: None)
    monkeypatch.setattr(payment_purpose, "find_obstacle", lambda **_: None)
    assert change_and_settle() == ("issued", "captured")
    assert any("where the tariff says" in finding for finding in world.books())


def test_by_the_servers_date_the_deadline_is_nine_hours_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """21 November, 08:59 in Japan: in London it is still the 20th."""

    def buy_too_late() -> tuple[str, str]:
        world.at(datetime(2026, 11, 20, 23, 0, tzinfo=JAPAN))
        application, payment = world.authorised(application=world.application(start_on=date(2026, 12, 1)))
        world.at(datetime(2026, 11, 21, 8, 59, 59, tzinfo=JAPAN))
        world.settle(payment)
        return world.states(application)

    assert buy_too_late() == ("confirmed", "closed")
    monkeypatch.setattr(acceptance, "japan_date", lambda moment: moment.astimezone(UTC).date())
    assert buy_too_late() == ("issued", "captured")


def test_without_the_deadline_of_a_call_a_dribbling_processor_holds_its_caller(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, so the HTTP library is content for as long as it lasts."""
    _, payment = world.authorised()
    gateway = world.processor.gateway(seconds=0.1)
    world.break_next("read", "dribble", times=2)
    with pytest.raises(GatewayUnknown):
        gateway.read_payment(session_id=payment.session_id)
    plain = call_out._Call.outcome
    monkeypatch.setattr(call_out._Call, "outcome", lambda self, seconds: plain(self, 30))
    assert gateway.read_payment(session_id=payment.session_id).state == CardState.AUTHORISED


def test_without_its_account_a_message_to_somebody_else_is_believed(
    world: World, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = world.authorised()
    body, header, _ = forgeries(payment, world.now)["another account"]
    assert post(site, body, header) == 400
    monkeypatch.setattr(card_gateway(), "_account", "acct_other")
    assert post(site, body, header) == 200


# --- the oracle itself --------------------------------------------------------------------------------------------------

CROOKED = {
    "UPDATE billing_payment SET state = 'unknown' WHERE id = {payment}": "stuck at unknown",
    "DELETE FROM documents_outboxmessage WHERE recipient = '{email}'": "0 mails",
    "UPDATE enrolment_application SET certificate_id = NULL WHERE id = {application}": "does not know its certificate",
    "UPDATE enrolment_application SET plan_code = 'P500' WHERE id = {application}": "where the tariff says",
    "UPDATE enrolment_application SET state = 'confirmed' WHERE id = {application}": "application confirmed",
}


@pytest.mark.parametrize(("statement", "finding"), CROOKED.items())
def test_the_oracle_sees_books_that_were_cooked(world: World, statement: str, finding: str) -> None:
    application, payment = world.authorised(application=world.application(risk=("retail", 9_000_000, "P100")))
    world.settle(payment)
    assert world.books() == []
    run_sql(statement.format(payment=payment.pk, application=application.pk, email=application.user.email))
    assert any(finding in said for said in world.books()), world.books()


def test_the_oracle_sees_a_charge_that_our_books_don_t_know(world: World) -> None:
    application = world.application()
    held = world.gateway.open_checkout(
        key=f"{application.public_id}:stray", reference=f"enrol:{application.public_id}:9",
        charge_yen=application.term_premium or 0,
        description="", email="", return_url="http://127.0.0.1/a", cancel_url="http://127.0.0.1/b", language="ja", save_card=False,
    )  # fmt: skip
    world.holder.pay(held.url)
    seen = world.gateway.read_payment(session_id=held.session_id)
    world.gateway.capture(payment_id=seen.payment_id, charge_yen=seen.charge_yen, key="stray:capture")
    said = " ".join(world.books())
    assert "1 charges kept, 0 certificates" in said
    assert "the processor knows a payment that we don't" in said


def test_an_open_circuit_is_not_a_decision(world: World) -> None:
    """Turned away without an attempt, the payment waits; nothing is released and nothing doubled."""
    application, payment = world.authorised()

    def refuse(call: str, given: dict[str, Any]) -> None:
        raise GatewayError(call)

    world.settle(payment, gateway=Before(world.gateway, refuse))  # type: ignore[arg-type]
    assert world.states(application) == ("paying", "open")
    world.heal()
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []
