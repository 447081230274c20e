"""Two versions side by side: nothing differs from itself, every changed cell and every changed word is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from sonae.domain.eligibility import assess
from sonae.domain.period import add_months
from sonae.domain.product.definition import Product
from sonae.domain.product.texts import WordingDocument
from sonae.domain.product_differences.compare import compare_content, compare_products
from sonae.domain.product_differences.difference import GROUP_NAMES, GROUPS, Difference, signed_percent
from sonae.domain.product_differences.names import FIELDS, PARTS
from sonae.domain.product_differences.premiums import MOST_CELLS, count_cells, sales_stretches
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text
from tests.domain.versions import AFTER, BEFORE, product, random_products


def sentences(found: list[Difference], group: str) -> list[str]:
    return [one.sentence.ja for one in found if one.group == group]


class TestTheShippedVersions:
    """What the revision of December 2026 changed: two industries' factors, and with them the premiums of their cells."""

    found = compare_products(product(BEFORE), product(AFTER))

    def test_the_factors_that_changed_are_named(self) -> None:
        assert sentences(self.found, "rates") == [
            "業種、製造業、係数: × 0.75 → × 0.90",
            "業種、情報サービス業、係数: × 1.75 → × 1.85",
        ]

    def test_a_premium_is_named_by_plan_industry_and_sales(self) -> None:
        (cell,) = [one for one in self.found if one.what.ja == "1億円プラン、製造業、3,000万円超 5,000万円以下"]
        assert cell.sentence == Text(
            "1億円プラン、製造業、3,000万円超 5,000万円以下: 年 68,670円 → 82,410円（＋20.0%）",
            "100 Million Yen Plan, Manufacturing, sales over 30 million yen, up to 50 million yen: "
            "¥68,670 → ¥82,410 a year (+20.0%)",
        )
        assert (cell.difference_yen, cell.change) == (13_740, Text("＋20.0%", "+20.0%"))

    def test_manufacturing_is_dearer_from_the_band_where_it_is_above_the_least_premium(self) -> None:
        of_manufacturing = [one for one in self.found if one.group == "premium" and "製造業" in one.what.ja]
        assert len(of_manufacturing) == 3 * 3  # three plans, and the three bands above 64,940 × 0.90 × 1.11
        assert len([one for one in self.found if one.group == "premium"]) == 3 * (3 + 5)

    def test_the_day_is_named_and_no_group_is_out_of_order(self) -> None:
        assert "効力が生じる日: 2025年12月1日 → 2026年12月1日" in sentences(self.found, "calendar")
        places = [GROUPS.index(one.group) for one in self.found]
        assert places == sorted(places)


@pytest.mark.parametrize("version", [BEFORE, AFTER])
def test_a_version_does_not_differ_from_itself(version: str) -> None:
    assert compare_products(product(version), replace(product(version))) == []


@given(random_products())
@settings(max_examples=25, deadline=None)
def test_no_tariff_differs_from_itself(one: Product) -> None:
    assert compare_products(one, replace(one)) == []


@given(random_products(), random_products())
@settings(max_examples=25, deadline=None)
def test_every_changed_cell_is_named_with_both_premiums(old: Product, new: Product) -> None:
    named = {one.what.ja: one for one in compare_products(old, new) if one.group == "premium"}
    expected = 0
    for from_yen, to_yen in sales_stretches(old, new):
        for industry in new.industries:
            for sales in {from_yen, to_yen}:
                before, after = (premiums(one, industry.code, sales) for one in (old, new))
                for plan in new.plans:
                    if before.get(plan.code) == after.get(plan.code):
                        continue
                    expected += sales == to_yen
                    cells = [
                        one for what, one in named.items() if what.startswith(f"{plan.name.ja}、{industry.name.ja}、")
                    ]
                    assert any(holds(one, before.get(plan.code), after.get(plan.code)) for one in cells)
    assert len(named) == expected


def premiums(one: Product, industry: str, sales: int) -> dict[str, int]:
    risk = Risk(industry, sales)
    if assess(one, risk):
        return {}
    plans = rate(one, risk, one.effective_date, add_months(one.effective_date, 12))
    return {plan.plan_code: plan.annual_premium for plan in plans}


def holds(one: Difference, before: int | None, after: int | None) -> bool:
    def said(yen: int | None) -> Text | None:
        return None if yen is None else Text(f"{yen:,}円", f"¥{yen:,}")

    return (one.before, one.after) == (said(before), said(after))


def test_both_ways_name_the_same_things() -> None:
    there, back = (compare_products(product(one), product(two)) for one, two in ((BEFORE, AFTER), (AFTER, BEFORE)))
    assert sorted((one.what.ja, one.before, one.after) for one in there if one.group == "rates") == sorted(
        (one.what.ja, one.after, one.before) for one in back if one.group == "rates"
    )
    assert {one.what for one in there} == {one.what for one in back}


