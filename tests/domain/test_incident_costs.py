"""What an incident costs, line by line: worked examples to compare by eye, and what holds at every size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.drawing_on_limits import Loss, covers_of, draw, in_product_order
from sonae.domain.incident_costs.definition import Incident
from sonae.domain.incident_costs.lines import End, LossLine, loss_lines
from tests.domain.loss_facts import any_case, first_sizes, shipped
from tests.domain.versions import product

PRODUCT = product()
ENDS: tuple[End, End] = ("low", "high")


@pytest.mark.parametrize(
    ("incident", "low", "high"),
    [
        ("misdirected_mail", 525_000, 2_462_000),
        ("infected_pc", 2_100_000, 14_400_000),
        ("contractor_leak", 4_150_000, 9_950_000),
        ("data_theft", 19_400_000, 37_400_000),
        ("ransomware", 11_400_000, 47_000_000),
        ("partner_stopped", 9_900_000, 17_500_000),
    ],
)
def test_each_incident_adds_up_at_the_sizes_that_stand_there_first(incident: str, low: int, high: int) -> None:
    one = shipped().incident(incident)
    lines = loss_lines(shipped(), one, first_sizes(one))
    assert (sum(line.low for line in lines), sum(line.high for line in lines)) == (low, high)


def test_a_misdirected_mail_to_the_last_yen() -> None:
    lines = loss_lines(shipped(), shipped().incident("misdirected_mail"), {"people": 1_234})
    assert [(line.code, line.low, line.high) for line in lines] == [
        ("damages_leak", 0, 937_840),  # 38,000,000 × 1,234 / 50,000
        ("dispute_single", 0, 1_000_000),
        ("legal_advice", 300_000, 1_000_000),
        ("letters", 123_400, 160_420),  # 1,000,000 and 1,300,000 × 1,234 / 10,000
        ("gifts", 802_100, 802_100),  # 650 each
    ]


def test_a_share_of_a_yen_is_rounded_half_up_once() -> None:
    facts = shipped()
    letters = facts.find_figure("letters")
    assert letters
    odd = replace(letters, low=1, high=3, per=2)
    changed = replace(facts, figures=tuple(odd if one.code == "letters" else one for one in facts.figures))
    lines = loss_lines(changed, changed.incident("misdirected_mail"), {"people": 1})
    assert [(line.low, line.high) for line in lines if line.code == "letters"] == [(1, 2)]  # 0.5 and 1.5


@pytest.mark.parametrize(("people", "codes"), [(9_999, set()), (10_000, {"newspaper", "call_centre"})])
def test_a_notice_and_a_call_centre_come_with_ten_thousand_people(people: int, codes: set[str]) -> None:
    lines = loss_lines(shipped(), shipped().incident("contractor_leak"), {"people": people})
    assert {line.code for line in lines} & {"newspaper", "call_centre"} == codes


def test_each_end_of_a_line_is_a_loss_of_its_own() -> None:
    line = LossLine("letters", "other_costs", 1, 2)
    assert [line.at(end) for end in ENDS] == [Loss("letters", "other_costs", 1), Loss("letters", "other_costs", 2)]


def test_lost_days_count_to_no_cost_line_of_the_programme() -> None:
    lines = loss_lines(
        shipped(), shipped().incident("ransomware"), {"devices": 10, "own_days": 30, "own_profit": 100_000}
    )
    assert [line for line in lines if not line.cost_line] == [LossLine("own_interruption", "", 3_000_000, 3_000_000)]


def test_a_size_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        loss_lines(shipped(), shipped().incident("ransomware"), {"devices": 1})


@given(any_case(), st.data())
def test_a_larger_incident_never_costs_or_pays_less(case: tuple[Incident, dict[str, int]], data: st.DataObject) -> None:
    incident, sizes = case
    grown = data.draw(st.sampled_from(sorted(sizes)))
    larger = sizes | {grown: data.draw(st.integers(sizes[grown], shipped().size(grown).most))}
    small, large = loss_lines(shipped(), incident, sizes), loss_lines(shipped(), incident, larger)
    for end in ENDS:
        less, more = (in_product_order((line.at(end) for line in lines), PRODUCT) for lines in (small, large))
        assert sum(loss.yen for loss in less) <= sum(loss.yen for loss in more)
        for cover in covers_of(PRODUCT):
            before, after = draw(less, cover, PRODUCT), draw(more, cover, PRODUCT)
            assert before.unpaid_yen <= after.unpaid_yen
            assert before.liability.paid_yen <= after.liability.paid_yen
            assert before.cost.paid_yen <= after.cost.paid_yen


@given(any_case())
def test_the_low_end_is_never_above_the_high_end(case: tuple[Incident, dict[str, int]]) -> None:
    assert all(0 <= line.low <= line.high for line in loss_lines(shipped(), *case))
