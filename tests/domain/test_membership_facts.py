"""Who is a member on a day, what a list or a change adds, and what the brake holds."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from sonae.domain.membership_facts import (
    ClassShrinks,
    Entry,
    Fact,
    Kind,
    TooManyEnd,
    brake_reasons,
    change_to_record,
    entry_on,
    list_differences,
)
from sonae.domain.membership_feed.layout import Brake

DAY = date(2026, 12, 1)
BASIC, TOTAL = Entry("basic", "架空商店"), Entry("total", "架空商店")


def fact(kind: Kind, *, days: int = 0, entry: Entry = BASIC) -> Fact:
    return Fact(kind, DAY + timedelta(days=days), entry)


def test_membership_begins_on_the_day_of_joining_and_is_over_on_the_day_of_leaving() -> None:
    facts = [fact("joined"), fact("left", days=10)]
    days = {offset: entry_on(facts, DAY + timedelta(days=offset)) for offset in (-1, 0, 9, 10)}
    assert days == {-1: None, 0: BASIC, 9: BASIC, 10: None}


def test_of_one_day_the_fact_recorded_last_wins() -> None:
    assert entry_on([fact("joined"), fact("joined", entry=TOTAL)], DAY) == TOTAL
    assert entry_on([fact("joined"), fact("left")], DAY) is None
    assert entry_on([fact("left"), fact("joined")], DAY) == BASIC


def test_the_order_in_which_facts_of_different_days_were_recorded_never_matters() -> None:
    facts = [fact("joined"), fact("changed", days=5, entry=TOTAL), fact("left", days=9)]
    ends = {tuple(entry_on(order, DAY + timedelta(days=day)) for day in range(12)) for order in permutations(facts)}
    assert len(ends) == 1


def test_a_list_adds_only_what_differs() -> None:
    known = {"1": [fact("joined")], "2": [fact("joined")], "3": [fact("joined")], "4": [fact("left")]}
    added = list_differences(known, {"1": BASIC, "2": TOTAL, "4": BASIC, "5": BASIC}, kept=(), on=DAY)
    assert added == {
        "2": fact("changed", entry=TOTAL), "3": fact("left"), "4": fact("joined"), "5": fact("joined"),
    }  # fmt: skip


def test_who_is_kept_neither_leaves_nor_joins() -> None:
    assert list_differences({"1": [fact("joined")]}, {}, kept={"1", "2"}, on=DAY) == {}


def test_a_change_is_recorded_unless_the_same_is_known_of_that_very_day() -> None:
    known = [fact("joined")]
    assert change_to_record(known, fact("joined")) is None
    assert change_to_record(known, fact("changed")) == fact("changed")  # another kind
    assert change_to_record(known, fact("joined", days=1)) == fact("joined", days=1)  # another day
    assert change_to_record(known, fact("left", entry=TOTAL)) == fact("left")  # with what was known
    assert change_to_record([*known, fact("left")], fact("left", entry=TOTAL)) is None
    assert change_to_record([], fact("left", entry=TOTAL)) == fact("left", entry=TOTAL)


@pytest.mark.parametrize(("ended", "held"), [(0, False), (2, False), (3, True)])
def test_the_brake_lets_two_in_a_hundred_go_and_holds_more(ended: int, held: bool) -> None:
    reasons = brake_reasons({"basic": 100}, {"basic": 100 - ended}, ended=ended, limits=Brake())
    assert reasons == ([TooManyEnd(ended, 100, 100 - ended)] if held else [])


@pytest.mark.parametrize(("after", "held"), [(12, False), (10, False), (6, False), (5, True), (0, True)])
def test_the_brake_holds_what_halves_a_class(after: int, held: bool) -> None:
    reasons = brake_reasons({"basic": 990, "pap": 10}, {"basic": 990, "pap": after}, ended=0, limits=Brake())
    assert reasons == ([ClassShrinks("pap", 10, after)] if held else [])


def test_the_brake_holds_nothing_when_nobody_is_on_file() -> None:
    assert brake_reasons({}, {"basic": 1_000_000}, ended=0, limits=Brake()) == []
