"""Joined, leaving, left, back again, another class: what the facts of the list say on a day, and what F21 makes of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.membership import Particulars, ToldOf
from sonae.domain.membership_standing import (
    ClassChange,
    MembershipStanding,
    Standing,
    renewal_outlook,
    standing_on,
)
from sonae.domain.product.definition import Calendar

TODAY = date(2026, 11, 24)
CALENDAR = Calendar(12, 1, 16, 20, 30)
EXPIRY = date(2027, 12, 1)
Kind = Literal["joined", "changed", "left"]


def told(*facts: tuple[Kind, date] | tuple[Kind, date, str]) -> list[ToldOf]:
    """In the order in which they were recorded."""
    return [
        ToldOf(day, (n, n), None if kind == "left" else Particulars(*member_class or ("basic",)))
        for n, (kind, day, *member_class) in enumerate(facts)
    ]


JOINED = ("joined", date(2025, 4, 1))


def test_a_member_is_one_since_it_joined() -> None:
    assert standing_on(told(JOINED), TODAY) == MembershipStanding(Standing.MEMBER, since=date(2025, 4, 1))


def test_a_member_that_leaves_on_a_day_to_come_is_still_one() -> None:
    standing = standing_on(told(JOINED, ("left", date(2027, 1, 1))), TODAY)
    assert standing == MembershipStanding(Standing.LEAVING, since=date(2025, 4, 1), leaves_on=date(2027, 1, 1))
    assert standing.is_member


def test_on_the_day_of_leaving_it_has_left() -> None:
    left = standing_on(told(JOINED, ("left", TODAY)), TODAY)
    assert left == MembershipStanding(Standing.LEFT, since=TODAY)
    assert not left.is_member


def test_rejoining_before_the_day_of_leaving_is_shown_with_it() -> None:
    standing = standing_on(told(JOINED, ("left", date(2027, 1, 1)), ("joined", date(2027, 3, 1))), TODAY)
    assert (standing.leaves_on, standing.joins_on) == (date(2027, 1, 1), date(2027, 3, 1))


def test_a_member_that_came_back_was_away_before() -> None:
    standing = standing_on(told(JOINED, ("left", date(2026, 3, 1)), ("joined", date(2026, 9, 1))), TODAY)
    assert standing == MembershipStanding(Standing.MEMBER, since=date(2026, 9, 1), left_before=date(2026, 3, 1))


def test_what_was_recorded_later_wins_on_the_same_day() -> None:
    day = date(2026, 10, 1)
    assert standing_on(told(JOINED, ("left", day), ("changed", day)), TODAY).standing is Standing.MEMBER
    assert standing_on(told(JOINED, ("changed", day), ("left", day)), TODAY).standing is Standing.LEFT


def test_a_member_still_to_join_and_one_that_was_never_named() -> None:
    assert standing_on(told(("joined", date(2027, 1, 1))), TODAY) == MembershipStanding(
        Standing.TO_JOIN, joins_on=date(2027, 1, 1)
    )
    assert standing_on([], TODAY) == MembershipStanding(Standing.UNKNOWN)


def test_a_class_change_to_come_goes_before_one_that_was() -> None:
    was, comes = ("changed", date(2026, 5, 1), "total"), ("changed", date(2027, 5, 1), "basic")
    assert standing_on(told(JOINED, was), TODAY).class_change == ClassChange(date(2026, 5, 1), "basic", "total")
    assert standing_on(told(JOINED, was, comes), TODAY).class_change == ClassChange(date(2027, 5, 1), "total", "basic")


def test_a_change_of_name_alone_is_no_change_of_class() -> None:
    assert standing_on(told(JOINED, ("changed", date(2026, 5, 1))), TODAY).class_change is None


def outlook(*facts: tuple[Kind, date], today: date = TODAY) -> tuple[bool, date, bool]:
    found = renewal_outlook(standing_on(told(*facts), today), expires_on=EXPIRY, today=today, calendar=CALENDAR)
    assert found.opens_on == date(2027, 10, 21)
    return found.may_renew, found.apply_by, found.is_in_time


def test_a_member_may_renew() -> None:
    assert outlook(JOINED) == (True, date(2027, 11, 20), True)


@pytest.mark.parametrize("left_on", [date(2026, 11, 1), date(2027, 6, 1), EXPIRY])
def test_who_has_left_by_the_expiry_cannot_renew_unless_it_is_back_by_the_deadline(left_on: date) -> None:
    assert outlook(JOINED, ("left", left_on)) == (False, date(2027, 11, 20), True)


def test_who_leaves_after_the_expiry_may_renew() -> None:
    assert outlook(JOINED, ("left", date(2027, 12, 2)))[0]


def test_rejoining_by_the_deadline_changes_that_and_later_does_not() -> None:
    left: tuple[Kind, date] = ("left", date(2026, 11, 1))
    assert outlook(JOINED, left, ("joined", date(2027, 11, 20)))[0]
    assert not outlook(JOINED, left, ("joined", date(2027, 11, 21)))[0]


def test_after_the_deadline_rejoining_comes_too_late_to_go_on_without_a_gap() -> None:
    assert outlook(JOINED, ("left", date(2026, 11, 1)), today=date(2027, 11, 20))[2]
    assert not outlook(JOINED, ("left", date(2026, 11, 1)), today=date(2027, 11, 21))[2]


facts = st.lists(
    st.builds(
        ToldOf,
        st.dates(date(2025, 1, 1), date(2028, 1, 1)),
        st.tuples(st.integers(0, 365), st.integers(0, 10**6)),
        st.none() | st.sampled_from(["basic", "total", "pap"]).map(Particulars),
    ),
    max_size=8,
    unique_by=lambda fact: fact.place[1],
)


@given(facts, st.dates(date(2024, 1, 1), date(2029, 1, 1)), st.randoms())
def test_the_order_in_which_facts_are_read_never_matters(known: list[ToldOf], day: date, order: object) -> None:
    shuffled = list(known)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing_on(shuffled, day) == standing_on(known, day)


@given(facts, st.dates(date(2024, 1, 1), date(2029, 1, 1)))
def test_a_member_is_who_the_latest_fact_by_both_clocks_says(known: list[ToldOf], day: date) -> None:
    past = [fact for fact in known if fact.effective_date <= day]
    latest = max(past, key=lambda fact: (fact.effective_date, fact.place), default=None)
    assert standing_on(known, day).is_member == (latest is not None and latest.particulars is not None)
