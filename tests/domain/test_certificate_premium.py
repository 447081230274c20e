"""What a certificate costs: examples to be followed with a pocket calculator, and what holds for every log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.certificate.log import Act, Kind, known_at
from sonae.domain.certificate.premium import begun_months, schedule_premium
from sonae.domain.period import Term
from sonae.domain.product.transactions import TransactionRules
from sonae.domain.proration import term_premium
from tests.domain.certificates import YEAR, at, cancellation, change, logs, new, starts, undoing
from tests.domain.versions import day, product

# Annual premiums of other services: sales up to 5,000,000 yen 64,940 (P100) and 105,200 (P300); above it 72,080 and 116,780.
SHORT = TransactionRules(
    refund_rule="short_rate", short_rates=(0, 25, 35, 45, 55, 65, 70, 75, 80, 85, 90, 95, 100), minimum_retained=1_000
)


def total(*acts: Act, term: Term = YEAR) -> int:
    return schedule_premium(product(), acts, term).total


UPGRADE = {"plan": "P300"}
GROWN = {"annual_sales": 5_000_001}

#   what happens after 1 December                                            yen of the whole term
WORKED_EXAMPLES = [
    ("nothing", (), 64_940),
    # 64,940 × 3/12 + 105,200 × 9/12 = 16,235 + 78,900 = 95,135 → 95,140 (half up to 10 yen)
    ("to the 3億 plan from 1 March", (change(2, day("2027-03-01"), UPGRADE),), 95_140),
    # A month that has begun stays as it began: 15 March counts from April. 64,940 × 4/12 + 105,200 × 8/12 = 91,780
    ("to the 3億 plan on 15 March", (change(2, day("2027-03-15"), UPGRADE),), 91_780),
    # 64,940 × 6/12 + 72,080 × 6/12 = 68,510
    ("sales grown from 1 June", (change(2, day("2027-06-01"), GROWN),), 68_510),
    # 64,940 × 3/12 = 16,235 → 16,240
    ("cancelled on 1 March", (cancellation(2, day("2027-03-01")),), 16_240),
    # 64,940 × 4/12 = 21,646.67 → 21,650
    ("cancelled on 2 March", (cancellation(2, day("2027-03-02")),), 21_650),
    ("cancelled on its first day", (cancellation(2, day("2026-12-01")),), 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("acts", "yen"), [example[1:] for example in WORKED_EXAMPLES], ids=[e[0] for e in WORKED_EXAMPLES]
)
def test_worked_examples(acts: tuple[Act, ...], yen: int) -> None:
    assert total(new(), *acts) == yen


LEAP = Term(date(2027, 12, 1), date(2028, 12, 1))
# The year with a 29 February: months are counted, so its day more costs nothing and gives nothing back.
LEAP_EXAMPLES = [
    ("nothing", (), 64_940),
    # 29 February is in the third month, 1 March begins the fourth: 64,940 × 3/12 = 16,235 → 16,240
    ("cancelled on 29 February", (cancellation(2, day("2028-02-29")),), 16_240),
    ("cancelled on 1 March", (cancellation(2, day("2028-03-01")),), 16_240),
    ("cancelled on 2 March", (cancellation(2, day("2028-03-02")),), 21_650),
    # From March either way: 64,940 × 3/12 + 105,200 × 9/12 = 95,135 → 95,140
    ("to the 3億 plan on 29 February", (change(2, day("2028-02-29"), UPGRADE),), 95_140),
    ("to the 3億 plan from 1 March", (change(2, day("2028-03-01"), UPGRADE),), 95_140),
    ("cancelled on its first day", (cancellation(2, day("2027-12-01")),), 0),
]  # fmt: skip


@pytest.mark.parametrize(("acts", "yen"), [example[1:] for example in LEAP_EXAMPLES], ids=[e[0] for e in LEAP_EXAMPLES])
def test_worked_examples_of_a_leap_year(acts: tuple[Act, ...], yen: int) -> None:
    assert total(new(LEAP.start_on), *acts, term=LEAP) == yen


def test_a_renewal_out_of_a_leap_year_costs_what_one_into_it_does() -> None:
    year_after = Term(LEAP.expiry_on, date(2029, 12, 1))
    assert total(new(year_after.start_on), term=year_after) == total(new(LEAP.start_on), term=LEAP) == 64_940


def test_annual_premiums_of_the_examples() -> None:
    pieces = schedule_premium(
        product(), (new(), change(2, day("2027-03-01"), UPGRADE), change(3, day("2027-06-01"), GROWN)), YEAR
    ).stretches
    assert [(piece.months, piece.annual_premium) for piece in pieces] == [(3, 64_940), (3, 105_200), (6, 116_780)]


def test_short_rates_keep_more_than_the_months_that_ran() -> None:
    rules = replace(product(), transactions=SHORT)
    assert (
        schedule_premium(rules, (new(), cancellation(2, day("2027-03-01"))), YEAR).total == 29_220
    )  # 45 % of 64,940 is 29,223
    assert schedule_premium(rules, (new(), cancellation(2, day("2027-11-02"))), YEAR).total == 64_940
    # A cover of one month that ends on its second day: 25 % of a year, but never more than the month's own premium.
    month = Term(date(2027, 11, 1), YEAR.expiry_on)
    assert schedule_premium(rules, (new(month.start_on), cancellation(2, day("2027-11-02"))), month).total == 5_410


def test_a_minimum_is_kept_but_not_of_the_first_day_and_never_more_than_the_whole() -> None:
    rules = replace(product(), transactions=replace(TransactionRules(), minimum_retained=20_000))
    assert schedule_premium(rules, (new(), cancellation(2, day("2027-03-01"))), YEAR).total == 20_000
    assert schedule_premium(rules, (new(), cancellation(2, day("2026-12-01"))), YEAR).total == 0
    month = Term(date(2027, 11, 1), YEAR.expiry_on)
    assert schedule_premium(rules, (new(month.start_on), cancellation(2, day("2027-11-02"))), month).total == 5_410


@pytest.mark.parametrize(
    ("patch", "annual"),
    [({"annual_sales": 250_000_000}, 101_960), ({"industry": "medical"}, 64_940), ({"industry": "bank"}, 64_940)],
)
def test_cover_runs_on_when_a_fact_leaves_the_tariff(patch: dict[str, object], annual: int) -> None:
    """F19 keeps such a firm out of the next year, not out of this one: the highest band, or the industry before it."""
    assert (
        schedule_premium(product(), (new(), change(2, day("2027-03-01"), patch)), YEAR).stretches[1].annual_premium
        == annual
    )


@given(starts, st.sampled_from(["P100", "P300", "P500"]))
def test_new_cover_costs_what_the_quote_said(starts_on: date, plan: str) -> None:
    term = Term(starts_on, YEAR.expiry_on)
    rated = schedule_premium(product(), (new(starts_on, plan=plan),), term)
    assert rated.total == term_premium(rated.stretches[0].annual_premium, term.months, product().rounding_unit)


@given(logs())
def test_stretches_tile_the_term(certificate: tuple[Term, tuple[Act, ...]]) -> None:
    term, acts = certificate
    pieces = schedule_premium(product(), acts, term).stretches
    assert (pieces[0].term.start_on, pieces[-1].term.expiry_on) == (term.start_on, term.expiry_on)
    assert all(one.term.expiry_on == other.term.start_on for one, other in pairwise(pieces))
    assert sum(piece.months for piece in pieces) == term.months


@given(logs())
def test_total_lies_within_half_a_unit_of_the_exact_sum(certificate: tuple[Term, tuple[Act, ...]]) -> None:
    """Rounded once for the certificate: pieces never add their own roundings."""
    term, acts = certificate
    rated = schedule_premium(product(), acts, term)
    exact = sum((piece.exact_premium for piece in rated.stretches), Fraction(0))
    assert abs(rated.if_uncancelled - exact) <= Fraction(product().rounding_unit, 2)
    assert 0 <= rated.total <= rated.if_uncancelled


@given(logs(), st.randoms(use_true_random=False))
def test_order_of_recording_acts_of_different_days_never_matters(
    certificate: tuple[Term, tuple[Act, ...]], random: object
) -> None:
    """Rule 3, for money: the same changes recorded in any order cost the same and are the same cover."""
    term, acts = certificate
    by_day = {act.effective_date: act for act in acts if act.kind == Kind.CHANGE and act.effective_date > term.start_on}
    changes = list(by_day.values())
    shuffled = list(changes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    recorded = [change(seq, act.effective_date, act.patch) for seq, act in enumerate(shuffled, start=2)]
    in_order = [change(seq, act.effective_date, act.patch) for seq, act in enumerate(changes, start=2)]
    assert schedule_premium(product(), (acts[0], *recorded), term) == schedule_premium(
        product(), (acts[0], *in_order), term
    )


@given(logs())
def test_cancel_and_reinstate_is_the_identity(certificate: tuple[Term, tuple[Act, ...]]) -> None:
    term, acts = certificate
    if schedule_premium(product(), acts, term).cancelled_on is not None:
        return
    ended = cancellation(acts[-1].seq + 1, date(2027, 11, 15))
    back = (*acts, ended, undoing(ended.seq + 1, ended))
    assert schedule_premium(product(), back, term) == schedule_premium(product(), acts, term)


@given(logs(), st.data())
def test_reversing_an_act_leaves_what_was_there_without_it(
    certificate: tuple[Term, tuple[Act, ...]], data: st.DataObject
) -> None:
    term, acts = certificate
    changed = change(acts[-1].seq + 1, data.draw(st.dates(term.start_on, date(2027, 11, 30))), {"plan": "P500"})
    assert schedule_premium(product(), (*acts, changed, undoing(changed.seq + 1, changed)), term) == schedule_premium(
        product(), acts, term
    )


@given(logs())
def test_what_is_posted_adds_up_to_the_schedule_after_every_act(certificate: tuple[Term, tuple[Act, ...]]) -> None:
    """Rule 4: each act posts the whole schedule less what was posted before."""
    term, acts = certificate
    posted = 0
    for count in range(1, len(acts) + 1):
        whole = schedule_premium(product(), acts[:count], term).total
        posted += whole - posted
        assert posted == whole


@given(logs(), st.integers(0, 10))
def test_what_was_known_at_a_moment_never_changes(certificate: tuple[Term, tuple[Act, ...]], minutes: int) -> None:
    """Rule 6: whatever is recorded later, the answer as of an earlier moment stays."""
    term, acts = certificate
    then = known_at(acts, at(minutes))
    later = (*acts, change(acts[-1].seq + 1, term.start_on, {"plan": "P500"}, minutes=99))
    assert known_at(later, at(minutes)) == then
    assert schedule_premium(product(), known_at(later, at(minutes)), term) == schedule_premium(product(), then, term)


@pytest.mark.parametrize("first_year", [2026, 2027, 2028])
def test_leap_years_are_nothing_special(first_year: int) -> None:
    """1 December 2027 to 1 December 2028 holds 29 February and has twelve months like any other (rule 5)."""
    term = Term(date(first_year, 12, 1), date(first_year + 1, 12, 1))
    cut = change(2, date(first_year + 1, 3, 1), UPGRADE)
    assert schedule_premium(product(), (new(term.start_on), cut), term).total == 95_140
    last_of_february = date(first_year + 1, 2, 29 if (first_year + 1) % 4 == 0 else 28)
    assert schedule_premium(product(), (new(term.start_on), cancellation(2, last_of_february)), term).total == 16_240


@given(st.dates(date(2026, 12, 1), date(2029, 12, 1)), st.integers(0, 800))
def test_begun_months_grow_with_the_day_and_tile(start_on: date, days: int) -> None:
    first = start_on.replace(day=1)
    one = date.fromordinal(first.toordinal() + days)
    assert (
        begun_months(first, one)
        <= begun_months(first, date.fromordinal(one.toordinal() + 1))
        <= begun_months(first, one) + 1
    )
