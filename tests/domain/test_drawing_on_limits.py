"""Several losses in one term: each limit pays until it is used up, and one never pays for the other."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.drawing_on_limits import TermOfLosses, draw_on_plan, draw_on_section
from sonae.domain.product.explanations import Scenario
from sonae.domain.text import Text
from tests.domain.versions import product


def under(plan: str) -> TermOfLosses:
    return draw_on_plan(product(), product().plan(plan), product().scenarios)


def test_the_smallest_plan_leaves_the_letters_to_the_firm() -> None:
    losses = under("P100")
    assert [(one.scenario.code, one.limit, one.paid_yen, one.unpaid_yen, one.left_yen) for one in losses.draws] == [
        ("data_lost", "cost", 10_000_000, 0, 0),
        ("contractor_leak", "cost", 0, 5_000_000, 0),
        ("claims", "liability", 50_000_000, 0, 50_000_000),
    ]
    assert (losses.loss_yen, losses.paid_yen, losses.unpaid_yen) == (65_000_000, 60_000_000, 5_000_000)


def test_the_larger_plans_leave_nothing() -> None:
    for plan in ("P300", "P500"):
        assert (under(plan).paid_yen, under(plan).unpaid_yen) == (65_000_000, 0)


def test_the_free_cover_pays_damages_up_to_its_limit_and_no_own_costs() -> None:
    losses = draw_on_section(product(), product().section("free"), product().scenarios)
    assert (losses.liability.paid_yen, losses.cost.paid_yen, losses.unpaid_yen) == (500_000, 0, 64_500_000)


def test_a_cost_line_that_the_section_leaves_out_is_not_paid_though_its_limit_would_hold_it() -> None:
    cooperation = Scenario("papers", Text("資料", "Papers"), Text("", ""), "cooperation", 100_000)
    losses = draw_on_section(product(), product().section("free"), [cooperation])
    assert [(one.paid_yen, one.unpaid_yen, one.left_yen) for one in losses.draws] == [(0, 100_000, 500_000)]
    assert losses.unpaid_yen == 100_000


def test_a_loss_that_does_not_fit_is_paid_in_part() -> None:
    scenario = product().scenario("data_lost")
    losses = draw_on_plan(product(), product().plan("P100"), [replace(scenario, cost_yen=7_000_000), scenario])
    assert [(one.paid_yen, one.left_yen) for one in losses.draws] == [(7_000_000, 3_000_000), (3_000_000, 0)]


LINES = [line.code for line in product().cost_lines]
LOSSES = st.lists(st.tuples(st.sampled_from(LINES), st.integers(1, 10**9)), max_size=8)


@given(LOSSES, st.sampled_from(["P100", "P300", "P500"]))
def test_every_yen_is_paid_or_left_to_the_firm_and_no_limit_pays_more_than_it_holds(
    losses_in_order: list[tuple[str, int]], code: str
) -> None:
    nothing = Text("", "")
    scenarios = [Scenario("any", nothing, nothing, line, cost) for line, cost in losses_in_order]
    plan = product().plan(code)
    losses = draw_on_plan(product(), plan, scenarios)
    assert losses.paid_yen + losses.unpaid_yen == sum(one.cost_yen for one in scenarios)
    assert sum(draw.paid_yen for draw in losses.draws) == losses.paid_yen
    assert losses.liability.paid_yen <= plan.liability_limit
    assert losses.cost.paid_yen <= plan.cost_limit
    assert draw_on_plan(product(), plan, list(reversed(scenarios))).paid_yen == losses.paid_yen
