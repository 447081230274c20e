"""A list says who is a member on its day: what it changes, what it leaves, what it can't touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.membership.locks import FeedStands
from sonae.apps.membership.models import Feed, FeedRow, SetAsideRow
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.membership.use_cases.release_feed import SamePerson, release_feed
from sonae.apps.membership.use_cases.withdraw_feed import withdraw_feed
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.parties.queries import find_membership
from sonae.apps.programmes.models import Programme
from tests import clock
from tests.feeds import LIST_HEADINGS, ON, Row, check, csv_of, hand_in, rows_of, shown, take

pytestmark = pytest.mark.django_db
NEXT = ON + timedelta(days=30)


def test_a_first_list_lets_everybody_join_on_its_day(programme: Programme) -> None:
    feed = take(rows_of(3))
    assert feed.state == Feed.State.APPLIED
    assert shown(feed.dry_run["counts"]) == {"joined": 3}
    facts = MembershipFact.objects.order_by("member__number").values_list(
        "member__number", "kind", "effective_date", "member_class", "name", "source"
    )
    assert list(facts) == [
        (f"1000000{place}", "joined", ON, "basic", f"架空商店{place}", feed.source) for place in range(3)
    ]
    assert find_membership(member=Member.objects.get(number="10000000"), on=ON - timedelta(days=1)) is None


def test_a_second_list_is_counted_by_reason_with_examples(programme: Programme) -> None:
    first = rows_of(100)
    take([*first, replace(first[0], number="20000000")])
    take(first, on=date(2026, 12, 2))  # 20000000 has left by then
    second = [
        replace(first[0], member_class="total"),
        replace(first[1], name="架空商会", email="b@sample.example"),
        replace(first[2], telephone="03-0000-0000"),
        *first[3:99],  # and the last one is gone
        replace(first[0], number="20000000"),
        replace(first[0], number="30000000", member_class="pap"),
    ]
    feed = check(second, on=NEXT)
    assert shown(feed.dry_run["counts"]) == {
        "joined": 1, "rejoined": 1, "left": 1, "class_changed": 1, "name_changed": 1, "contact_changed": 2, "unchanged": 96,
    }  # fmt: skip
    assert feed.dry_run["class_moves"] == [{"before": "basic", "after": "total", "count": 1}]
    examples = {reason: rows for reason, rows in feed.dry_run["examples"].items() if rows}
    on = NEXT.isoformat()
    assert examples == {
        "joined": [{"number": "30000000", "name": "架空商店0", "before": "", "after": "pap", "on": on}],
        "rejoined": [{"number": "20000000", "name": "架空商店0", "before": "", "after": "basic", "on": on}],
        "left": [{"number": "10000099", "name": "架空商店99", "before": "basic", "after": "", "on": on}],
        "class_changed": [{"number": "10000000", "name": "架空商店0", "before": "basic", "after": "total", "on": on}],
        "name_changed": [
            {"number": "10000001", "name": "架空商会", "before": "架空商店1", "after": "架空商会", "on": on}
        ],
        "contact_changed": [
            {"number": "10000001", "name": "架空商会", "before": "", "after": "", "on": on},
            {"number": "10000002", "name": "架空商店2", "before": "", "after": "", "on": on},
        ],
    }
    assert feed.dry_run["totals"] == {
        "before": {"members": 100, "by_class": {"basic": 100}},
        "joined": 2,
        "left": 1,
        "after": {"members": 101, "by_class": {"basic": 99, "pap": 1, "total": 1}},
    }
    assert feed.dry_run["facts"] == 6
    assert feed.state == Feed.State.CHECKED
    assert MembershipFact.objects.count() == 102  # nothing is recorded yet


def test_an_example_list_is_never_longer_than_ten(programme: Programme) -> None:
    assert len(check(rows_of(30)).dry_run["examples"]["joined"]) == 10


def test_the_same_file_twice_is_one_feed_and_adds_nothing(programme: Programme) -> None:
    feed = take(rows_of(3))
    again = take(rows_of(3))
    assert again.pk == feed.pk
    assert (Feed.objects.count(), MembershipFact.objects.count()) == (1, 3)


def test_a_file_that_was_withdrawn_may_come_again(programme: Programme) -> None:
    feed = check(rows_of(3))
    withdraw_feed(feed_id=feed.pk, actor="user:1", reason="wrong file", now=clock.now())
    with pytest.raises(FeedStands):
        apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())
    assert check(rows_of(3)).pk != feed.pk


def test_a_list_that_ends_more_than_two_in_a_hundred_is_held_until_a_second_person_releases_it(
    programme: Programme,
) -> None:
    take(rows_of(100))
    feed = check(rows_of(97), on=NEXT)
    assert feed.state == Feed.State.HELD
    assert feed.dry_run["brake"] == [
        {"code": "ends_too_many", "limit": "2 %", "before": 100, "after": 97, "ended": 3}
    ]  # fmt: skip
    with pytest.raises(FeedStands):
        apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())
    with pytest.raises(SamePerson):
        release_feed(feed_id=feed.pk, actor="user:1", reason="it is right", now=clock.now())
    with pytest.raises(ReasonMissing):
        release_feed(feed_id=feed.pk, actor="user:2", reason=" 　", now=clock.now())
    assert MembershipFact.objects.count() == 100
    release_feed(feed_id=feed.pk, actor="user:2", reason="the branch was closed", now=clock.now())
    applied = apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())
    assert (applied.state, applied.released_by) == (Feed.State.APPLIED, "user:2")
    assert MembershipFact.objects.filter(kind="left").count() == 3


def test_a_list_that_ends_exactly_two_in_a_hundred_goes_through(programme: Programme) -> None:
    take(rows_of(100))
    assert check(rows_of(98), on=NEXT).state == Feed.State.CHECKED


def test_a_list_that_halves_a_class_is_held_though_nobody_leaves(programme: Programme) -> None:
    rows = rows_of(10)
    take([*rows, *rows_of(2, first=20_000_000, member_class="pap")])
    moved = [replace(rows[0], number="20000000", member_class="total"), Row("20000001", "pap", "架空商店1")]
    feed = check([*rows, *moved], on=NEXT)
    assert feed.state == Feed.State.HELD
    assert feed.dry_run["brake"] == [
        {"code": "class_halved", "limit": "50 %", "before": 2, "after": 1, "member_class": "pap"}
    ]


def test_an_empty_list_is_refused_and_nobody_leaves(programme: Programme) -> None:
    take(rows_of(3))
    feed = check([], on=NEXT)
    assert (feed.state, feed.refusal["code"]) == (Feed.State.REFUSED, "no_rows")
    assert MembershipFact.objects.filter(kind="left").count() == 0


def test_a_list_of_bad_rows_alone_is_refused(programme: Programme) -> None:
    take(rows_of(3))
    feed = check([Row("10000000", "gold"), Row("10000001", "gold")], on=NEXT)
    assert feed.refusal == {"code": "no_good_row", "details": {"set_aside": 2}}
    assert (FeedRow.objects.filter(feed=feed).count(), SetAsideRow.objects.filter(feed=feed).count()) == (0, 0)


def test_a_list_older_than_an_applied_one_is_refused(programme: Programme) -> None:
    take(rows_of(3), on=NEXT)
    feed = check(rows_of(2))
    assert feed.refusal == {"code": "older_than_applied", "details": {"newest": NEXT.isoformat()}}


def test_a_list_that_was_overtaken_while_it_waited_is_refused_when_it_is_applied(programme: Programme) -> None:
    waiting = check(rows_of(3))
    take(rows_of(4), on=NEXT)
    feed = apply_feed(feed_id=waiting.pk, actor="user:1", now=clock.now())
    assert (feed.state, MembershipFact.objects.count()) == (Feed.State.REFUSED, 4)


def test_a_member_whose_row_was_set_aside_keeps_what_it_had(programme: Programme) -> None:
    first = rows_of(10)
    take(first)
    feed = take([replace(first[0], member_class="gold"), *first[1:]], on=NEXT)
    assert shown(feed.dry_run["counts"]) == {"kept": 1, "unchanged": 9}
    assert feed.dry_run["set_aside"] == {"unknown_class": 1}
    assert feed.dry_run["examples"]["kept"][0]["number"] == "10000000"
    assert MembershipFact.objects.count() == 10


def test_a_row_set_aside_of_somebody_who_is_no_member_lets_nobody_join(programme: Programme) -> None:
    feed = take([*rows_of(10), Row("20000000", "gold")])
    assert (shown(feed.dry_run["counts"]), Member.objects.count()) == ({"joined": 10}, 10)


def test_two_rows_of_one_number_that_disagree_are_both_set_aside_and_the_member_stays(programme: Programme) -> None:
    first = rows_of(10)
    take(first)
    feed = take([*first, replace(first[0], name="べつの名")], on=NEXT)
    assert shown(feed.dry_run["counts"]) == {"kept": 1, "unchanged": 9}
    aside = SetAsideRow.objects.filter(feed=feed).order_by("line").values_list("line", "reason")
    assert list(aside) == [(2, "duplicate_number"), (12, "duplicate_number")]
    assert MembershipFact.objects.count() == 10


def test_a_row_that_stands_there_twice_counts_once(programme: Programme) -> None:
    feed = take([*rows_of(3), *rows_of(3)])
    assert (feed.dry_run["good_rows"], feed.dry_run["overtaken_rows"], feed.dry_run["facts"]) == (6, 3, 3)


def test_a_good_row_counts_beside_one_of_its_number_that_was_set_aside(programme: Programme) -> None:
    feed = take([Row("10000000", "gold"), *rows_of(3)])
    assert shown(feed.dry_run["counts"]) == {"joined": 3}


def test_a_file_without_contact_columns_leaves_what_is_known_of_them(programme: Programme) -> None:
    take([Row("10000000", email="a@sample.example", telephone="03-0000-0000")])
    feed = take(csv_of([["10000000", "total", "架空商店"]], LIST_HEADINGS[:3]), on=NEXT)
    assert shown(feed.dry_run["counts"]) == {"class_changed": 1}
    membership = find_membership(member=Member.objects.get(), on=NEXT)
    assert membership is not None
    assert (membership.member_class, membership.email) == ("total", "a@sample.example")


def test_an_empty_cell_takes_the_address_away(programme: Programme) -> None:
    take([Row("10000000", email="a@sample.example")])
    take([Row("10000000")], on=NEXT)
    membership = find_membership(member=Member.objects.get(), on=NEXT)
    assert membership is not None
    assert membership.email == ""


def test_a_list_that_was_checked_before_another_was_applied_is_compared_again(programme: Programme) -> None:
    waiting = check(rows_of(100), on=NEXT)
    take(rows_of(99))
    feed = apply_feed(feed_id=waiting.pk, actor="user:1", now=clock.now())
    assert (feed.state, shown(feed.dry_run["counts"])) == (Feed.State.APPLIED, {"joined": 1, "unchanged": 99})


def test_a_list_that_the_brake_would_hold_by_now_is_held_when_it_is_applied(programme: Programme) -> None:
    waiting = check(rows_of(10), on=NEXT)
    take(rows_of(100))
    feed = apply_feed(feed_id=waiting.pk, actor="user:1", now=clock.now())
    assert (feed.state, MembershipFact.objects.count()) == (Feed.State.HELD, 100)


def test_a_release_ends_when_the_brake_says_something_else_by_then(programme: Programme) -> None:
    take(rows_of(100))
    feed = check(rows_of(90), on=NEXT)
    release_feed(feed_id=feed.pk, actor="user:2", reason="ten have left", now=clock.now())
    take(rows_of(101), on=ON + timedelta(days=1))
    again = apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())
    assert (again.state, again.released_at, again.released_by) == (Feed.State.HELD, None, "")
    assert again.dry_run["brake"][0]["ended"] == 11


def test_applying_writes_one_entry_with_control_totals(programme: Programme) -> None:
    take(rows_of(100))
    feed = take(rows_of(99), on=NEXT)
    apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())
    (entry,) = AuditEntry.objects.filter(action="feed.applied", object_id=str(feed.pk))
    assert entry.detail == {"on": "2026-12-31", "before": 100, "joined": 0, "left": 1, "after": 99, "facts": 1}


def test_checking_again_changes_nothing(programme: Programme) -> None:
    feed = check(rows_of(3))
    assert check_feed(feed_id=feed.pk, now=clock.later(hours=1)).checked_at == feed.checked_at


def test_a_feed_is_received_before_anything_of_it_is_read(programme: Programme) -> None:
    assert hand_in(b"\x00\x01").state == Feed.State.RECEIVED
