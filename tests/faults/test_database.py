"""F5: sessions torn away in the middle of payments, and two that wait for each other."""

from __future__ import annotations

import random
import threading

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from sonae.apps.audit import milestones
from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.settle_payment import settle_payment
from tests.faults.conftest import database_url
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults
SEED = 20261124


def test_fifty_sessions_torn_away_during_payments_lose_and_double_nothing(world: World) -> None:
    """Whoever is thrown out sees an error page and comes again; what nobody comes back for is found by the rounds."""
    everybody = [world.application() for _ in range(12)]
    torn, dice, done = [0], random.Random(SEED), threading.Event()  # noqa: S311

    def tear() -> None:
        with psycopg.connect(world.database, autocommit=True) as knife:
            while torn[0] < 50 and not done.wait(0.004):
                sessions = knife.execute(
                    """SELECT pid FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
                ).fetchall()
                if sessions:
                    (pid,) = dice.choice(sessions)
                    torn[0] += bool(knife.execute("SELECT pg_terminate_backend(%s)", [pid]).fetchone()[0])  # type: ignore[index]

    def buy() -> None:
        while torn[0] < 50:
            try:
                application = world.application()
                everybody.append(application)
            except (OperationalError, InterfaceError):
                connection.close()
                continue
            try:
                payment = world.begin(application)
                if payment.state == Payment.State.OPEN:
                    world.pay(payment)
                    world.settle(payment)
            except (OperationalError, InterfaceError):
                connection.close()

    knife = threading.Thread(target=tear, daemon=True)
    knife.start()
    outcomes = all_at_once([buy] * 4)
    done.set()
    knife.join(10)
    connections.close_all()
    assert [outcome for outcome in outcomes if outcome is not None] == [], f"seed {SEED}"
    assert torn[0] >= 50
    world.heal()
    assert world.books() == [], f"seed {SEED}"
    # Nobody is stuck: whoever had paid is covered, whoever had not can go on paying.
    ends = {world.states(application) for application in everybody if has_payment(application)}
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
    application, payment = world.authorised()
    with psycopg.connect(world.database) as stranger:
        stranger.execute("SELECT 1 FROM enrolment_application WHERE id = %s FOR UPDATE", [application.pk])

        def cross() -> str:
            deadline = 100
            while deadline:  # until the payment holds the member and waits for the application
                deadline -= 1
                with psycopg.connect(world.database, autocommit=True) as look:
                    row = look.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                    ).fetchone()
                if row and row[0]:
                    break
                threading.Event().wait(0.02)
            try:
                stranger.execute("SELECT 1 FROM parties_member WHERE id = %s FOR UPDATE", [application.member_id])
            except psycopg.errors.DeadlockDetected:
                stranger.rollback()
                return "stranger"
            stranger.rollback()
            return "nobody"

        outcomes = all_at_once([
            cross, lambda: settle_payment(key=payment.key, gateway=world.gateway, cause="browser", now=world.now)
        ])  # fmt: skip
    lost = [outcome for outcome in outcomes if outcome == "stranger" or isinstance(outcome, OperationalError)]
    assert len(lost) == 1, outcomes
    world.heal()
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_a_database_that_refuses_another_session_is_no_answer_of_the_processor(world: World) -> None:
    """Every line taken: the payment waits, and comes out when there is a line again."""
    application, payment = world.authorised()
    name = connections["default"].settings_dict["NAME"]
    connections.close_all()
    with psycopg.connect(database_url("postgres"), autocommit=True) as owner:
        owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            with pytest.raises(OperationalError):
                world.settle(payment)
        finally:
            owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    world.heal(minutes=2)
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []
