"""F5: sessions torn away in the middle of payments, and two that wait for each other."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from sonae.apps.audit import milestones
from sonae.apps.billing.models import GatewayMessage, Payment
from sonae.apps.billing.use_cases import settle_payment
from sonae.apps.enrolment.models import Application
from sonae.web.api import card_hooks
from tests.faults.books import read_processor
from tests.faults.conftest import database_url
from tests.faults.tab import Tab
from tests.faults.test_webhooks import carry_out_jobs, event, send
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults
SEED = 20261124


def test_fifty_sessions_torn_away_during_payments_lose_and_double_nothing(world: World, site: str) -> None:
    """Whoever is thrown out sees an error page and comes again; what nobody comes back for is found by the rounds."""
    everybody = [(application, Tab(site, application.user)) for application in (world.application() for _ in range(16))]
    seen: set[int] = set()
    torn, dice, done = [0], random.Random(SEED), threading.Event()  # noqa: S311

    def tear() -> None:
        with psycopg.connect(world.database, autocommit=True) as knife:
            while torn[0] < 50 and not done.wait(0.01):
                sessions = knife.execute(
                    """SELECT pid FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
                ).fetchall()
                if sessions:
                    (pid,) = dice.choice(sessions)
                    torn[0] += bool(knife.execute("SELECT pg_terminate_backend(%s)", [pid]).fetchone()[0])  # type: ignore[index]

    def buy(place: int) -> None:
        for application, tab in itertools.cycle(everybody[place::4]):
            if torn[0] >= 50:
                return
            status, card_page = tab.post(f"/apply/{application.public_id}/pay/")
            seen.add(status)
            if status == 303:
                world.holder.pay(card_page)
                seen.add(tab.get(f"/apply/{application.public_id}/paid/")[0])

    knife = threading.Thread(target=tear, daemon=True)
    knife.start()
    outcomes = all_at_once([partial(buy, place) for place in range(4)])
    done.set()
    knife.join(10)
    connections.close_all()
    assert [outcome for outcome in outcomes if outcome is not None] == [], f"seed {SEED}"
    assert torn[0] >= 50
    assert seen <= {200, 302, 303, 429, 503}, f"seed {SEED}: only whole pages and the page for an outage are shown"
    assert {303, 503} <= seen
    world.heal()
    assert world.books() == [], f"seed {SEED}"
    # Nobody is stuck: whoever had paid is covered, whoever had not can go on paying.
    ends = {world.states(application) for application, _ in everybody if has_payment(application)}
    assert ("issued", "captured") in ends
    assert ends <= {("issued", "captured"), ("paying", "open")}, f"seed {SEED}"


def has_payment(application: Application) -> bool:
    return Payment.objects.filter(purpose=f"enrol:{application.public_id}").exists()


def test_a_round_goes_on_after_its_session_was_torn_away(world: World) -> None:
    """The first payment meets the cut; the others are settled in the same round, on a new session."""
    applications = [world.authorised()[0] for _ in range(4)]
    world.pass_time(minutes=1)
    cut = []

    def tear_once(point: str) -> None:
        if point == "complete.before_commit" and not cut:
            cut.append(point)
            with psycopg.connect(world.database, autocommit=True) as knife:
                knife.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    milestones.listen(tear_once)
    totals = world.sweep()
    milestones.listen(None)
    assert (cut, totals.parked, totals.payments) == (["complete.before_commit"], 1, 3)
    world.heal(minutes=2)
    assert {world.states(application) for application in applications} == {("issued", "captured")}
    assert world.books() == []


def test_a_deadlock_costs_one_of_the_two_its_try_and_nothing_else(world: World) -> None:
    """Ten times: a stranger takes the locks the other way round, and the database sends one of the two away."""
    for _ in range(10):
        application, payment = world.authorised()
        with psycopg.connect(world.database) as stranger:
            stranger.execute("SET deadlock_timeout = '50ms'")
            stranger.execute("SELECT 1 FROM enrolment_application WHERE id = %s FOR UPDATE", [application.pk])
            outcomes = all_at_once([
                lambda stranger=stranger, application=application: cross(world, stranger, application),
                lambda payment=payment: world.settle(payment),
            ])  # fmt: skip
        lost = [outcome for outcome in outcomes if outcome == "stranger" or isinstance(outcome, OperationalError)]
        assert len(lost) == 1, outcomes
    world.heal(minutes=2)
    assert world.books() == []


def cross(world: World, stranger: psycopg.Connection[Any], application: Application) -> str:
    """Ask for the member once the payment holds it and waits for the application; who is sent away?"""
    wait_for_a_lock(world)
    try:
        stranger.execute("SELECT 1 FROM parties_member WHERE id = %s FOR UPDATE", [application.member_id])
    except psycopg.errors.DeadlockDetected:
        return "stranger"
    finally:
        stranger.rollback()
    return "nobody"


