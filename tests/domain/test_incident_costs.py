"""What an incident costs and how far each limit pays it: worked examples to compare by eye, and what holds for every loss."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.incident_costs.definition import Incident
from sonae.domain.incident_costs.draw import Cover, covers_of, draw, in_order_of_draw
from sonae.domain.incident_costs.lines import LossLine, example_lines, loss_lines
from tests.domain.loss_facts import any_case, first_sizes, losses, shipped
from tests.domain.versions import product

PRODUCT = product()
COVERS = {cover.code: cover for cover in covers_of(PRODUCT)}
PLANS = ("P100", "P300", "P500")
MAN = 10_000


def sums(lines: tuple[LossLine, ...] | list[LossLine], cover: str) -> tuple[int, int, int]:
    """In 万円: paid as liability, paid as costs, left to the firm."""
    drawn = draw(lines, COVERS[cover], PRODUCT)
    return tuple(yen // MAN for yen in (drawn.paid_yen("liability"), drawn.paid_yen("cost"), drawn.own_yen))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        #         liability  costs  own
        ("free", (50, 0, 6_450)),
        ("P100", (5_000, 1_000, 500)),
        ("P300", (5_000, 1_500, 0)),
        ("P500", (5_000, 1_500, 0)),
    ],
)
def test_the_three_examples_of_the_programme_come_out(cover: str, expected: tuple[int, int, int]) -> None:
    """10 million for restoration, 5 million for letters, 50 million of claims."""
    assert sums(example_lines(shipped().examples), cover) == expected


def test_costs_are_drawn_in_the_order_of_the_product_until_the_limit_is_used_up() -> None:
    """Investigation 4.0, advice 0.5, restoration 6.0, prevention 3.0, gifts 1.3 million: 14.8, of which 10 are paid."""
    lines = [
        LossLine("gifts", "other_costs", 1_300_000, 1_300_000),
        LossLine("prevention", "prevention", 3_000_000, 3_000_000),
        LossLine("restoration", "restoration", 6_000_000, 6_000_000),
        LossLine("advice", "legal_advice", 500_000, 500_000),
        LossLine("investigation", "investigation", 4_000_000, 4_000_000),
    ]
    drawn = draw(lines, COVERS["P100"], PRODUCT)
    assert [(one.line.code, one.paid_yen, one.own_yen) for one in drawn.lines] == [
        ("investigation", 4_000_000, 0),
        ("advice", 500_000, 0),
        ("restoration", 5_500_000, 500_000),
        ("prevention", 0, 3_000_000),
        ("gifts", 0, 1_300_000),
    ]
    assert (drawn.loss_yen, drawn.paid_yen("cost"), drawn.own_yen) == (14_800_000, 10_000_000, 4_800_000)


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


def test_what_the_programme_does_not_name_comes_last_and_is_never_paid() -> None:
    one = shipped().incident("ransomware")
    lines = loss_lines(shipped(), one, {"devices": 10, "own_days": 30, "own_profit": 100_000})
    for cover in COVERS.values():
        last = draw(lines, cover, PRODUCT).lines[-1]
        assert (last.line.code, last.limit, last.paid_yen, last.own_yen) == ("own_interruption", None, 0, 3_000_000)


def test_the_free_cover_pays_no_costs_and_no_more_than_its_limit() -> None:
    lines = [
        LossLine("a", "dispute", 0, 400_000),
        LossLine("b", "damages", 0, 300_000),
        LossLine("c", "response", 0, 9),
    ]
    drawn = draw(lines, COVERS["free"], PRODUCT)
    assert [(one.line.code, one.paid_yen) for one in drawn.lines] == [("b", 300_000), ("a", 200_000), ("c", 0)]
    assert draw([LossLine("d", "cooperation", 0, 9)], COVERS["free"], PRODUCT).own_yen == 9


def test_a_size_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        loss_lines(shipped(), shipped().incident("ransomware"), {"devices": 1})


@given(losses, st.sampled_from(sorted(COVERS)), st.sampled_from(["low", "high"]))
def test_paid_and_own_are_the_loss_and_no_limit_is_passed(lines: list[LossLine], code: str, end: str) -> None:
    cover = COVERS[code]
    drawn = draw(lines, cover, PRODUCT, end)  # type: ignore[arg-type]
    assert drawn.loss_yen == sum(getattr(line, end) for line in lines)
    assert drawn.paid_yen("liability") + drawn.paid_yen("cost") + drawn.own_yen == drawn.loss_yen
    assert drawn.beyond_yen + drawn.not_named_yen == drawn.own_yen
    assert drawn.paid_yen("liability") <= cover.liability_limit
    assert drawn.paid_yen("cost") <= cover.cost_limit
    assert all(0 <= one.paid_yen <= one.loss_yen for one in drawn.lines)
    assert all(one.line.cost_line in cover.cost_lines for one in drawn.lines if one.paid_yen)


@given(losses, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_line_is_never_paid_from_the_other_limit(
    lines: list[LossLine], liability: int, costs: int, other: int
) -> None:
    def paid(limit: str, liability_limit: int, cost_limit: int) -> list[int]:
        cover = replace(COVERS["P100"], liability_limit=liability_limit, cost_limit=cost_limit)
        return [one.paid_yen for one in draw(lines, cover, PRODUCT).lines if one.limit == limit]

    assert paid("liability", liability, costs) == paid("liability", liability, other)
    assert paid("cost", liability, costs) == paid("cost", other, costs)


@given(losses)
def test_a_line_is_paid_only_after_those_before_it_are_paid_in_full(lines: list[LossLine]) -> None:
    for cover in COVERS.values():
        for limit in ("liability", "cost"):
            drawn = [
                one
                for one in draw(lines, cover, PRODUCT).lines
                if one.limit == limit and one.line.cost_line in cover.cost_lines and one.loss_yen
            ]
            after_a_short_one = [
                one for place, one in enumerate(drawn) if any(other.own_yen for other in drawn[:place])
            ]
            assert all(one.paid_yen == 0 for one in after_a_short_one)


@given(losses, st.permutations(PLANS))
def test_a_larger_plan_never_pays_less(lines: list[LossLine], plans: list[str]) -> None:
    small, large = sorted(plans[:2])
    less, more = draw(lines, COVERS[small], PRODUCT), draw(lines, COVERS[large], PRODUCT)
    assert all(a.paid_yen <= b.paid_yen for a, b in zip(less.lines, more.lines, strict=True))
    assert draw(lines, COVERS["free"], PRODUCT).own_yen >= less.own_yen >= more.own_yen


@given(any_case(), st.data())
def test_a_larger_incident_never_costs_or_pays_less(case: tuple[Incident, dict[str, int]], data: st.DataObject) -> None:
    incident, sizes = case
    grown = data.draw(st.sampled_from(sorted(sizes)))
    larger = sizes | {grown: data.draw(st.integers(sizes[grown], shipped().size(grown).most))}
    small, large = loss_lines(shipped(), incident, sizes), loss_lines(shipped(), incident, larger)
    for end in ("low", "high"):
        assert sum(getattr(line, end) for line in small) <= sum(getattr(line, end) for line in large)
        for cover in COVERS.values():
            before, after = draw(small, cover, PRODUCT, end), draw(large, cover, PRODUCT, end)  # type: ignore[arg-type]
            assert before.own_yen <= after.own_yen
            assert before.paid_yen("liability") <= after.paid_yen("liability")
            assert before.paid_yen("cost") <= after.paid_yen("cost")


@given(any_case())
def test_the_low_end_is_never_above_the_high_end(case: tuple[Incident, dict[str, int]]) -> None:
    assert all(0 <= line.low <= line.high for line in loss_lines(shipped(), *case))


@given(losses)
def test_the_order_of_draw_is_the_products_and_keeps_like_with_like(lines: list[LossLine]) -> None:
    order = [line.code for line in PRODUCT.cost_lines]
    drawn = in_order_of_draw(lines, PRODUCT)
    assert sorted(drawn, key=repr) == sorted(lines, key=repr)
    places = [order.index(line.cost_line) if line.cost_line in order else len(order) for line in drawn]
    assert places == sorted(places)
    for code in order:
        assert [line for line in drawn if line.cost_line == code] == [line for line in lines if line.cost_line == code]


def test_the_covers_are_those_of_the_product() -> None:
    assert covers_of(PRODUCT)[0] == Cover("free", PRODUCT.section("free").name, 500_000, 0, ("damages", "dispute"))
    assert [(one.code, one.liability_limit, one.cost_limit) for one in covers_of(PRODUCT)[1:]] == [
        (plan.code, plan.liability_limit, plan.cost_limit) for plan in PRODUCT.plans
    ]
