"""F2, F3 and F14 for the turn of paid cover: killed at every named point and at random moments, started by eight workers at once,
beside a renewal by hand, with a product published meanwhile, by servers in other time zones. In the end each certificate was told
once, and the totals say so.

Each kill has a scheme year of its own. ``SONAE_TURN_CERTIFICATES`` (24) and ``SONAE_TURN_KILLS`` (6) make the runs longer.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

import sonae
from sonae.apps.audit import milestones
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.use_cases.publish_product import publish_product
from sonae.apps.programmes.version_folder import read_folder
from sonae.apps.renewal import answer_chunk
from sonae.apps.renewal.models import RenewalOffer, RenewalRun
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.faults.children import Zygote
from tests.faults.conftest import committing_to, new_database, working_on
from tests.faults.races import at_once, without_locks, wrong
from tests.faults.test_kills import points_in
from tests.renewals import act, check_each_told_once, enter_members, give_covers

pytestmark = pytest.mark.faults

RENEWAL = Path(sonae.__file__).parent / "apps" / "renewal"
CERTIFICATES = int(os.environ.get("SONAE_TURN_CERTIFICATES", "24"))
KILLS = int(os.environ.get("SONAE_TURN_KILLS", "6"))
CHUNK = max(2, CERTIFICATES // 24)
_years = count(2027)


@pytest.fixture(scope="module")
def turn_database(published_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of our own with members in it."""
    with new_database(f"{published_database}_turn", template=published_database) as name:
        with django_db_blocker.unblock(), working_on(name):
            enter_members(CERTIFICATES)
        yield name


