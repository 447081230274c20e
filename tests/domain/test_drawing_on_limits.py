"""Losses draw on each limit until it is used up, and one limit never pays for the other: worked examples and properties."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.drawing_on_limits import (
    Cover,
    Drawn,
    Loss,
    covers_of,
    draw,
    draw_scenarios,
    in_product_order,
    scenario_losses,
)
from tests.domain.losses import losses
from tests.domain.versions import product

PRODUCT = product()
COVERS = {cover.code: cover for cover in covers_of(PRODUCT)}
PLANS = ("P100", "P300", "P500")
SOME_COVER = st.sampled_from(sorted(COVERS))
MAN = 10_000


def under(code: str) -> Drawn:
    """The scenarios of the product under that cover."""
    return next(one for one in draw_scenarios(PRODUCT) if one.cover.code == code)


def test_the_smallest_plan_leaves_the_letters_to_the_firm() -> None:
    drawn = under("P100")
    assert [(one.loss.code, one.limit, one.paid_yen, one.unpaid_yen, one.left_yen) for one in drawn.draws] == [
        ("data_lost", "cost", 10_000_000, 0, 0),
        ("contractor_leak", "cost", 0, 5_000_000, 0),
        ("claims", "liability", 50_000_000, 0, 50_000_000),
    ]
    assert (drawn.loss_yen, drawn.paid_yen, drawn.unpaid_yen) == (65_000_000, 60_000_000, 5_000_000)


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        # in 万円: liability, costs, left to the firm
        ("free", (50, 0, 6_450)),
        ("P100", (5_000, 1_000, 500)),
        ("P300", (5_000, 1_500, 0)),
        ("P500", (5_000, 1_500, 0)),
    ],
)
def test_the_three_scenarios_come_out_in_either_order(cover: str, expected: tuple[int, int, int]) -> None:
    """10 million for restoration, 5 million for letters, 50 million of claims."""
    ordered = in_product_order(scenario_losses(PRODUCT.scenarios), PRODUCT)
    assert [loss.code for loss in ordered] == ["claims", "data_lost", "contractor_leak"]
    for drawn in (under(cover), draw(ordered, COVERS[cover], PRODUCT)):
        sums = (drawn.liability.paid_yen, drawn.cost.paid_yen, drawn.unpaid_yen)
        assert tuple(yen // MAN for yen in sums) == expected


def test_each_vessel_holds_what_drew_on_it() -> None:
    liability, cost = under("P100").liability, under("P100").cost
    assert (liability.limit_yen, liability.loss_yen, liability.paid_yen, liability.unpaid_yen) == (
        *(100_000_000, 50_000_000, 50_000_000, 0),
    )
    assert (cost.limit_yen, cost.loss_yen, cost.paid_yen, cost.unpaid_yen) == (
        *(10_000_000, 15_000_000, 10_000_000, 5_000_000),
    )


def test_losses_in_the_order_of_the_product_are_drawn_until_the_limit_is_used_up() -> None:
    """Investigation 4.0, advice 0.5, restoration 6.0, prevention 3.0, gifts 1.3 million: 14.8, of which 10 are paid."""
    given_losses = [
        Loss("gifts", "other_costs", 1_300_000),
        Loss("prevention", "prevention", 3_000_000),
        Loss("restoration", "restoration", 6_000_000),
        Loss("advice", "legal_advice", 500_000),
        Loss("investigation", "investigation", 4_000_000),
    ]
    drawn = draw(in_product_order(given_losses, PRODUCT), COVERS["P100"], PRODUCT)
    assert [(one.loss.code, one.paid_yen, one.unpaid_yen, one.left_yen) for one in drawn.draws] == [
        ("investigation", 4_000_000, 0, 6_000_000),
        ("advice", 500_000, 0, 5_500_000),
        ("restoration", 5_500_000, 500_000, 0),
        ("prevention", 0, 3_000_000, 0),
        ("gifts", 0, 1_300_000, 0),
    ]
    assert (drawn.loss_yen, drawn.cost.paid_yen, drawn.unpaid_yen) == (14_800_000, 10_000_000, 4_800_000)


def test_losses_draw_in_the_order_given() -> None:
    last, first = Loss("a", "other_costs", 7_000_000), Loss("b", "restoration", 10_000_000)
    drawn = draw([last, first], COVERS["P100"], PRODUCT)
    assert [(one.paid_yen, one.left_yen) for one in drawn.draws] == [(7_000_000, 3_000_000), (3_000_000, 0)]


def test_the_free_cover_pays_no_costs_and_no_more_than_its_limit() -> None:
    given_losses = [Loss("b", "damages", 300_000), Loss("a", "dispute", 400_000), Loss("c", "response", 9)]
    drawn = draw(given_losses, COVERS["free"], PRODUCT)
    assert [one.paid_yen for one in drawn.draws] == [300_000, 200_000, 0]


def test_a_cost_line_that_the_cover_leaves_out_is_not_paid_though_its_limit_would_hold_it() -> None:
    drawn = draw([Loss("papers", "cooperation", 100_000)], COVERS["free"], PRODUCT)
    assert [(one.paid_yen, one.unpaid_yen, one.left_yen) for one in drawn.draws] == [(0, 100_000, 500_000)]
    assert (drawn.unpaid_yen, drawn.beyond_yen, drawn.not_named_yen) == (100_000, 100_000, 0)


def test_what_the_programme_does_not_name_comes_last_and_is_never_paid() -> None:
    ordered = in_product_order([Loss("lost_days", "", 3_000_000), Loss("gifts", "other_costs", 1)], PRODUCT)
    for cover in COVERS.values():
        drawn = draw(ordered, cover, PRODUCT)
        last = drawn.draws[-1]
        assert (last.loss.code, last.limit, last.paid_yen, last.unpaid_yen) == ("lost_days", None, 0, 3_000_000)
        assert drawn.not_named_yen == 3_000_000


def test_a_version_without_scenarios_draws_nothing() -> None:
    drawn = draw_scenarios(replace(PRODUCT, scenarios=()))
    assert [one.cover for one in drawn] == list(covers_of(PRODUCT))
    assert all((one.draws, one.loss_yen, one.unpaid_yen) == ((), 0, 0) for one in drawn)


def test_the_covers_are_those_of_the_product() -> None:
    assert covers_of(PRODUCT)[0] == Cover("free", PRODUCT.section("free").name, 500_000, 0, ("damages", "dispute"))
    assert [(one.code, one.liability_limit, one.cost_limit) for one in covers_of(PRODUCT)[1:]] == [
        (plan.code, plan.liability_limit, plan.cost_limit) for plan in PRODUCT.plans
    ]
    assert all(one.cost_lines == PRODUCT.section("paid").cost_lines for one in covers_of(PRODUCT)[1:])


@given(losses, SOME_COVER)
def test_paid_and_unpaid_are_the_loss_and_no_limit_is_passed(lost: list[Loss], code: str) -> None:
    cover = COVERS[code]
    drawn = draw(lost, cover, PRODUCT)
    assert [one.loss for one in drawn.draws] == lost
    assert drawn.loss_yen == sum(loss.yen for loss in lost)
    assert drawn.liability.paid_yen + drawn.cost.paid_yen + drawn.unpaid_yen == drawn.loss_yen
    assert drawn.liability.unpaid_yen + drawn.cost.unpaid_yen == drawn.beyond_yen
    assert drawn.beyond_yen + drawn.not_named_yen == drawn.unpaid_yen
    assert drawn.liability.paid_yen <= cover.liability_limit
    assert drawn.cost.paid_yen <= cover.cost_limit
    assert all(0 <= one.paid_yen <= one.loss.yen for one in drawn.draws)
    assert all(one.loss.cost_line in cover.cost_lines for one in drawn.draws if one.paid_yen)


@given(losses, SOME_COVER)
def test_what_is_left_is_the_limit_less_all_that_it_has_paid(lost: list[Loss], code: str) -> None:
    drawn = draw(lost, COVERS[code], PRODUCT)
    for limit in ("liability", "cost"):
        paid = 0
        for one in drawn.draws_on(limit):  # type: ignore[arg-type]
            assert PRODUCT.cost_line(one.loss.cost_line).limit == limit
            paid += one.paid_yen
            assert one.left_yen == COVERS[code].limit_yen(limit) - paid  # type: ignore[arg-type]


@given(losses, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_loss_is_never_paid_from_the_other_limit(lost: list[Loss], liability: int, costs: int, other: int) -> None:
    def paid(limit: str, liability_limit: int, cost_limit: int) -> list[int]:
        cover = replace(COVERS["P100"], liability_limit=liability_limit, cost_limit=cost_limit)
        return [one.paid_yen for one in draw(lost, cover, PRODUCT).draws if one.limit == limit]

    assert paid("liability", liability, costs) == paid("liability", liability, other)
    assert paid("cost", liability, costs) == paid("cost", other, costs)


@given(losses, SOME_COVER)
def test_a_loss_is_paid_only_after_those_before_it_are_paid_in_full(lost: list[Loss], code: str) -> None:
    cover = COVERS[code]
    for limit in ("liability", "cost"):
        drawn = [
            one
            for one in draw(lost, cover, PRODUCT).draws
            if one.limit == limit and one.loss.cost_line in cover.cost_lines and one.loss.yen
        ]
        after_a_short_one = [one for place, one in enumerate(drawn) if any(two.unpaid_yen for two in drawn[:place])]
        assert all(one.paid_yen == 0 for one in after_a_short_one)


@given(losses, st.permutations(PLANS))
def test_a_larger_plan_never_pays_less(lost: list[Loss], plans: list[str]) -> None:
    small, large = sorted(plans[:2])
    less, more = draw(lost, COVERS[small], PRODUCT), draw(lost, COVERS[large], PRODUCT)
    assert all(a.paid_yen <= b.paid_yen for a, b in zip(less.draws, more.draws, strict=True))
    assert draw(lost, COVERS["free"], PRODUCT).unpaid_yen >= less.unpaid_yen >= more.unpaid_yen


@given(losses, SOME_COVER, st.data())
def test_another_order_pays_the_same_in_all(lost: list[Loss], code: str, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lost))
    one, two = draw(lost, COVERS[code], PRODUCT), draw(shuffled, COVERS[code], PRODUCT)
    assert (one.liability, one.cost, one.unpaid_yen) == (two.liability, two.cost, two.unpaid_yen)


@given(losses)
def test_the_order_of_the_product_keeps_like_with_like(lost: list[Loss]) -> None:
    order = [line.code for line in PRODUCT.cost_lines]
    ordered = in_product_order(lost, PRODUCT)
    assert sorted(ordered, key=repr) == sorted(lost, key=repr)
    places = [order.index(loss.cost_line) if loss.cost_line in order else len(order) for loss in ordered]
    assert places == sorted(places)
    for code in order:
        assert [loss for loss in ordered if loss.cost_line == code] == [loss for loss in lost if loss.cost_line == code]