def test_an_industry_that_is_no_longer_taken_shows_what_it_cost() -> None:
    old = product(AFTER)
    retail = replace(old.industry("retail"), factor=None, refer_reason="BANK")
    bank = next(rule for rule in old.eligibility if rule.code == "BANK")
    wider = replace(bank, industries=(*bank.industries, "retail"))
    rules = tuple(wider if rule is bank else rule for rule in old.eligibility)
    industries = tuple(retail if one.code == "retail" else one for one in old.industries)
    found = compare_products(old, replace(old, industries=industries, eligibility=rules))
    assert sentences(found, "premium")[0] == "1億円プラン、小売業、500万円以下: 年 66,240円 → （なし）"
    assert len(sentences(found, "premium")) == 3 * 5
    (rule,) = sentences(found, "eligibility")
    assert rule.endswith("→ 都市銀行・地方銀行・信託銀行・政府系銀行、小売業")


def test_a_plan_more_is_told_with_all_that_it_holds() -> None:
    old = product(AFTER)
    small = replace(
        old.plan("P100"), code="P050", name=Text("5,000万円プラン", "50 Million Yen Plan"), liability_limit=50_000_000
    )
    found = compare_products(old, replace(old, plans=(*old.plans, small)))
    (told,) = [one for one in found if one.group == "plans"]
    assert told.what == Text("プラン、5,000万円プラン", "Plans, 50 Million Yen Plan")
    assert told.before is None
    assert told.after
    assert "賠償の支払限度額 5,000万円" in told.after.ja
    assert len([one for one in found if one.group == "premium"]) == 14 * 5


def test_a_sentence_that_is_put_in_is_the_only_one_named() -> None:
    old = product(AFTER)
    text = next(one for one in old.wording if len(one.sections[0].paragraphs) + len(one.sections[0].points) > 1)
    first = text.sections[0]
    more = replace(first, paragraphs=(Text("新しい文。", "A new sentence."), *first.paragraphs))
    changed: WordingDocument = replace(text, sections=(more, *text.sections[1:]))
    found = compare_products(old, replace(old, wording=tuple(changed if one is text else one for one in old.wording)))
    (told,) = found
    assert (told.before, told.after) == (None, Text("新しい文。", "A new sentence."))


def test_another_order_of_questions_is_a_difference() -> None:
    old = product(AFTER)
    (told,) = compare_products(old, replace(old, questions=old.questions[::-1]))
    assert told.what == Text("質問、順番", "Questions, order")


def test_a_tariff_beyond_all_measure_says_so_instead_of_listing_it() -> None:
    old = product(AFTER)
    many = tuple(
        replace(old.industries[0], code=f"i{n}", name=Text(f"業{n}", f"i{n}")) for n in range(MOST_CELLS // 15 + 1)
    )
    new = replace(old, industries=(*many, *old.industries[1:]))
    assert count_cells(old, new) > MOST_CELLS
    (told,) = [one for one in compare_products(old, new) if one.group == "premium"]
    assert told.what == GROUP_NAMES["premium"]


def test_every_part_of_a_product_has_its_heading() -> None:
    assert PARTS.keys() == {one.name for one in fields(Product)}
    assert {group for group, _ in PARTS.values()} | {"premium"} == set(GROUPS)


def test_every_field_below_has_a_name() -> None:
    # Of the fields alone: what was worked out from them and kept stands beside them.
    named = {one for part in fields(Product) for one in field_names(getattr(product(), part.name))}
    assert named - FIELDS.keys() == set()
    assert len(named) > 100


def field_names(value: Any) -> Iterator[str]:
    if is_dataclass(value) and not isinstance(value, type | Text):
        for one in fields(value):
            yield one.name
            yield from field_names(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from field_names(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from field_names(inner)


@pytest.mark.parametrize("part", [one.name for one in fields(Product)])
def test_nothing_changes_unseen(part: str) -> None:
    """Every single value of a version, changed alone, is named under its heading."""
    old, count = product(), 0
    for changed in changed_once(getattr(old, part)):
        found = list(compare_content(old, replace(old, **{part: changed})))
        assert found, changed
        assert {one.group for one in found} == {PARTS[part][0]}
        count += 1
    assert count


def changed_once(value: Any) -> Iterator[Any]:
    """The value with one leaf after the other changed."""
    if isinstance(value, Text):
        yield replace(value, ja=f"{value.ja}、")
        yield replace(value, en=f"{value.en},")
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            for inner in changed_once(getattr(value, one.name)):
                yield replace(value, **{one.name: inner})
    elif isinstance(value, Mapping):
        for key, held in value.items():
            for inner in changed_once(held):
                yield {**value, key: inner}
        yield {**value, "new": next(iter(value.values()), "")}
    elif isinstance(value, tuple):
        for place, held in enumerate(value):
            yield (*value[:place], *value[place + 1 :])
            for inner in changed_once(held):
                yield (*value[:place], inner, *value[place + 1 :])
    else:
        yield other(value)


def other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | Fraction():
            return value + 1
        case date():
            return value + timedelta(days=1)
        case str():
            return f"{value}x"
        case _:
            return "x" if value is None else None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (100_000, 104_900, "＋4.9%"),
        (96_430, 101_200, "＋4.9%"),
        (100_000, 80_000, "−20.0%"),
        (1_000, 1_000, "±0%"),
        (100_000, 100_049, "＋0.0%"),
        (100_000, 100_050, "＋0.1%"),
        (100_000, 99_950, "−0.1%"),
        (0, 10, "—"),
    ],
)
def test_a_share_is_rounded_half_away_from_nought(before: int, after: int, said: str) -> None:
    assert signed_percent(before, after).ja == said