@pytest.fixture
def programme(turn_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with committing_to(turn_database, django_db_blocker):
        yield turn_database


@pytest.fixture(scope="module")
def zygote(turn_database: str) -> Iterator[Zygote]:
    with Zygote(database=turn_database) as warm:
        yield warm


class Turn:
    """A scheme year that has not been offered yet, with a certificate for every member in the year before it."""

    def __init__(self) -> None:
        before = SchemeYear.objects.latest("start_on")
        self.start_on = date(next(_years), 12, 1)
        SchemeYear.objects.create(
            programme=before.programme, start_on=self.start_on, product_version=before.product_version,
            expiry_on=self.start_on.replace(year=self.start_on.year + 1), opened_at=clock.now(),
        )  # fmt: skip
        members = list(Member.objects.order_by("id"))
        self.certificates = give_covers(members, starts_on=before.start_on, year=before)
        act(self.certificates[0], 2, "change", self.start_on - timedelta(days=90), {"annual_sales": 40_000_000}).save()
        self.now = datetime(self.start_on.year, 10, 3, 4, 0, tzinfo=JAPAN)

    def order(self, connections: int = 1) -> dict[str, Any]:
        return {"year": self.start_on.isoformat(), "connections": connections, "chunk": CHUNK}

    def making(self) -> Callable[[], object]:
        return lambda: make_offers(year_start=self.start_on, now=self.now, connections=1, chunk=CHUNK)

    def check(self) -> dict[str, Any]:
        """Everybody told once, in totals that were counted while they were written; what the run says."""
        check_each_told_once(self.certificates, year_start=self.start_on)
        run = RenewalRun.objects.get(key=f"offers:{self.start_on}")
        assert run.state == "done"
        assert run.after is not None
        assert run.after["seen"] == run.after["offered"] + run.after["already"] == len(self.certificates)
        assert run.after["counted"]["missing_count"] == 0
        return run.after


@pytest.fixture(autouse=True)
def _numbers_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members have a certificate in every year here, so numbers are drawn by year."""
    monkeypatch.setattr("tests.renewals.NUMBER", lambda member: f"C{member.number[1:]}x{next(_numbers)}")


_numbers = count(1)


def test_offers_killed_at_any_named_point_end_as_if_nothing_had_happened(programme: str, zygote: Zygote) -> None:
    turn = Turn()
    points = zygote.run("offers", turn.order(), now=turn.now)["reached"]
    turn.check()
    named = {point for point in points_in(RENEWAL.rglob("*.py")) if point.startswith("offers.")}
    assert named
    assert named <= {point.partition("#")[0] for point in points}
    for point in _first_and_last(points):
        turn = Turn()
        told = zygote.run("offers", turn.order(), now=turn.now, kill=point)
        assert told["killed"], (point, told)
        told = zygote.run("offers", turn.order(), now=turn.now + timedelta(days=1))
        assert (told["told"], told["error"]) == ("done", ""), point
        assert turn.check()["already"] == 0, point


def _first_and_last(points: list[str]) -> list[str]:
    """Every name at its first and at its last time."""
    times: dict[str, list[str]] = {}
    for point in points:
        times.setdefault(point.partition("#")[0], []).append(point)
    return sorted({met[place] for met in times.values() for place in (0, -1)})


def test_offers_killed_at_random_moments_end_as_if_nothing_had_happened(programme: str, zygote: Zygote) -> None:
    rnd = random.Random(20261002)  # noqa: S311
    killed, rounds = 0, 0
    while killed < KILLS:  # moments that come too late don't count
        rounds += 1
        assert rounds <= 10 * KILLS, f"only {killed} kills came in time"
        turn = Turn()
        for _ in range(rnd.choice((1, 2, 3))):
            killed += zygote.run("offers", turn.order(2), now=turn.now, kill_after=rnd.uniform(0.005, 0.4))["killed"]
        told = zygote.run("offers", turn.order(2), now=turn.now)
        assert (told["told"], told["error"]) == ("done", "")
        assert turn.check()["already"] == 0


def test_without_transactions_a_kill_leaves_offers_that_no_run_has_counted(programme: str, zygote: Zygote) -> None:
    """Each certificate is told once even so, by the unique keys; but the totals no longer say who was told by this run."""
    turn = Turn()
    told = zygote.run("offers", turn.order(), now=turn.now, kill="offers.written#1", without_transactions=True)
    assert told["killed"], told
    assert zygote.run("offers", turn.order(), now=turn.now)["error"] == ""
    assert turn.check()["already"] > 0


def test_offers_started_three_times_by_eight_workers_are_made_once(programme: str) -> None:
    turn = Turn()
    for _ in range(3):
        assert wrong(at_once(*[turn.making()] * 8)) == []
    assert turn.check()["already"] == 0


def test_without_the_locks_workers_meet_and_the_unique_keys_still_let_each_be_told_once(
    programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight on the same chunks, of members, lanes and runs that nobody holds: whoever comes second finds the row there."""
    turn = Turn()
    make_offers(year_start=turn.start_on, now=turn.now, connections=1, chunk=CHUNK)
    without_locks(monkeypatch)
    monkeypatch.setattr(answer_chunk, "lock_members", lambda ids: None)
    RenewalRun.objects.filter(key=f"offers:{turn.start_on}").delete()
    at_once(*[turn.making()] * 8)
    check_each_told_once(turn.certificates, year_start=turn.start_on)


def renew_by_hand(turn: Turn, certificate: Certificate, inside: threading.Event, go_on: threading.Event) -> None:
    """What a member's own renewal does to the rows: its lock first, then the certificate of the next year."""
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=certificate.member_id)
        inside.set()
        go_on.wait(5)
        Certificate.objects.create(
            number=f"N{certificate.number}"[:20], member=certificate.member, section="paid", starts_on=turn.start_on,
            scheme_year=SchemeYear.objects.get(start_on=turn.start_on), verification_code=f"N{certificate.pk}",
            issued_at=turn.now, renewed_from=certificate,
        )  # fmt: skip
    connection.close()


