"""F1 and F3 for the free cover: killed at every named point and at random moments, started twice by eight workers, and at once
with a feed or a paid certificate. In the end every member has exactly one certificate for the year, and the totals say so.

Each kill has a scheme year or a feed of its own; the members stay, so every turn meets what the one before has left.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import count, zip_longest
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoDbBlocker

import sonae
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.certificates.use_cases.issue_certificate import Schedule, issue_certificate
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.membership.control_totals import count_cover
from sonae.apps.membership.models import Feed, FreeCoverEnd, FreeCoverRun
from sonae.apps.membership.use_cases import follow_member, schedule_free_cover_end, turn_free_covers
from sonae.apps.membership.use_cases.follow_feed import follow_feed
from sonae.apps.parties.models import Member, MembershipFact, Organisation, User
from sonae.apps.programmes.models import SchemeYear
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.faults.children import Zygote
from tests.faults.conftest import committing_to, new_database, working_on
from tests.faults.races import at_once, wrong
from tests.faults.test_kills import points_in

pytestmark = pytest.mark.faults

MEMBERSHIP = Path(sonae.__file__).parent / "apps" / "membership"
OURS = ("turn.", "run.", "follow.", "end.")
ENDS_ON = date(2027, 2, 14)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
MEMBERS, CHUNK = 60, 4
_years = count(2027)
_numbers = count(1)


@pytest.fixture(scope="module")
def free_cover_database(published_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of our own with members in it: everybody who is there takes part in a turn."""
    with new_database(f"{published_database}_free", template=published_database) as name:
        with django_db_blocker.unblock(), working_on(name):
            tell(MEMBERS)
            tell(6, then=[("left", date(2027, 5, 5)), ("joined", date(2027, 9, 9))])
        yield name


