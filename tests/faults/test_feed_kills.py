"""F1 and F17 for the organiser's files: killed at every point and at random moments, handed in and applied by many at once.

Each kill has a list of its own for the next day. What must have come of it is worked out beforehand by the rule for one member
(``domain/membership_facts.py``) from the facts that were there; started again, it has to be exactly that, once.
"""

from __future__ import annotations

import io
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

import sonae
from sonae.apps.audit import milestones
from sonae.apps.audit.models import AuditEntry
from sonae.apps.membership.models import Feed, FeedChunk, FeedRow
from sonae.apps.membership.use_cases import apply_feed as applying
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.membership.use_cases.receive_feed import receive_feed
from sonae.apps.parties.models import MembershipFact
from sonae.domain.calendar import JAPAN
from sonae.domain.membership_facts import Fact, list_differences
from tests.faults.children import Zygote
from tests.faults.conftest import committing_to, new_database, working_on
from tests.faults.races import at_once, without_locks
from tests.faults.test_kills import points_in
from tests.feeds import Row, facts_by_number, file_of, hand_in

pytestmark = pytest.mark.faults

MEMBERSHIP = Path(sonae.__file__).parent / "apps" / "membership"
FIRST_DAY = date(2026, 12, 1)
MEMBERS = 60
Known = dict[str, list[Fact]]
_days = count(1)
_numbers = count(30_000_000)


