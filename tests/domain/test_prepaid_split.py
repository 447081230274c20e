"""The premium of a cover, spread over the accounting periods of whoever keeps the books."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.period import Term, add_months
from sonae.domain.prepaid_split import closing_day, split_by_month, split_by_period

FULL_YEAR = Term(date(2026, 12, 1), date(2027, 12, 1))
FROM_JANUARY = Term(date(2027, 1, 1), date(2027, 12, 1))
premiums = st.integers(0, 10**9)
terms = st.builds(
    lambda start, months: Term(start, add_months(start, months)),
    st.dates(date(2020, 1, 1), date(2040, 12, 28)).map(lambda day: day.replace(day=1)),
    st.integers(1, 12),
)
closing_months = st.integers(1, 12)


def test_a_year_from_december_closed_in_march_leaves_two_thirds_prepaid() -> None:
    first, second = split_by_period(split_by_month(64_940, FULL_YEAR), 3)
    assert (first.closes_on, len(first.months), first.expense_yen, first.prepaid_yen) == (
        date(2027, 3, 31),
        4,
        21_647,
        43_293,
    )
    assert (second.closes_on, len(second.months), second.expense_yen, second.prepaid_yen) == (
        date(2028, 3, 31),
        8,
        43_293,
        0,
    )
    assert (first.booked_on, second.booked_on) == (date(2027, 3, 31), date(2027, 11, 30))


def test_a_premium_that_divides_evenly_has_twelve_equal_months() -> None:
    months = split_by_month(120_000, FULL_YEAR)
    assert {month.expense_yen for month in months} == {10_000}
    assert [month.month_on for month in months[:2]] == [date(2026, 12, 1), date(2027, 1, 1)]
    assert [month.prepaid_yen for month in months[-2:]] == [10_000, 0]


def test_the_yen_that_do_not_divide_are_spread_and_not_left_for_the_last_month() -> None:
    # 100 ÷ 11: after 1, 2, 3 … months 9.09, 18.18, 27.27, 36.36, 45.45, 54.55 … have become an expense.
    shares = [month.expense_yen for month in split_by_month(100, FROM_JANUARY)]
    assert shares == [9, 9, 9, 9, 9, 10, 9, 9, 9, 9, 9]


def test_a_year_closed_in_november_has_the_whole_cover_in_one_period() -> None:
    (only,) = split_by_period(split_by_month(64_940, FULL_YEAR), 11)
    assert (only.closes_on, only.expense_yen, only.prepaid_yen) == (date(2027, 11, 30), 64_940, 0)


def test_the_last_day_of_february_follows_the_year() -> None:
    assert closing_day(date(2028, 1, 10), 2) == date(2028, 2, 29)
    assert closing_day(date(2027, 2, 28), 2) == date(2027, 2, 28)
    assert closing_day(date(2027, 3, 1), 2) == date(2028, 2, 29)


def test_a_term_that_begins_within_a_month_counts_its_months_from_that_day() -> None:
    months = split_by_month(300, Term(date(2027, 1, 31), date(2027, 4, 30)))
    assert [(month.month_on, month.expense_yen) for month in months] == [
        (date(2027, 1, 1), 150),
        (date(2027, 2, 1), 150),
    ]


@pytest.mark.parametrize("closing_month", [0, 13, -1])
def test_a_month_that_is_none_is_refused(closing_month: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        closing_day(date(2027, 1, 1), closing_month)


def test_a_negative_premium_and_a_term_without_a_month_are_refused() -> None:
    with pytest.raises(ValueError, match="not -1"):
        split_by_month(-1, FULL_YEAR)
    with pytest.raises(ValueError, match="has none"):
        split_by_month(1, Term(date(2027, 1, 1), date(2027, 1, 31)))


@given(premiums, terms, closing_months)
def test_the_shares_add_up_to_the_premium_and_none_is_negative(premium: int, term: Term, closing_month: int) -> None:
    months = split_by_month(premium, term)
    periods = split_by_period(months, closing_month)
    assert len(months) == term.months
    assert sum(month.expense_yen for month in months) == premium == sum(period.expense_yen for period in periods)
    assert min(month.expense_yen for month in months) >= 0
    assert max(month.expense_yen for month in months) - min(month.expense_yen for month in months) <= 1


@given(premiums, terms, closing_months)
def test_what_is_carried_only_falls_and_is_nothing_at_the_end(premium: int, term: Term, closing_month: int) -> None:
    months = split_by_month(premium, term)
    carried = [premium, *(month.prepaid_yen for month in months)]
    assert carried == sorted(carried, reverse=True)
    assert carried[-1] == 0
    spent = 0
    for period in split_by_period(months, closing_month):
        spent += period.expense_yen
        assert period.prepaid_yen == premium - spent
        assert period.booked_on <= period.closes_on


@given(premiums, st.integers(0, 10**6), terms)
def test_a_larger_premium_never_makes_a_month_carry_less(premium: int, more: int, term: Term) -> None:
    smaller, larger = split_by_month(premium, term), split_by_month(premium + more, term)
    assert all(a.prepaid_yen <= b.prepaid_yen for a, b in zip(smaller, larger, strict=True))


@given(terms, closing_months)
def test_every_month_of_a_period_lies_in_it(term: Term, closing_month: int) -> None:
    periods = split_by_period(split_by_month(1, term), closing_month)
    closings = [period.closes_on for period in periods]
    assert closings == sorted(set(closings))
    assert all(
        closing_day(month.month_on, closing_month) == period.closes_on for period in periods for month in period.months
    )