@pytest.fixture
def programme(free_cover_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with committing_to(free_cover_database, django_db_blocker):
        yield free_cover_database


@pytest.fixture(scope="module")
def zygote(free_cover_database: str) -> Iterator[Zygote]:
    with Zygote(database=free_cover_database) as warm:
        yield warm


def tell(
    members: int, *, then: list[tuple[str, date]] | None = None, source: str = "test", since: date = date(2026, 1, 1)
) -> list[int]:
    """So many new members on the list, and what was told of each of them afterwards."""
    entered = Member.objects.bulk_create(
        Member(number=f"K{next(_numbers):05d}{secrets.token_hex(3)}", created_at=clock.now()) for _ in range(members)
    )
    MembershipFact.objects.bulk_create(
        MembershipFact(member=member, kind=kind, effective_date=day, recorded_at=clock.now(), member_class="basic",
                       name="見本商店", email=f"{member.number.lower()}@sample.example", source=source)
        for member in entered
        for kind, day in [("joined", since), *(then or [])]
    )  # fmt: skip
    return [member.pk for member in entered]


def next_year() -> tuple[date, datetime]:
    """A scheme year that was not turned yet, and a moment some days before it begins."""
    start_on = date(next(_years), 12, 1)
    before = SchemeYear.objects.latest("start_on")
    SchemeYear.objects.create(
        programme=before.programme, start_on=start_on, expiry_on=start_on.replace(year=start_on.year + 1),
        product_version=before.product_version, opened_at=clock.now(),
    )  # fmt: skip
    return start_on, datetime(start_on.year, 11, 20, 3, 23, tzinfo=JAPAN)


def order(start_on: date, connections: int = 1) -> dict[str, Any]:
    return {"year": start_on.isoformat(), "connections": connections, "chunk": CHUNK}


def check_turned(start_on: date) -> None:
    """Exactly one certificate for everybody who is a member on the first day, each with its log, and totals that say so."""
    counted = count_cover(start_on)
    assert counted.members == counted.covered == listed(start_on)
    assert counted.covered_after_leaving == 0
    of_year = Certificate.objects.filter(scheme_year__start_on=start_on, section="free")
    assert of_year.count() == of_year.values("member").distinct().count() == counted.members
    assert Transaction.objects.filter(certificate__in=of_year, kind="new", seq=1).count() == counted.members
    assert Transaction.objects.filter(certificate__in=of_year).count() == counted.members
    assert set(of_year.values_list("starts_on", "cancelled_on")) == {(start_on, None)}
    run = FreeCoverRun.objects.get(key=f"turn:{start_on}")
    assert run.state == "done"
    assert run.after is not None
    assert run.after["members"] == run.after["newly_covered"] + run.after["covered_before"] == counted.members


def listed(day: date) -> int:
    """Counted in Python, member by member."""
    latest: dict[int, str] = {}
    for fact in MembershipFact.objects.filter(effective_date__lte=day).order_by("effective_date", "recorded_at", "id"):
        latest[fact.member_id] = fact.kind
    return sum(kind != "left" for kind in latest.values())


class Ending:
    """The organiser's end of the free cover, scheduled and taken back again and again; in between everything is as before."""

    def __init__(self, zygote: Zygote) -> None:
        self.zygote = zygote
        organiser, _ = Organisation.objects.get_or_create(code="organiser", defaults={"role": "organiser"})
        address = f"organiser{next(_numbers)}@staff.example"
        self.by = User.objects.create_user(address, date_joined=NOW, organisation=organiser)
        with transaction.atomic():
            follow_member.follow_members(ids=list(Member.objects.values_list("id", flat=True)), reason="test", now=NOW)
        self.before = self.covers()

    def covers(self) -> list[tuple[object, ...]]:
        return list(Certificate.objects.order_by("id").values_list("id", "starts_on", "cancelled_on", "cover"))

    def carry_out(self, kill: str = "") -> dict[str, Any]:
        return self.zygote.run("end", {"chunk": CHUNK}, now=NOW, kill=kill)

    def ended(self, kill: str = "") -> list[str]:
        """Scheduled, carried out, and everything is as it should be; the points that were reached."""
        end = schedule_free_cover_end.schedule_free_cover_end(ends_on=ENDS_ON, reason="", by=self.by, now=NOW)
        told = self.carry_out(kill)
        assert told["killed"] == bool(kill), told
        assert self.carry_out()["error"] == ""
        assert not Certificate.objects.filter(section="free", cover__endswith__gt=ENDS_ON).exists()
        live = Transaction.objects.filter(kind="cancellation", reason=end.source, reversed_by__isnull=True)
        assert live.count() == live.values("certificate").distinct().count() == len(self.running())
        assert self.mails("ends", end) == listed(NOW.date())
        return list(told["reached"])

    def kept(self, kill: str = "") -> list[str]:
        """Taken back, and everything is as it was before."""
        end = schedule_free_cover_end.keep_free_cover(reason="", by=self.by, now=NOW)
        told = self.carry_out(kill)
        assert told["killed"] == bool(kill), told
        assert self.carry_out()["error"] == ""
        assert self.covers() == self.before
        assert self.mails("stays", end) == listed(NOW.date())
        return list(told["reached"])

    def running(self) -> list[tuple[object, ...]]:
        """Those that would run past the end."""
        return [row for row in self.before if not row[3].isempty and row[3].upper > ENDS_ON]  # type: ignore[attr-defined]

    @staticmethod
    def mails(kind: str, end: FreeCoverEnd) -> int:
        return OutboxMessage.objects.filter(key__startswith=f"free-cover-{kind}:{end.pk}:").count()


def test_an_end_and_its_taking_back_killed_at_any_point_leave_no_trace(programme: str, zygote: Zygote) -> None:
    ending = Ending(zygote)
    assert ending.running()
    of_end, of_keeping = ending.ended(), ending.kept()
    kills = list(zip_longest(_spread(of_end, 12), _spread(of_keeping, 12), fillvalue=""))
    for kill_end, kill_keeping in kills:
        ending.ended(kill_end)
        ending.kept(kill_keeping)
    assert len(kills) >= 12


def test_every_named_point_of_the_free_cover_is_killed_at(programme: str, zygote: Zygote) -> None:
    ending = Ending(zygote)
    reached = [*ending.ended(), *ending.kept()]
    start_on, now = next_year()
    for act, on in (("turn", order(start_on)), ("follow", {"feed": feed_of(tell(5)).pk, "chunk": 2})):
        told = zygote.run(act, on, now=now)
        assert told["error"] == ""
        reached += told["reached"]
    named = {point for point in points_in(MEMBERSHIP.rglob("*.py")) if point.startswith(OURS)}
    assert named
    assert named <= {point.partition("#")[0] for point in reached}


def test_a_turn_killed_at_any_point_ends_as_if_nothing_had_happened(programme: str, zygote: Zygote) -> None:
    start_on, now = next_year()
    points = zygote.run("turn", order(start_on), now=now)["reached"]
    check_turned(start_on)
    killed = 0
    for point in _spread(points, 30):
        start_on, now = next_year()
        told = zygote.run("turn", order(start_on), now=now, kill=point)
        assert told["killed"], (point, told)
        killed += 1
        told = zygote.run("turn", order(start_on), now=now + timedelta(days=1))
        assert (told["told"], told["error"]) == ("done", ""), point
        check_turned(start_on)
    assert killed >= 30


def test_a_turn_killed_at_random_moments_ends_as_if_nothing_had_happened(programme: str, zygote: Zygote) -> None:
    rnd = random.Random(20261201)  # noqa: S311
    killed, rounds = 0, 0
    while killed < 10 or rounds < 20:  # moments that come too late don't count
        rounds += 1
        assert rounds <= 60, f"only {killed} kills came in time"
        start_on, now = next_year()
        for _ in range(rnd.choice((1, 2, 3))):
            killed += zygote.run("turn", order(start_on, 2), now=now, kill_after=rnd.uniform(0.005, 0.6))["killed"]
        told = zygote.run("turn", order(start_on, 2), now=now)
        assert (told["told"], told["error"]) == ("done", "")
        check_turned(start_on)


def _spread(points: list[str], wanted: int) -> list[str]:
    """Every name at its first, its middle and its last time, then others evenly, so that all are met and the test stays short."""
    times: dict[str, list[str]] = {}
    for point in points:
        times.setdefault(point.partition("#")[0], []).append(point)
    chosen = {met[place] for met in times.values() for place in (0, len(met) // 2, -1)}
    others = [point for point in points if point not in chosen]
    missing = max(0, wanted - len(chosen))
    return [*sorted(chosen), *others[:: max(1, len(others) // max(1, missing))][:missing]]


def feed_of(ids: list[int]) -> Feed:
    """A feed that was applied, with the facts of these members as its own."""
    feed = Feed.objects.create(
        digest=secrets.token_hex(32), size=1, file_name="list.csv", form="changes", effective_date=date(2026, 1, 1),
        channel="command", state="applied", received_at=clock.now(), received_by="user:1",
    )  # fmt: skip
    facts = MembershipFact.objects.filter(member_id__in=ids)
    MembershipFact.objects.bulk_create(
        MembershipFact(member_id=fact.member_id, kind=fact.kind, effective_date=fact.effective_date,
                       recorded_at=fact.recorded_at, member_class=fact.member_class, name=fact.name, source=feed.source)
        for fact in facts
    )  # fmt: skip
    return feed


def check_followed(feed: Feed, ids: list[int], leavers: list[int]) -> None:
    feed.refresh_from_db()
    assert feed.followed_at is not None
    free = Certificate.objects.filter(section="free")
    covers = list(free.filter(member_id__in=ids).values_list("member_id", "starts_on", "cancelled_on"))
    assert sorted(covers) == sorted(
        (member, start_on, None) for member in ids for start_on in (date(2026, 1, 1), date(2026, 12, 1))
    )
    assert sorted(free.filter(member_id__in=leavers).values_list("member_id", "starts_on", "cancelled_on")) == [
        (member, date(2026, 1, 1), date(2026, 6, 1)) for member in sorted(leavers)
    ]
    kinds = [(entry.certificate_id, entry.seq) for entry in Transaction.objects.filter(certificate__member__in=ids)]
    assert len(kinds) == len(set(kinds)) == 2 * len(ids)
    ended = Transaction.objects.filter(certificate__member__in=leavers).order_by("certificate_id", "seq")
    assert [entry.kind for entry in ended] == ["new", "cancellation"] * len(leavers)


def a_feed() -> tuple[Feed, list[int], list[int]]:
    joiners, leavers = tell(8), tell(3, then=[("left", date(2026, 5, 5))])
    return feed_of([*joiners, *leavers]), joiners, leavers


def test_a_feed_killed_at_any_point_or_moment_is_followed_as_if_nothing_had_happened(
    programme: str, zygote: Zygote
) -> None:
    feed, joiners, leavers = a_feed()
    points = zygote.run("follow", {"feed": feed.pk, "chunk": 3}, now=NOW)["reached"]
    check_followed(feed, joiners, leavers)
    killed, tried = 0, 0
    rnd = random.Random(7)  # noqa: S311
    kills: list[dict[str, Any]] = [{"kill": point} for point in points]
    kills += [{"kill_after": rnd.uniform(0.005, 0.25)} for _ in range(75)]
    while killed < 25 or tried < len(points) + 15:  # moments that come too late don't count
        assert tried < len(kills), f"only {killed} of {tried} kills came in time"
        kill, tried = kills[tried], tried + 1
        feed, joiners, leavers = a_feed()
        killed += zygote.run("follow", {"feed": feed.pk, "chunk": 3}, now=NOW, **kill)["killed"]
        assert zygote.run("follow", {"feed": feed.pk, "chunk": 3}, now=NOW)["error"] == ""
        check_followed(feed, joiners, leavers)


def turning(start_on: date, now: datetime) -> Callable[[], object]:
    return lambda: turn_free_covers.turn_free_covers(scheme_year_start=start_on, now=now, connections=1, chunk=CHUNK)


def test_a_turn_started_twice_by_eight_workers_issues_each_certificate_once(programme: str) -> None:
    """F3: 8 × 3 starts of the same turn; whoever comes late finds the work done."""
    start_on, now = next_year()
    for _ in range(3):
        assert wrong(at_once(*[turning(start_on, now)] * 8)) == []
    check_turned(start_on)
    run = FreeCoverRun.objects.get(key=f"turn:{start_on}")
    assert run.after is not None
    assert run.after["newly_covered"] == run.after["issued"] == listed(start_on)


def test_a_turn_and_a_feed_of_the_same_members_at_once_issue_each_certificate_once(programme: str) -> None:
    start_on, now = next_year()
    joiners = tell(20, since=date(2026, 6, 1))
    leaving = tell(10, then=[("left", start_on - timedelta(days=10))])
    feed = feed_of([*joiners, *leaving])
    follow = lambda: follow_feed(feed_id=feed.pk, now=now, chunk=3)  # noqa: E731
    assert wrong(at_once(turning(start_on, now), follow, turning(start_on, now), follow)) == []
    turning(start_on, now)()
    check_turned(start_on)


def test_a_paid_certificate_and_the_turn_at_once_wait_for_each_other(programme: str) -> None:
    start_on, now = next_year()
    members = list(Member.objects.order_by("id")[:5])
    year = SchemeYear.objects.select_related("product_version").get(start_on=start_on)
    came = at_once(turning(start_on, now), turning(start_on, now), *[_buying(member, year, now) for member in members])
    assert wrong(came) == []
    check_turned(start_on)
    assert Certificate.objects.filter(scheme_year=year, section="paid").count() == len(members)


def _buying(member: Member, year: SchemeYear, now: datetime) -> Callable[[], object]:
    def buy() -> None:
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=member.pk)
            issue_certificate(
                member=member, scheme_year=year, section="paid", starts_on=year.start_on,
                schedule=Schedule("P100", "information", 9_000_000, {"name": "x"}, {"name": "x"}, 64_940, 64_940),
                charge=None, actor="system:test", reason="test", now=now,
            )  # fmt: skip

    return buy


# -- guards, seen red ---------------------------------------------------------------------------------------------------


def test_without_the_members_lock_two_rounds_over_one_member_run_into_the_constraint(
    programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both see that nothing is there and both issue: the constraint refuses the second, whose whole chunk is lost."""
    seen, patience = (
        threading.Barrier(2),
        {True: 1.0, False: 30.0},
    )  # guarded, the second can't come; else it comes at last
    plain, is_guarded = follow_member.find_free_cover_end, True

    def both_inside() -> object:
        with suppress(threading.BrokenBarrierError):
            seen.wait(patience[is_guarded])
        return plain()

    monkeypatch.setattr(follow_member, "find_free_cover_end", both_inside)
    for is_guarded in (True, False):
        if not is_guarded:
            monkeypatch.setattr(follow_member, "lock_members", lambda among: None)
            seen.reset()
        (member,) = tell(1)
        follow = lambda: follow_member.follow_member(member_id=member, reason="test", now=NOW)  # noqa: B023, E731
        came = at_once(follow, follow)
        assert [type(error) for error in wrong(came)] == ([] if is_guarded else [IntegrityError])
        assert Certificate.objects.filter(member_id=member, scheme_year__start_on=date(2026, 12, 1)).count() == 1


def test_without_transactions_a_kill_leaves_a_certificate_without_its_log(programme: str, zygote: Zygote) -> None:
    """With a history the certificate and its log are two statements: only the transaction makes them one."""
    _, _, leavers = a_feed()
    feed = feed_of(leavers)
    on = {"feed": feed.pk, "chunk": 10}
    told = zygote.run("follow", on, now=NOW, kill="write done#1", without_transactions=True)
    assert told["killed"], told
    assert zygote.run("follow", on, now=NOW)["error"] == ""
    without_log = Certificate.objects.filter(member_id__in=leavers, transactions__kind="new").count() < len(leavers)
    assert without_log
