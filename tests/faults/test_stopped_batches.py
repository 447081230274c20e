"""F4 and F5 in the middle of the offers, of closing a month and of acts with return premium: the database is stopped as by a
power cut, sessions are torn away, two wait for each other, a transaction can't be serialised. Started again, everything is
there once.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection, connections
from pytest_django import DjangoDbBlocker

from sonae.apps.audit import milestones
from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import Refund
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.use_cases import record_acts
from sonae.apps.certificates.use_cases.change_cover import AnotherWaits, ChangedMeanwhile
from sonae.apps.renewal import answer_chunk
from sonae.apps.renewal.expiring import Expiring
from sonae.apps.renewal.models import RenewalRun
from sonae.apps.renewal.tally import Tally
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.years import Turn
from sonae.apps.reporting import unlisted
from sonae.apps.reporting.list_export import digest_again
from sonae.apps.reporting.models import Bordereau, BordereauLine
from sonae.apps.reporting.use_cases import close_bordereau
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.change import NotPossible
from tests import clock
from tests.faults.conftest import world_apart
from tests.faults.cover_books import CANCELLED, ask, bought, check_covers, wish_for
from tests.faults.own_server import OwnServer
from tests.faults.races import at_once, wrong
from tests.faults.test_database import altered, wait_for_a_lock
from tests.faults.world import Processor, World
from tests.renewals import NEXT, OFFERS_DAY, check_each_told_once, enter_members, give_covers

pytestmark = pytest.mark.faults
SOAK_ROUNDS = int(os.environ.get("SONAE_SOAK_ROUNDS", "0"))  # `make soak` sets it
STOPS, MOST_SECONDS_DOWN = (max(12, SOAK_ROUNDS * 4), 5.0) if SOAK_ROUNDS else (2, 0.3)
TORN = max(50, SOAK_ROUNDS * 20) if SOAK_ROUNDS else 8
COVERS = 40 * max(1, SOAK_ROUNDS * 3)  # enough work for all the stops
AWAY = (OperationalError, InterfaceError)
IN_DECEMBER = datetime(2026, 12, 2, 10, tzinfo=JAPAN)
NOVEMBER = date(2026, 11, 1)
SEED = 20261202
Answer = TypeVar("Answer")


@pytest.fixture(scope="module")
def apart(
    published_database: str, processor: Processor, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[World, OwnServer]]:
    # Made by hand: pytest's own temporary folders may not be passed through by the account that the server runs as.
    with (
        tempfile.TemporaryDirectory(prefix="sonae-stopped-") as made,
        world_apart(Path(made) / "postgres", published_database, processor, django_db_blocker) as world_and_server,
    ):
        yield world_and_server


@pytest.fixture
def world(apart: tuple[World, OwnServer]) -> Iterator[World]:
    apart[0].at(clock.MORNING)
    yield apart[0]
    milestones.listen(None)
    connections.close_all()


@pytest.fixture
def server(apart: tuple[World, OwnServer]) -> OwnServer:
    return apart[1]


def until_it_is_done(act: Callable[[], Answer], away: tuple[type[Exception], ...] = AWAY) -> Answer:
    """Started again whenever the database was away, as the worker does."""
    for _ in range(6_000):
        try:
            return act()
        except away:
            connections.close_all()
            threading.Event().wait(0.05)
    raise AssertionError("never done")


class Saboteur:
    """Called again and again from inside the work; at some of these times the database goes away under it."""

    def __init__(self, server: OwnServer, *, every: int, most: int) -> None:
        self._server, self._every, self._most = server, every, most
        self._dice, self._lock = random.Random(SEED), threading.Lock()  # noqa: S311
        self._calls = 0
        self._restarts: list[threading.Thread] = []
        self.stopped = 0

    def __call__(self, *_: object) -> None:
        with self._lock:
            self._calls += 1
            if self._calls % self._every or self.stopped >= self._most:
                return
            self.stopped += 1
            self._server.stop_at_once()
            restart = threading.Timer(self._dice.uniform(0, MOST_SECONDS_DOWN), self._server.start)
            restart.start()
            self._restarts.append(restart)

    def finish(self) -> None:
        for restart in self._restarts:
            restart.join(60)
        connections.close_all()  # ours ended with the server


@contextmanager
def sessions_torn_away(world: World, most: int) -> Iterator[list[int]]:
    """So many sessions that are at work, picked at random, until the block ends; their process ids."""
    torn: list[int] = []
    done, dice = threading.Event(), random.Random(SEED)  # noqa: S311

    def tear() -> None:
        with psycopg.connect(world.database, autocommit=True) as knife:
            while len(torn) < most and not done.wait(0.02):
                busy = knife.execute(
                    """SELECT pid FROM pg_stat_activity WHERE datname = current_database()
                       AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"""
                ).fetchall()
                if busy:
                    (pid,) = dice.choice(busy)
                    knife.execute("SELECT pg_terminate_backend(%s)", [pid])
                    torn.append(pid)

    knife = threading.Thread(target=tear, daemon=True)
    knife.start()
    try:
        yield torn
    finally:
        done.set()
        knife.join(10)


# --- the offers of a turn ---------------------------------------------------------------------------------------------------


def offers(chunk: int = 3) -> RenewalRun:
    return make_offers(year_start=NEXT, now=OFFERS_DAY, connections=2, chunk=chunk)


def new_turn(count: int = COVERS) -> list[Certificate]:
    """Certificates that nobody has answered, and no run that has gone through them."""
    RenewalRun.objects.all().delete()
    return give_covers(enter_members(count))


def check_offers(certificates: list[Certificate], run: RenewalRun) -> None:
    assert run.state == "done"
    check_each_told_once(certificates)
    assert run.after is not None
    assert run.after["counted"]["missing_count"] == 0
    assert run.after["seen"] == run.before["expiring"]
    assert AuditEntry.objects.filter(action="renewal.offers_made", object_id=run.key).last() is not None


def test_offers_are_made_once_although_the_database_stops_again_and_again(world: World, server: OwnServer) -> None:
    certificates = new_turn()
    saboteur = Saboteur(server, every=4, most=STOPS)
    milestones.listen(lambda point: saboteur() if point in {"offers.written", "offers.worked"} else None)
    run = until_it_is_done(offers)
    saboteur.finish()
    assert saboteur.stopped == STOPS
    check_offers(certificates, run)


def test_offers_are_made_once_although_sessions_are_torn_away(world: World) -> None:
    certificates = new_turn(COVERS * 2)
    with sessions_torn_away(world, TORN) as torn:
        run = until_it_is_done(partial(offers, 2))
    assert torn
    check_offers(certificates, run)


def test_offers_that_wait_crosswise_with_somebody_are_made_once(world: World) -> None:
    """A stranger holds the last member of a chunk and asks for the first: the database sends one of the two away."""
    certificates = new_turn(48)  # six for each lane, or none of them would hold one and wait for another
    members = sorted(one.member_id for one in certificates)
    with psycopg.connect(world.database) as stranger:
        stranger.execute("SET deadlock_timeout = '50ms'")
        stranger.execute("SELECT FROM parties_member WHERE id = %s FOR UPDATE", [members[-1]])

        def cross() -> str:
            wait_for_a_lock(world, seconds=20)
            try:
                for member in members:
                    stranger.execute("SELECT FROM parties_member WHERE id = %s FOR UPDATE", [member])
            except psycopg.errors.DeadlockDetected:
                return "sent away"
            finally:
                stranger.rollback()
            return "not sent away"

        came = at_once(cross, partial(make_offers, year_start=NEXT, now=OFFERS_DAY, connections=1, chunk=50))
    assert ("sent away" in came) != bool(wrong(came)), came
    check_offers(certificates, until_it_is_done(offers))


def test_without_asking_what_is_answered_the_constraint_still_keeps_a_second_offer_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: everybody is judged and written down once more, and finds the place taken."""
    certificates = new_turn(4)
    check_offers(certificates, offers())
    plain, judged = answer_chunk.sort_out, []

    def nobody_is_answered(rows: Sequence[Expiring], *, turn: Turn) -> tuple[list[Expiring], Tally]:
        undone, tally = plain([row._replace(is_answered=False) for row in rows], turn=turn)
        judged.extend(undone)
        return undone, tally

    monkeypatch.setattr(answer_chunk, "sort_out", nobody_is_answered)
    RenewalRun.objects.all().delete()
    run = offers()
    assert len(judged) == run.before["expiring"]
    assert run.after is not None
    assert (run.after["already"], run.after["offered"]) == (len(judged), 0)
    check_each_told_once(certificates)