@pytest.mark.parametrize("guarded", [True, False])
def test_an_offer_never_overtakes_a_renewal_by_hand_and_without_the_members_lock_it_does(
    programme: str, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    turn = Turn()
    if not guarded:
        monkeypatch.setattr(answer_chunk, "lock_members", lambda ids: None)
    renewing, inside, go_on = turn.certificates[5], threading.Event(), threading.Event()
    hand = threading.Thread(target=renew_by_hand, args=(turn, renewing, inside, go_on))
    hand.start()
    assert inside.wait(5)
    threading.Timer(0.5, go_on.set).start()
    run = make_offers(year_start=turn.start_on, now=turn.now, connections=1, chunk=CHUNK)
    hand.join(20)
    assert run.after is not None
    assert run.after["renewed"] == int(guarded)
    assert RenewalOffer.objects.filter(certificate=renewing).exists() is not guarded
    Certificate.objects.filter(renewed_from=renewing).delete()


def test_a_product_published_meanwhile_changes_no_offer(programme: str) -> None:
    """The scheme year pins its product: the version of a later day is there, and nobody asks it."""
    turn = Turn()
    newer = turn.start_on - timedelta(days=1)
    files = {name: content.replace(b"effective_date = 2026-12-01", f"effective_date = {newer}".encode())
             for name, content in read_folder(Path(settings.SONAE_PRODUCTS) / "cyber" / "2026-12-01").items()}  # fmt: skip
    published = []

    def publish_between(point: str) -> None:
        if point == "offers.committed" and not published:
            published.append(publish_product(files=files, actor="system:test", now=turn.now)[0])

    milestones.listen(publish_between)
    make_offers(year_start=turn.start_on, now=turn.now, connections=1, chunk=CHUNK)
    milestones.listen(None)
    turn.check()
    (digest,) = (
        RenewalOffer.objects.filter(scheme_year__start_on=turn.start_on)
        .values_list("product_digest", flat=True)
        .distinct()
    )
    assert published
    assert published[0].digest != digest == SchemeYear.objects.get(start_on=turn.start_on).product_version.digest


def test_notices_killed_at_random_moments_are_written_once(programme: str, zygote: Zygote) -> None:
    turn = Turn()
    turn.making()()
    day = datetime(turn.start_on.year, 11, 13, 4, 5, tzinfo=JAPAN)
    rnd = random.Random(7)  # noqa: S311
    for _ in range(KILLS):
        zygote.run("notices", {"chunk": 3}, now=day, kill_after=rnd.uniform(0.001, 0.05))
    assert zygote.run("notices", {"chunk": 3}, now=day)["error"] == ""
    keys = OutboxMessage.objects.filter(key__startswith=f"renewal-reminder:{day.date()}:")
    assert keys.count() == len(turn.certificates)


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_server_in_another_time_zone_keeps_japans_days(programme: str, zone: str) -> None:
    turn = Turn()
    year = turn.start_on.year
    with Zygote(database=programme, time_zone=zone) as abroad:
        early = abroad.run("offers", turn.order(), now=datetime(year, 10, 1, 23, 59, 50, tzinfo=JAPAN))
        assert "OffersNotDue" in early["error"]
        told = abroad.run("offers", turn.order(), now=datetime(year, 10, 2, 0, 0, 5, tzinfo=JAPAN))
        assert (told["told"], told["error"]) == ("done", "")
        assert abroad.run("notices", {"chunk": 9}, now=datetime(year, 10, 31, 23, 59, 50, tzinfo=JAPAN))["told"] == 0
        sent = abroad.run("notices", {"chunk": 9}, now=datetime(year, 11, 1, 0, 0, 5, tzinfo=JAPAN))
    turn.check()
    assert sent["told"] == len(turn.certificates)
    assert set(
        RenewalOffer.objects.filter(scheme_year__start_on=turn.start_on).values_list("judged_on", flat=True)
    ) == {date(year, 10, 2)}


def test_a_clock_that_jumps_a_year_ahead_and_back_makes_no_offer_twice(programme: str) -> None:
    turn = Turn()
    for moment in (turn.now, turn.now + timedelta(days=70), turn.now - timedelta(hours=3), turn.now):
        make_offers(year_start=turn.start_on, now=moment, connections=1, chunk=CHUNK)
    turn.check()
