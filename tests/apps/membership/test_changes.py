"""A file of changes says what became of some; the others stay as they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sonae.apps.membership.models import Feed, SetAsideRow
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.parties.queries import find_membership
from sonae.apps.programmes.models import Programme
from tests import clock
from tests.feeds import CHANGE_HEADINGS, ON, Row, check, csv_of, rows_of, shown, take

pytestmark = pytest.mark.django_db
LATER = ON + timedelta(days=10)
FIRST, SECOND = "10000000", "10000001"


def standing(number: str, on: date) -> tuple[str, str] | None:
    membership = find_membership(member=Member.objects.get(number=number), on=on)
    return None if membership is None else (membership.member_class, membership.name)


def test_changes_touch_those_who_are_named_on_the_day_that_the_row_says(programme: Programme) -> None:
    take(rows_of(100))
    feed = take(
        [
            Row(FIRST, "total", "架空商店0", act="changed", day=LATER),
            Row(SECOND, act="left", day=LATER),
            Row("20000000", "pap", "新会員", act="joined", day=LATER),
        ],
        form="changes",
    )
    assert shown(feed.dry_run["counts"]) == {"joined": 1, "left": 1, "class_changed": 1}
    assert (standing(FIRST, ON), standing(FIRST, LATER)) == (("basic", "架空商店0"), ("total", "架空商店0"))
    assert (standing(SECOND, ON), standing(SECOND, LATER)) == (("basic", "架空商店1"), None)
    assert (standing("20000000", ON), standing("20000000", LATER)) == (None, ("pap", "新会員"))
    assert MembershipFact.objects.count() == 103
    assert feed.dry_run["totals"] == {
        "before": {"members": 100, "by_class": {"basic": 100}},
        "joined": 1,
        "left": 1,
        "after": {"members": 100, "by_class": {"basic": 98, "pap": 1, "total": 1}},
    }
    assert feed.dry_run["day"] == LATER.isoformat()


def test_a_row_without_a_day_has_that_of_the_file(programme: Programme) -> None:
    take([Row(FIRST, act="joined")], form="changes", on=LATER)
    assert (standing(FIRST, LATER - timedelta(days=1)), standing(FIRST, LATER)) == (None, ("basic", "架空商店"))


def test_a_row_that_says_what_is_known_of_that_very_day_records_nothing(programme: Programme) -> None:
    row = Row(FIRST, act="joined", day=ON)
    take([row], form="changes")
    feed = take([row, Row(SECOND, act="joined", day=ON)], form="changes")
    assert (shown(feed.dry_run["counts"]), feed.dry_run["facts"]) == ({"joined": 1, "unchanged": 1}, 1)


def test_of_two_rows_for_one_member_and_day_the_later_line_counts(programme: Programme) -> None:
    rows = [Row(FIRST, act="joined", day=ON), Row(FIRST, "total", act="joined", day=ON)]
    feed = take(rows, form="changes")
    assert (feed.dry_run["good_rows"], feed.dry_run["overtaken_rows"], feed.dry_run["facts"]) == (2, 1, 1)
    assert standing(FIRST, ON) == ("total", "架空商店")


def test_one_member_may_join_change_and_leave_in_one_file(programme: Programme) -> None:
    take(rows_of(100, first=20_000_000))
    rows = [
        Row(FIRST, act="left", day=ON + timedelta(days=20)),
        Row(FIRST, "total", act="changed", day=LATER),
        Row(FIRST, act="joined", day=ON),
    ]
    feed = take(rows, form="changes")
    assert shown(feed.dry_run["counts"]) == {"joined": 1, "left": 1, "class_changed": 1}
    assert feed.dry_run["totals"]["before"] == feed.dry_run["totals"]["after"]
    days = [standing(FIRST, ON + timedelta(days=day)) for day in (-1, 0, 9, 10, 19, 20)]
    assert days == [None, *[("basic", "架空商店")] * 2, *[("total", "架空商店")] * 2, None]


def test_who_leaves_before_anybody_told_of_joining_has_left_when_that_comes(programme: Programme) -> None:
    take([Row(FIRST, act="left", day=LATER)], form="changes")
    assert standing(FIRST, LATER) is None
    take([Row(FIRST, act="joined", day=ON)], form="changes")
    assert (standing(FIRST, ON), standing(FIRST, LATER)) == (("basic", "架空商店"), None)


def test_a_change_of_somebody_unknown_says_that_they_are_a_member(programme: Programme) -> None:
    feed = take([Row(FIRST, act="changed", day=ON)], form="changes")
    assert (shown(feed.dry_run["counts"]), standing(FIRST, ON)) == ({"joined": 1}, ("basic", "架空商店"))


def test_a_change_before_the_newest_list_is_set_aside(programme: Programme) -> None:
    take(rows_of(1), on=LATER)
    rows = [Row(FIRST, act="left", day=LATER - timedelta(days=1)), Row(SECOND, act="joined", day=LATER)]
    feed = take(rows, form="changes")
    assert (shown(feed.dry_run["counts"]), feed.dry_run["set_aside"]) == ({"joined": 1}, {"before_newest_list": 1})
    (row,) = SetAsideRow.objects.filter(feed=feed)
    assert (row.line, row.raw) == (2, f"left,{LATER - timedelta(days=1)},{FIRST},,,,,")
    assert standing(FIRST, LATER) == ("basic", "架空商店0")


def test_a_list_that_is_applied_between_check_and_application_sets_older_changes_aside(programme: Programme) -> None:
    waiting = check([Row(FIRST, act="joined", day=ON)], form="changes")
    take(rows_of(1, first=20_000_000), on=LATER)
    feed = apply_feed(feed_id=waiting.pk, actor="user:1", now=clock.now())
    assert (feed.state, feed.dry_run["set_aside"]) == (Feed.State.APPLIED, {"before_newest_list": 1})
    assert not Member.objects.filter(number=FIRST).exists()


def test_changes_that_end_too_many_are_held_whatever_their_days(programme: Programme) -> None:
    take(rows_of(100))
    rows = [Row(row.number, act="left", day=LATER + timedelta(days=place)) for place, row in enumerate(rows_of(3))]
    feed = check(rows, form="changes")
    assert (feed.state, feed.dry_run["brake"][0]["ended"]) == (Feed.State.HELD, 3)


def test_a_gap_between_leaving_and_rejoining_counts_as_an_end(programme: Programme) -> None:
    take(rows_of(10))
    rows = [Row(FIRST, act="left", day=ON + timedelta(days=1)), Row(FIRST, act="joined", day=LATER)]
    feed = check(rows, form="changes")
    assert (feed.dry_run["totals"]["left"], feed.dry_run["brake"][0]["ended"]) == (0, 1)


def test_changes_without_contact_columns_leave_what_is_known_on_their_day(programme: Programme) -> None:
    take([Row(FIRST, email="a@sample.example")])
    headings = [*CHANGE_HEADINGS[:3], *CHANGE_HEADINGS[6:]]
    take(csv_of([[FIRST, "total", "架空商店", "変更", LATER.isoformat()]], headings), form="changes")
    membership = find_membership(member=Member.objects.get(), on=LATER)
    assert membership is not None
    assert (membership.member_class, membership.email) == ("total", "a@sample.example")


def test_changes_of_bad_rows_alone_change_nothing(programme: Programme) -> None:
    feed = take([Row(FIRST, "gold", act="joined", day=ON)], form="changes")
    assert (feed.state, feed.dry_run["facts"], feed.dry_run["set_aside"]) == ("applied", 0, {"unknown_class": 1})