# --- a month is closed -----------------------------------------------------------------------------------------------------


def close(monkeypatch: pytest.MonkeyPatch, under_it: Callable[..., None]) -> Bordereau:
    """November's list in chunks of five, with something happening after each."""
    plain = close_bordereau._copy

    def copy(*given: object) -> None:
        plain(*given)  # type: ignore[arg-type]
        under_it()

    monkeypatch.setattr(close_bordereau, "_copy", copy)
    monkeypatch.setattr(close_bordereau, "AT_ONCE", 5)
    monkeypatch.setattr(unlisted, "AT_ONCE", 5)
    return until_it_is_done(
        partial(close_bordereau.close_bordereau, month=NOVEMBER, actor="user:test", now=IN_DECEMBER)
    )


def test_a_month_is_closed_once_although_the_database_stops_and_sessions_are_torn_away(
    world: World, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a stopped try has written is gone with it: the list holds every act of the month once, and its digest fits."""
    bought(world)
    give_covers(enter_members(COVERS))
    saboteur = Saboteur(server, every=4, most=STOPS)
    torn: list[int] = []

    def tear() -> None:
        saboteur()
        if saboteur.stopped == STOPS and len(torn) < TORN and server.answers():
            torn.append(connection.connection.info.backend_pid)
            with psycopg.connect(world.database, autocommit=True) as knife:
                knife.execute("SELECT pg_terminate_backend(%s)", [torn[-1]])

    closed = close(monkeypatch, tear)
    saboteur.finish()
    assert (saboteur.stopped, len(torn)) == (STOPS, TORN)
    recorded = Transaction.objects.filter(recorded_at__lt=datetime(2026, 12, 1, tzinfo=JAPAN))
    assert closed.line_count == recorded.count() == BordereauLine.objects.count()
    assert set(closed.lines.values_list("transaction_id", flat=True)) == set(recorded.values_list("id", flat=True))
    assert closed.premium_yen == sum(recorded.values_list("premium_difference", flat=True))
    assert digest_again(closed) == closed.digest
    assert Bordereau.objects.count() == AuditEntry.objects.filter(action="bordereau.closed").count() == 1
    again = close_bordereau.close_bordereau(month=NOVEMBER, actor="user:test", now=IN_DECEMBER)
    assert (again.pk, again.digest) == (closed.pk, closed.digest)


# --- acts with return premium ----------------------------------------------------------------------------------------------


def work_off(
    world: World, covers: list[Certificate], answered: set[str], away: tuple[type[Exception], ...] = AWAY
) -> Callable[[], None]:
    """One of eight workers that all have the same work: each change is asked for until the database has answered."""

    def work() -> None:
        for place, certificate in enumerate(covers):
            for act, wanted in (("down", wish_for("P300")), ("end", CANCELLED)):
                key = f"{act}:{place}:{certificate.pk}"
                try:
                    until_it_is_done(partial(ask, world, certificate, wanted, key=key), away)
                except (ChangedMeanwhile, AnotherWaits):
                    continue  # another of the eight was faster, under the same key or before the cancellation
                except NotPossible as reason:
                    if reason.code not in {"nothing_changes", "cancelled"}:
                        raise
                    continue
                answered.add(key)

    return work


def check_acts(world: World, covers: list[Certificate], answered: set[str]) -> None:
    """Each cover was made smaller and cancelled once, each with one refund that came out; what was acknowledged is there."""
    world.heal(minutes=3)
    done = ChangeRequest.objects.filter(certificate__in=covers, state="done")
    assert answered <= set(done.values_list("key", flat=True))
    assert done.count() == len(covers) * 2
    for certificate in covers:
        assert list(certificate.transactions.values_list("kind", flat=True)) == ["new", "change", "cancellation"]
        refunds = Refund.objects.filter(reason__startswith=f"act:{certificate.number}:")
        assert refunds.count() == 2
        assert not refunds.filter(refunded_at__isnull=True).exists()
    assert check_covers(world) == []


def test_acts_of_eight_workers_are_recorded_once_although_the_database_stops(
    world: World, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops when charge, booking and refund of an act are written and its paper isn't yet."""
    covers, answered = [bought(world) for _ in range(max(4, STOPS * 2))], set[str]()
    saboteur, plain = Saboteur(server, every=3, most=STOPS), record_acts.issue_change_papers

    def issue(told: object) -> None:
        saboteur()
        plain(told)  # type: ignore[arg-type]

    monkeypatch.setattr(record_acts, "issue_change_papers", issue)
    came = at_once(*[work_off(world, covers, answered)] * 8)
    saboteur.finish()
    assert wrong(came) == []
    assert saboteur.stopped == STOPS
    check_acts(world, covers, answered)


def test_acts_of_eight_workers_are_recorded_once_although_sessions_are_torn_away(world: World) -> None:
    covers, answered = [bought(world) for _ in range(4)], set[str]()
    with sessions_torn_away(world, TORN) as torn:
        came = at_once(*[work_off(world, covers, answered)] * 8)
    assert torn
    assert wrong(came) == []
    check_acts(world, covers, answered)


def test_acts_that_can_not_be_serialised_are_recorded_once(world: World) -> None:
    """Whoever has waited with a picture from before doesn't see what was recorded meanwhile, and runs into the key."""
    covers, answered = [bought(world) for _ in range(2)], set[str]()
    name = connections["default"].settings_dict["NAME"]
    with altered(name, "SET default_transaction_isolation TO 'serializable'", "RESET default_transaction_isolation"):
        came = at_once(*[work_off(world, covers, answered, (*AWAY, IntegrityError))] * 8)
    assert wrong(came) == []
    check_acts(world, covers, answered)


def test_an_act_that_waits_crosswise_with_somebody_is_recorded_once(world: World) -> None:
    certificate, answered = bought(world), set[str]()
    with psycopg.connect(world.database) as stranger:
        stranger.execute("SET deadlock_timeout = '50ms'")
        stranger.execute("SELECT FROM certificates_certificate WHERE id = %s FOR UPDATE", [certificate.pk])

        def cross() -> None:
            wait_for_a_lock(world)
            try:
                stranger.execute("SELECT FROM parties_member WHERE id = %s FOR UPDATE", [certificate.member_id])
            except psycopg.errors.DeadlockDetected:
                pass
            finally:
                stranger.rollback()

        came = at_once(cross, work_off(world, [certificate], answered))
    assert wrong(came) == []
    check_acts(world, [certificate], answered)


def test_a_database_that_acknowledges_before_it_has_written_loses_what_was_acknowledged(
    world: World, server: OwnServer
) -> None:
    """The guard off: with the commit answered from memory, a power cut takes the change with it."""
    name = connections["default"].settings_dict["NAME"]

    def as_owner(*statements: str) -> None:
        with psycopg.connect(server.address("postgres"), autocommit=True) as owner:
            for statement in statements:
                owner.execute(statement)

    kept = []
    as_owner("ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()")
    for setting in ("on", "off"):
        certificate, key = bought(world), f"acknowledged:{setting}"
        as_owner(f'ALTER DATABASE "{name}" SET synchronous_commit TO {setting}')
        connections.close_all()
        ask(world, certificate, wish_for("P300"), key=key)
        server.stop_at_once()
        server.start()
        connections.close_all()
        kept.append(ChangeRequest.objects.filter(key=key).exists())
        as_owner(f'ALTER DATABASE "{name}" RESET synchronous_commit')
        connections.close_all()
    assert kept == [True, False]
    world.heal(minutes=3)
    assert check_covers(world) == []