def wait_for_a_lock(world: World, *, seconds: int = 2) -> None:
    """Until somebody waits for a row that another holds, so many seconds at most."""
    with psycopg.connect(world.database, autocommit=True) as look:
        for _ in range(seconds * 100):
            row = look.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchone()
            if row and row[0]:
                break
            threading.Event().wait(0.01)


@contextmanager
def altered(name: str, change: str, back: str) -> Iterator[None]:
    """The database under another rule for a while; sessions that were open keep the old one, so all are closed."""
    connections.close_all()
    with psycopg.connect(database_url("postgres"), autocommit=True) as owner:
        owner.execute(f'ALTER DATABASE "{name}" {change}')
        try:
            yield
        finally:
            connections.close_all()
            owner.execute(f'ALTER DATABASE "{name}" {back}')


def test_a_transaction_that_can_not_be_serialised_is_done_again_by_whoever_comes_next(world: World) -> None:
    """Twenty payments, four callers each, in a database that serialises: three of four are sent away, nothing is half done."""
    name = connections["default"].settings_dict["NAME"]
    applications, sent_away = [], 0
    with altered(name, "SET default_transaction_isolation TO 'serializable'", "RESET default_transaction_isolation"):
        for _ in range(20):
            application, payment = world.authorised()
            outcomes = all_at_once([lambda payment=payment: world.settle(payment)] * 4)
            for outcome in outcomes:
                assert isinstance(outcome, (Payment, OperationalError)), outcome
            sent_away += sum(isinstance(outcome, OperationalError) for outcome in outcomes)
            applications.append(application)
        assert sent_away >= 20
        world.heal(minutes=2)
    assert {world.states(application) for application in applications} == {("issued", "captured")}
    assert world.books() == []


def touched_meanwhile(world: World) -> tuple[Application, Payment, list[object]]:
    """Charged; while the cover is written a stranger changes the member's row, so that the transaction can't be serialised."""
    application, payment = world.authorised()
    with psycopg.connect(world.database) as stranger:

        def touch(point: str) -> None:
            if point == "capture.after_call":
                stranger.execute("UPDATE parties_member SET number = number WHERE id = %s", [application.member_id])

        milestones.listen(touch)
        outcomes = all_at_once([lambda: world.settle(payment), lambda: commit_when_waited_for(world, stranger)])
        milestones.listen(None)
    return application, payment, outcomes


def commit_when_waited_for(world: World, stranger: psycopg.Connection[Any]) -> None:
    wait_for_a_lock(world)
    stranger.commit()


def test_a_transaction_that_could_not_be_serialised_taken_for_a_hindrance_gives_the_money_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: an error of the database is taken for an answer, "no cover can be issued"."""
    name = connections["default"].settings_dict["NAME"]
    with altered(name, "SET default_transaction_isolation TO 'serializable'", "RESET default_transaction_isolation"):
        application, payment, outcomes = touched_meanwhile(world)
        assert isinstance(outcomes[0], OperationalError)
        assert world.states(application) == ("paying", "capturing")
        world.heal(minutes=2)
        assert world.states(application) == ("issued", "captured")
        assert world.books() == []
        monkeypatch.setattr(settle_payment, "OperationalError", InterfaceError)
        monkeypatch.setattr(settle_payment, "IntegrityError", DatabaseError)
        application, payment, outcomes = touched_meanwhile(world)
    assert isinstance(outcomes[0], Payment), outcomes
    assert world.states(application) == ("closed", "captured")
    line = read_processor(world.processor.journal)[payment.key]
    assert (line.captured, line.refunded) == ([payment.charge_yen], [payment.charge_yen])


def test_a_database_that_refuses_another_session_is_no_answer_of_the_processor(world: World, site: str) -> None:
    """Ten times every line is taken: people read when to come back, the webhook is not called stored, and all comes out well."""
    name = connections["default"].settings_dict["NAME"]
    for _ in range(10):
        application, payment = world.authorised()
        tab, told = Tab(site, application.user), event(payment)
        with altered(name, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"):
            with pytest.raises(OperationalError):
                world.settle(payment)
            status, words = tab.get(f"/apply/{application.public_id}/paid/")
            assert status == 503
            assert "もう一度お支払いにならないでください" in words
            assert send(site, told, world.now) == 503
        assert not GatewayMessage.objects.filter(session_id=payment.session_id).exists()
        assert send(site, told, world.now) == 200
        carry_out_jobs(world, payment)
        assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_an_answer_given_before_the_row_is_kept_loses_the_message(
    world: World, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: a webhook that is thanked for before it is stored is never sent again."""
    _, payment = world.authorised()

    def thank_first(*, gateway: str, event: object, now: object) -> bool:
        return True

    monkeypatch.setattr(card_hooks, "store_message", thank_first)
    assert send(site, event(payment), world.now) == 200
    assert not GatewayMessage.objects.filter(session_id=payment.session_id).exists()
