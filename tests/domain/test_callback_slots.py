"""Half hours for calls: within the hours, on open days, not too soon, not too far."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.calendar import JAPAN
from sonae.domain.callback_slots import LONGEST_CODE, find_slot, slots_of_day, slots_on_offer
from sonae.domain.product.desk import CallbackRules
from sonae.domain.window import window_state
from sonae.integrations.holidays.japan import is_holiday
from tests.domain.versions import product

CONTACT, RULES = product().contact, product().desk.callbacks


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=JAPAN)


def offered(now: str, rules: CallbackRules = RULES) -> list[str]:
    return [slot.code for slot in slots_on_offer(CONTACT, rules, at(now), is_holiday)]


def test_a_day_has_sixteen_half_hours_from_nine_to_five() -> None:
    slots = slots_of_day(CONTACT, RULES, date(2026, 11, 25), is_holiday)
    assert (slots[0].code, slots[-1].code, len(slots)) == ("2026-11-25T09:00", "2026-11-25T16:30", 16)
    assert {slot.ends_at - slot.begins_at for slot in slots} == {timedelta(minutes=30)}


@pytest.mark.parametrize("day", [date(2026, 11, 28), date(2026, 11, 23), date(2026, 12, 29), date(2027, 1, 3)])
def test_no_call_is_booked_for_a_day_on_which_nobody_is_there(day: date) -> None:
    assert slots_of_day(CONTACT, RULES, day, is_holiday) == ()


def test_an_hour_ahead_at_least_and_ten_open_days_at_most() -> None:
    codes = offered("2026-11-24 10:00")
    assert codes[0] == "2026-11-24T11:00"
    assert codes[-1] == "2026-12-07T16:30"  # Tuesday 24 November is the first of ten
    assert offered("2026-11-24 10:01")[0] == "2026-11-24T11:30"
    assert offered("2026-11-24 16:31")[0] == "2026-11-25T09:00"


def test_over_new_year_the_days_that_are_closed_are_passed_over() -> None:
    codes = offered("2026-12-28 16:00")
    assert codes[0] == "2027-01-04T09:00"
    assert {code[:10] for code in codes if code < "2027-01-07"} == {"2027-01-04", "2027-01-05", "2027-01-06"}


def test_without_places_nothing_is_booked() -> None:
    assert offered("2026-11-24 10:00", CallbackRules()) == []
    assert slots_of_day(CONTACT, CallbackRules(), date(2026, 11, 25), is_holiday) == ()


def test_a_slot_is_found_by_its_code_while_it_is_on_offer() -> None:
    now = at("2026-11-24 10:00")
    found = find_slot("2026-11-25T14:00", CONTACT, RULES, now, is_holiday)
    assert found is not None
    assert (found.begins_at, found.day, len(found.code)) == (at("2026-11-25 14:00"), date(2026, 11, 25), LONGEST_CODE)
    for code in ("2026-11-24T10:30", "2026-11-25T14:10", "2026-11-28T14:00", "", "x" * 16):
        assert find_slot(code, CONTACT, RULES, now, is_holiday) is None


@given(
    st.integers(0, 400 * 24 * 60), st.sampled_from([10, 15, 30, 60]), st.integers(1, 20), st.integers(0, 3_000),
)  # fmt: skip
def test_every_slot_on_offer_lies_in_the_hours_ahead_and_in_order(
    minutes: int, length: int, days: int, notice: int
) -> None:
    now = at("2026-01-01 00:00") + timedelta(minutes=minutes)
    rules = replace(RULES, slot_minutes=length, open_days_ahead=days, notice_minutes=notice)
    slots = slots_on_offer(CONTACT, rules, now, is_holiday)
    assert list(slots) == sorted(set(slots))
    assert len({slot.day for slot in slots}) <= days
    for slot in slots:
        assert slot.begins_at >= now + timedelta(minutes=notice)
        assert window_state(CONTACT, slot.begins_at, is_holiday).is_open
        assert window_state(CONTACT, slot.ends_at - timedelta(seconds=1), is_holiday).is_open