@pytest.fixture(scope="module")
def feed_database(published_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of our own: a list speaks of everybody who is there."""
    with new_database(f"{published_database}_feeds", template=published_database) as name:
        with django_db_blocker.unblock(), working_on(name):
            base = [Row(str(10_000_000 + place), "basic", f"架空商店{place}") for place in range(MEMBERS)]
            feed = receive_list(base, on=FIRST_DAY)
            applying.apply_feed(feed_id=feed.pk, actor="user:1", now=moment(FIRST_DAY))
        yield name


@pytest.fixture
def programme(feed_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with committing_to(feed_database, django_db_blocker):
        yield feed_database


@pytest.fixture(scope="module")
def zygote(feed_database: str) -> Iterator[Zygote]:
    with Zygote(database=feed_database) as warm:
        yield warm


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=JAPAN)


def receive_list(rows: list[Row], *, on: date) -> Feed:
    """Received and checked."""
    feed = hand_in(rows, on=on, now=moment(on))
    return check_feed(feed_id=feed.pk, now=moment(on))


def next_list() -> tuple[list[Row], date, Known]:
    """A list for the next day on which one leaves, one joins, one goes to another class; and all facts that it must lead to."""
    day = FIRST_DAY + timedelta(days=next(_days))
    known = facts_by_number()
    there = [Row(number, facts[-1].entry.member_class, facts[-1].entry.name) for number, facts in known.items()
             if facts[-1].kind != "left"]  # fmt: skip
    _, moved, *others = sorted(there, key=lambda row: row.number)
    to_class = "total" if moved.member_class != "total" else "basic"
    rows = [replace(moved, member_class=to_class), *others, Row(str(next(_numbers)), "basic", "新しい架空商店")]
    expected: Known = {number: list(facts) for number, facts in known.items()}
    for number, fact in list_differences(known, {row.number: row.entry for row in rows}, kept=(), on=day).items():
        expected.setdefault(number, []).append(fact)
    return rows, day, expected


def order(rows: list[Row], day: date) -> dict[str, str]:
    return {"file": file_of(rows).decode(), "day": day.isoformat()}


def lay(folder: Path, rows: list[Row], day: date) -> dict[str, str]:
    """Into the folder that is looked into, said to be complete."""
    name = f"members_list_{day}.csv"
    (folder / name).write_bytes(file_of(rows))
    (folder / f"{name}.done").touch()
    return {"folder": str(folder), "day": day.isoformat()}


def check_applied(rows: list[Row], day: date, expected: Known) -> None:
    """The facts are exactly those, each once; one feed of that day lives, with all its rows and one entry in the log."""
    assert facts_by_number() == expected
    feed = Feed.objects.get(effective_date=day)
    assert feed.state == Feed.State.APPLIED
    assert FeedRow.objects.filter(feed=feed).count() == len(rows) == feed.dry_run["good_rows"]
    assert sum(len(chunk.data) for chunk in FeedChunk.objects.filter(feed=feed)) == feed.size
    entries = AuditEntry.objects.filter(action="feed.applied", object_id=str(feed.pk))
    assert [entry.detail["facts"] for entry in entries] == [3]
    assert MembershipFact.objects.filter(source=feed.source).count() == 3


def test_every_named_point_of_a_feed_is_killed_at(programme: str, zygote: Zygote, tmp_path: Path) -> None:
    rows, day, expected = next_list()
    told = zygote.run("feed", order(rows, day), now=moment(day))
    assert (told["told"], told["error"]) == ("applied", "")
    check_applied(rows, day, expected)
    rows, day, expected = next_list()
    from_folder = zygote.run("folder", lay(tmp_path, rows, day), now=moment(day))
    assert (from_folder["told"], from_folder["error"]) == ("applied", "")
    check_applied(rows, day, expected)
    named = {point for point in points_in(MEMBERSHIP.rglob("*.py")) if point.startswith("feed.")}
    assert len(named) > 8
    assert named <= {point.partition("#")[0] for point in [*told["reached"], *from_folder["reached"]]}


def test_a_feed_killed_at_any_point_ends_as_if_nothing_had_happened(programme: str, zygote: Zygote) -> None:
    rows, day, _ = next_list()
    points = zygote.run("feed", order(rows, day), now=moment(day))["reached"]
    for point in points:
        rows, day, expected = next_list()
        assert zygote.run("feed", order(rows, day), now=moment(day), kill=point)["killed"], point
        told = zygote.run("feed", order(rows, day), now=moment(day))
        assert (told["told"], told["error"]) == ("applied", ""), point
        check_applied(rows, day, expected)
    assert len(points) >= 25


def test_a_file_in_the_folder_killed_at_any_point_is_taken_in_once_and_put_away(
    programme: str, zygote: Zygote, tmp_path: Path
) -> None:
    rows, day, _ = next_list()
    points = zygote.run("folder", lay(tmp_path, rows, day), now=moment(day))["reached"]
    for point in points:
        rows, day, expected = next_list()
        laid = lay(tmp_path, rows, day)
        assert zygote.run("folder", laid, now=moment(day), kill=point)["killed"], point
        told = zygote.run("folder", laid, now=moment(day))
        assert (told["told"], told["error"]) == ("applied", ""), point
        check_applied(rows, day, expected)
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [], point
        assert len(list((tmp_path / "taken").glob(f"*_list_{day}.csv"))) == 1, point
    assert "feed.in_the_folder#1" in points


def shortest_way(zygote: Zygote) -> float:
    """Seconds in which this machine takes a feed from its bytes to its facts; a moment after that kills nobody."""
    took = []
    for _ in range(3):
        rows, day, _ = next_list()
        begun = time.monotonic()
        zygote.run("feed", order(rows, day), now=moment(day))
        took.append(time.monotonic() - begun)
    return min(took)


def test_a_feed_killed_at_random_moments_ends_as_if_nothing_had_happened(programme: str, zygote: Zygote) -> None:
    rnd = random.Random(20261201)  # noqa: S311
    killed, rounds, whole = 0, 0, shortest_way(zygote)
    # On a machine that is quicker by now than it was, some moments come too late: those don't count.
    while killed < 15 or rounds < 15:
        rounds += 1
        assert rounds <= 60, f"only {killed} of {2 * rounds} kills came in time"
        rows, day, expected = next_list()
        for _ in range(2):
            kill_after = rnd.uniform(0.01, whole)
            killed += zygote.run("feed", order(rows, day), now=moment(day), kill_after=kill_after)["killed"]
        told = zygote.run("feed", order(rows, day), now=moment(day))
        assert (told["told"], told["error"]) == ("applied", "")
        check_applied(rows, day, expected)


def test_without_transactions_a_kill_leaves_facts_of_a_feed_that_nobody_applied(programme: str, zygote: Zygote) -> None:
    rows, day, _ = next_list()
    told = zygote.run(
        "feed", order(rows, day), now=moment(day), kill="feed.facts_added#1", without_transactions=True
    )  # fmt: skip
    assert told["killed"], told
    feed = Feed.objects.get(effective_date=day)
    assert feed.state == Feed.State.CHECKED
    assert MembershipFact.objects.filter(source=feed.source).count() == 3


# -- at once ------------------------------------------------------------------------------------------------------------


def applier(feed: Feed, day: date) -> Callable[[], object]:
    return lambda: applying.apply_feed(feed_id=feed.pk, actor="user:1", now=moment(day)).state


def meet_before_the_totals(parties: int) -> None:
    """Let everybody record before anybody commits; where a lock is held nobody else comes, and it goes on."""
    gate = threading.Barrier(parties)

    def listener(name: str) -> None:
        if name == "feed.facts_added":
            with suppress(threading.BrokenBarrierError):
                gate.wait(1)

    milestones.listen(listener)


def only_changes(rows: list[Row]) -> list[Row]:
    """The list without its new member: nothing but the lock keeps the second from recording, too."""
    return rows[:-1]


def test_one_feed_applied_eight_times_at_once_is_applied_once(programme: str) -> None:
    for _ in range(3):
        rows, day, expected = next_list()
        feed = receive_list(rows, on=day)
        assert at_once(*[applier(feed, day)] * 8) == ["applied"] * 8
        check_applied(rows, day, expected)


def test_without_the_locks_one_feed_applied_twice_at_once_is_recorded_twice(
    programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for guarded in (True, False):
        if not guarded:
            without_locks(monkeypatch)
            monkeypatch.setattr(applying, "lock_recording", lambda: None)
        rows, day, _ = next_list()
        feed = receive_list(only_changes(rows), on=day)
        meet_before_the_totals(2)
        assert at_once(applier(feed, day), applier(feed, day)) == ["applied", "applied"]
        assert MembershipFact.objects.filter(source=feed.source).count() == (2 if guarded else 4)


def changes_of(day: date, number: str, *, names: int) -> Feed:
    """A file of changes that says the same of that member as others do, and something of its own of another one."""
    rows = [
        Row(number, "pap", "みなが言う名", act="changed", day=day),
        Row(str(next(_numbers)), "basic", f"架空商店{names}", act="joined", day=day),
    ]
    feed = hand_in(rows, form="changes", on=day, now=moment(day))
    return check_feed(feed_id=feed.pk, now=moment(day))


def test_two_feeds_that_say_the_same_of_one_member_record_it_once_and_without_the_lock_twice(
    programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for guarded in (True, False):
        if not guarded:
            monkeypatch.setattr(applying, "lock_recording", lambda: None)
        rows, day, _ = next_list()
        number = rows[5].number
        feeds = [changes_of(day, number, names=place) for place in range(2)]
        meet_before_the_totals(2)
        assert at_once(*[applier(feed, day) for feed in feeds]) == ["applied", "applied"]
        told = MembershipFact.objects.filter(member__number=number, effective_date=day)
        assert told.count() == (1 if guarded else 2)


def receiver(content: bytes, day: date) -> Callable[[], object]:
    return lambda: receive_feed(
        file=io.BytesIO(content), file_name="a.csv", form="list", effective_date=day, channel="http", actor="http:key",
        now=moment(day),
    ).pk  # fmt: skip


def test_the_same_file_handed_in_eight_times_at_once_is_one_feed(programme: str) -> None:
    for _ in range(5):
        rows, day, _ = next_list()
        came = at_once(*[receiver(file_of(rows), day)] * 8)
        assert len(set(came)) == 1
        assert Feed.objects.filter(effective_date=day).count() == 1


def test_without_the_unique_digest_the_same_file_is_as_many_feeds_as_there_were_hands(programme: str) -> None:
    rows, day, _ = next_list()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('one_living_feed_for_each_file'::regclass)")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX one_living_feed_for_each_file")
        try:
            assert len(set(at_once(*[receiver(file_of(rows), day)] * 4))) == 4
        finally:
            Feed.objects.filter(effective_date=day).update(state=Feed.State.WITHDRAWN)
            cursor.execute(definition)


# -- clocks -------------------------------------------------------------------------------------------------------------


def test_a_clock_set_back_lets_no_older_feed_win_and_without_looking_at_the_last_it_would(
    programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for guarded in (True, False):
        if not guarded:
            monkeypatch.setattr(applying, "_after_all_recorded", lambda now: now)
        rows, day, _ = next_list()
        for hours, name in ((0, "はじめの名"), (-2, "あとの名")):
            now = moment(day) + timedelta(hours=hours)
            row = Row(rows[7].number, "basic", f"{name}{secrets.token_hex(3)}", act="changed", day=day)
            feed = check_feed(feed_id=hand_in([row], form="changes", on=day, now=now).pk, now=now)
            applying.apply_feed(feed_id=feed.pk, actor="user:1", now=now)
        ruling = MembershipFact.objects.filter(member__number=rows[7].number, effective_date=day).latest("recorded_at")
        assert ruling.name.startswith("あとの名") is guarded
