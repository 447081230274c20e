"""The free cover follows the membership: worked examples by eye, and what holds for any sequence of facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonae.domain.free_cover import (
    Act,
    Cancel,
    CoverYear,
    ExistingCover,
    Issue,
    Note,
    NotedParticulars,
    Reinstate,
    WantedCover,
    acts_needed,
    first_of_month_from,
    particulars_on,
    wanted_covers,
)
from sonae.domain.membership import Membership, Particulars, ToldOf, memberships
from sonae.domain.period import Term
from sonae.domain.product.definition import FreeCover

BASIC, TOTAL = Particulars("basic", "見本工務店"), Particulars("total", "見本工務店")
AS_SHIPPED = FreeCover()


def terms(*years: int) -> list[Term]:
    return [Term(date(year, 12, 1), date(year + 1, 12, 1)) for year in years]


def covers(told: list[ToldOf], rules: FreeCover = AS_SHIPPED, ended_on: date | None = None) -> list[WantedCover]:
    years = [CoverYear(term, rules) for term in terms(2025, 2026)]
    return list(wanted_covers(memberships(told), years, ended_on=ended_on))


def told(*facts: tuple[date, Particulars | None]) -> list[ToldOf]:
    """In the order in which they were recorded."""
    return [ToldOf(day, (place, 0), particulars) for place, (day, particulars) in enumerate(facts)]


def spans(found: list[WantedCover]) -> list[tuple[date, date]]:
    return [(cover.term.start_on, cover.term.expiry_on) for cover in found]


def test_who_joined_before_the_first_year_is_covered_for_each_whole_year() -> None:
    assert spans(covers(told((date(2025, 4, 1), BASIC)))) == [
        (date(2025, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 12, 1)),
    ]


def test_who_leaves_within_a_month_is_covered_to_its_end() -> None:
    assert spans(covers(told((date(2025, 4, 1), BASIC), (date(2026, 3, 5), None)))) == [
        (date(2025, 12, 1), date(2026, 4, 1))
    ]


def test_who_leaves_with_the_turn_of_a_month_is_not_covered_a_month_longer() -> None:
    assert spans(covers(told((date(2025, 4, 1), BASIC), (date(2026, 4, 1), None)))) == [
        (date(2025, 12, 1), date(2026, 4, 1))
    ]


def test_who_left_with_the_turn_of_the_year_gets_no_certificate_of_the_next() -> None:
    assert spans(covers(told((date(2025, 4, 1), BASIC), (date(2026, 12, 1), None)))) == [
        (date(2025, 12, 1), date(2026, 12, 1))
    ]


def test_who_rejoins_before_the_end_has_one_cover_throughout() -> None:
    assert spans(covers(told((date(2026, 1, 10), BASIC), (date(2026, 3, 5), None), (date(2026, 3, 20), BASIC)))) == [
        (date(2026, 1, 10), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 12, 1)),
    ]


def test_who_rejoins_after_the_end_has_a_second_cover() -> None:
    assert spans(covers(told((date(2026, 1, 10), BASIC), (date(2026, 3, 5), None), (date(2026, 4, 2), BASIC)))) == [
        (date(2026, 1, 10), date(2026, 4, 1)),
        (date(2026, 4, 2), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 12, 1)),
    ]


def test_a_change_of_class_is_noted_and_the_certificate_goes_on() -> None:
    first, second = covers(told((date(2026, 1, 10), BASIC), (date(2026, 6, 15), TOTAL)))
    assert first.noted == ((date(2026, 1, 10), BASIC), (date(2026, 6, 15), TOTAL))
    assert second.noted == ((date(2026, 12, 1), TOTAL),)


def test_a_change_of_class_ends_the_certificate_where_the_product_says_so() -> None:
    rules = replace(AS_SHIPPED, on_class_change="new_certificate")
    renamed = Particulars("basic", "新見本工務店")
    found = covers(told((date(2026, 1, 10), BASIC), (date(2026, 5, 1), renamed), (date(2026, 6, 15), TOTAL)), rules)
    assert spans(found)[:2] == [(date(2026, 1, 10), date(2026, 6, 15)), (date(2026, 6, 15), date(2026, 12, 1))]
    assert found[0].noted == ((date(2026, 1, 10), BASIC), (date(2026, 5, 1), renamed))


@pytest.mark.parametrize(
    ("ends", "last_day"),
    [("day_of_leaving", date(2026, 3, 5)), ("first_of_next_month", date(2026, 4, 1)), ("expiry", date(2026, 12, 1))],
)
def test_the_end_is_the_one_that_the_product_names(ends: str, last_day: date) -> None:
    found = covers(told((date(2026, 1, 10), BASIC), (date(2026, 3, 5), None)), FreeCover(ends=ends))  # type: ignore[arg-type]
    assert spans(found) == [(date(2026, 1, 10), last_day)]


def test_the_start_is_the_one_that_the_product_names() -> None:
    found = covers(told((date(2026, 1, 10), BASIC)), FreeCover(starts="first_of_next_month"))
    assert spans(found)[0] == (date(2026, 2, 1), date(2026, 12, 1))
    assert not covers(
        told((date(2026, 1, 10), BASIC), (date(2026, 1, 20), None)), FreeCover(starts="first_of_next_month")
    )


def test_the_organisers_end_cuts_every_cover() -> None:
    found = covers(told((date(2025, 4, 1), BASIC)), ended_on=date(2027, 2, 1))
    assert spans(found) == [(date(2025, 12, 1), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 2, 1))]
    assert [cover.cancelled_on for cover in found] == [None, date(2027, 2, 1)]
    assert len(covers(told((date(2025, 4, 1), BASIC)), ended_on=date(2026, 12, 1))) == 1


def test_of_one_day_the_later_recorded_fact_holds() -> None:
    assert not covers(told((date(2026, 1, 10), BASIC), (date(2026, 1, 10), None)))
    assert memberships(told((date(2026, 1, 10), None), (date(2026, 1, 10), BASIC))) == (
        Membership(date(2026, 1, 10), None, BASIC),
    )


def test_a_leaver_that_rejoins_in_time_is_reinstated() -> None:
    before, years = told((date(2025, 4, 1), BASIC)), terms(2025)
    standing = [ExistingCover(7, years[0], date(2025, 12, 1), None, (NotedParticulars(date(2025, 12, 1), 1, BASIC),))]
    left = [*before, ToldOf(date(2026, 3, 5), (1, 0), None)]
    (act,) = acts_needed(standing, _only(years, left))
    assert act == Cancel(7, date(2026, 4, 1), None)
    standing = [replace(standing[0], cancelled_on=date(2026, 4, 1))]
    back = [*left, ToldOf(date(2026, 3, 20), (2, 0), BASIC)]
    assert acts_needed(standing, _only(years, back)) == (Reinstate(7, date(2026, 4, 1)),)


def test_a_leaving_told_with_another_day_moves_the_cancellation() -> None:
    years = terms(2025)
    standing = [
        ExistingCover(
            7, years[0], date(2025, 12, 1), date(2026, 4, 1), (NotedParticulars(date(2025, 12, 1), 1, BASIC),)
        )
    ]
    facts = told((date(2025, 4, 1), BASIC), (date(2026, 5, 5), None))
    assert acts_needed(standing, _only(years, facts)) == (Cancel(7, date(2026, 6, 1), date(2026, 4, 1)),)


def test_a_certificate_with_a_wrong_start_is_cancelled_from_it() -> None:
    years = terms(2025)
    standing = [ExistingCover(7, years[0], date(2026, 1, 10))]
    acts = acts_needed(standing, _only(years, told((date(2026, 1, 5), BASIC))))
    assert acts[0] == Cancel(7, date(2026, 1, 10), None)
    assert [(type(act), act.wanted.term.start_on) for act in acts[1:] if isinstance(act, Issue)] == [
        (Issue, date(2026, 1, 5))
    ]


def test_nothing_is_issued_in_a_year_that_is_over() -> None:
    over = [CoverYear(term, AS_SHIPPED, may_issue=False) for term in terms(2025)]
    assert acts_needed([], wanted_covers(memberships(told((date(2025, 4, 1), BASIC))), over)) == ()


def _only(years: list[Term], facts: list[ToldOf]) -> tuple[WantedCover, ...]:
    return wanted_covers(memberships(facts), [CoverYear(term, AS_SHIPPED) for term in years])


# -- what holds for any sequence of facts -------------------------------------------------------------------------------

YEARS = terms(2025, 2026, 2027)
FIRST, LAST = YEARS[0].start_on, YEARS[-1].expiry_on
days = st.dates(date(2025, 10, 1), date(2028, 12, 31))
told_of = st.one_of(
    st.none(), st.builds(Particulars, st.sampled_from(["basic", "total", "pap"]), st.sampled_from("甲乙"))
)
facts_told = st.lists(st.tuples(days, told_of), max_size=9)
rules_of_any_product = st.builds(
    FreeCover,
    starts=st.sampled_from(["day_of_joining", "first_of_next_month"]),
    ends=st.sampled_from(["day_of_leaving", "first_of_next_month", "expiry"]),
    on_class_change=st.sampled_from(["continue", "new_certificate"]),
)
organisers_end = st.none() | days
# Hundreds of days are looked at for each example; that a machine has other work too is no finding.
on_a_busy_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def every_day() -> list[date]:
    return [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days)]


def member_on(facts: list[ToldOf], day: date) -> Particulars | None:
    """Said another way than in the domain: the last word of the latest day that is not after the day."""
    known = [fact for fact in facts if fact.effective_date <= day]
    return max(known, key=lambda fact: (fact.effective_date, fact.place)).particulars if known else None


class Book:
    """Certificates as a clerk would keep them, so that acts can be carried out; refuses what the database refuses."""

    def __init__(self) -> None:
        self.covers: dict[int, ExistingCover] = {}

    def carry_out(self, acts: tuple[Act, ...]) -> None:
        for act in acts:
            if isinstance(act, Issue):
                wanted, key = act.wanted, len(self.covers) + 1
                noted = tuple(NotedParticulars(day, place, of) for place, (day, of) in enumerate(wanted.noted))
                self.covers[key] = ExistingCover(
                    key, wanted.year.term, wanted.term.start_on, wanted.cancelled_on, noted
                )
            elif isinstance(act, Cancel):
                assert self.covers[act.key].cancelled_on == act.was
                self.covers[act.key] = replace(self.covers[act.key], cancelled_on=act.on)
            elif isinstance(act, Reinstate):
                assert self.covers[act.key].cancelled_on == act.was
                self.covers[act.key] = replace(self.covers[act.key], cancelled_on=None)
            else:
                self._note(act)
            self._refuse_overlaps()

    def _note(self, act: Note) -> None:
        cover = self.covers[act.key]
        noted = (*cover.noted, NotedParticulars(act.on, len(cover.noted), act.particulars))
        self.covers[act.key] = replace(cover, noted=noted)

    def _refuse_overlaps(self) -> None:
        standing = sorted((cover.starts_on, cover.ends_on) for cover in self.covers.values() if not cover.is_empty)
        assert all(before[1] <= after[0] for before, after in pairwise(standing)), standing

    def holding(self, day: date) -> list[ExistingCover]:
        return [cover for cover in self.covers.values() if cover.starts_on <= day < cover.ends_on]


def follow(book: Book, facts: list[ToldOf], rules: FreeCover, ended_on: date | None) -> None:
    wanted = wanted_covers(memberships(facts), [CoverYear(term, rules) for term in YEARS], ended_on=ended_on)
    book.carry_out(acts_needed(book.covers.values(), wanted))


@on_a_busy_machine
@given(facts_told, rules_of_any_product, organisers_end)
def test_cover_never_overlaps_never_outlives_the_rule_and_leaves_no_gap(
    given_facts: list[tuple[date, Particulars | None]], rules: FreeCover, ended_on: date | None
) -> None:
    facts, book = told(*given_facts), Book()
    for known in range(1, len(facts) + 1):
        follow(book, facts[:known], rules, ended_on)
    for day in every_day():
        holding = book.holding(day)
        assert len(holding) <= 1
        of_the_day = member_on(facts, day)
        if ended_on is not None and day >= ended_on:
            assert not holding
        elif of_the_day is not None and rules.starts == "day_of_joining":
            assert holding, day
            assert particulars_on(holding[0].noted, day) == of_the_day
        elif of_the_day is None and rules.ends == "day_of_leaving":
            assert not holding, day
        elif of_the_day is None and rules.ends == "first_of_next_month" and holding:
            earlier = [day.replace(day=number) for number in range(1, day.day)]
            assert any(member_on(facts, before) is not None for before in earlier), day


@on_a_busy_machine
@given(facts_told, rules_of_any_product, organisers_end)
def test_what_was_followed_needs_no_further_act(
    given_facts: list[tuple[date, Particulars | None]], rules: FreeCover, ended_on: date | None
) -> None:
    facts, book = told(*given_facts), Book()
    follow(book, facts, rules, ended_on)
    wanted = wanted_covers(memberships(facts), [CoverYear(term, rules) for term in YEARS], ended_on=ended_on)
    assert acts_needed(book.covers.values(), wanted) == ()


@on_a_busy_machine
@given(facts_told, rules_of_any_product, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_changes_no_day_of_cover(
    given_facts: list[tuple[date, Particulars | None]], rules: FreeCover, order: object
) -> None:
    facts = told(*given_facts)
    shuffled = list(facts)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    at_once, one_by_one = Book(), Book()
    follow(at_once, facts, rules, None)
    for known in range(1, len(shuffled) + 1):
        follow(one_by_one, shuffled[:known], rules, None)
    for day in every_day():
        here, there = at_once.holding(day), one_by_one.holding(day)
        assert [cover.starts_on for cover in here] == [cover.starts_on for cover in there]
        assert [particulars_on(cover.noted, day) for cover in here] == [
            particulars_on(cover.noted, day) for cover in there
        ]


@on_a_busy_machine
@given(facts_told, rules_of_any_product, days)
def test_an_organisers_end_that_is_taken_back_leaves_no_day_changed(
    given_facts: list[tuple[date, Particulars | None]], rules: FreeCover, ended_on: date
) -> None:
    facts, book, untouched = told(*given_facts), Book(), Book()
    for end in (None, ended_on, None):
        follow(book, facts, rules, end)
    follow(untouched, facts, rules, None)
    for day in every_day():
        assert [cover.starts_on for cover in book.holding(day)] == [cover.starts_on for cover in untouched.holding(day)]


@on_a_busy_machine
@given(days, days, days)
def test_who_leaves_and_rejoins_before_the_end_keeps_the_same_certificate(
    joined: date, left: date, again: date
) -> None:
    joined, left, again = sorted((joined, left, again))
    if not joined < left <= again <= first_of_month_from(left):
        return
    facts, book = told((joined, BASIC), (left, None), (again, BASIC)), Book()
    follow(book, facts[:1], AS_SHIPPED, None)
    before = dict(book.covers)
    follow(book, facts[:2], AS_SHIPPED, None)
    follow(book, facts, AS_SHIPPED, None)
    assert book.covers == before
