"""How many premiums move by how much, as bars that stand on one line. Lengths are SVG attributes, which the policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sonae.apps.revision.effect import AXES
from sonae.domain.money import yen_in_words
from sonae.domain.premium_effect import StepCount, histogram
from sonae.domain.product.definition import Product
from sonae.domain.product.parse_rates import band_name
from sonae.domain.product_differences.difference import signed_percent
from sonae.domain.text import Text

AXIS_NAMES: Mapping[str, Text] = {
    "plan": Text("プラン", "Plan"),
    "industry": Text("業種", "Industry"),
    "member_class": Text("会員種別", "Member class"),
}
EXAMPLE_NAMES: Mapping[str, Text] = {
    "dearer": Text("最も上がるもの", "Dearer by most"),
    "cheaper": Text("最も下がるもの", "Cheaper by most"),
    "referred": Text("継続できなくなるもの", "No offer any more"),
}
PLOT, GROUND = 150, 170  # the highest bar, and where the line lies, in the picture's own units
COLUMN = 64


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: where its bar stands and how high it is."""

    step: StepCount
    x: int
    middle: int
    top: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Picture:
    bars: list[Bar]
    width: int
    highest: int


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One plan, industry or class."""

    name: Text
    offered: int
    referred: int
    dearer: int
    cheaper: int
    before: int
    after: int
    change: Text | None
    reasons: list[tuple[Text, int]]


@dataclass(frozen=True, slots=True)
class ExampleLine:
    plan: Text
    industry: Text
    member_class: Text
    sales: Text
    before: int
    after: int
    change: Text
    reasons: list[Text]
    count: int


def picture_of(steps: Mapping[str, int]) -> Picture:
    """From the lowest step to the highest that has somebody in it."""
    counted = histogram({int(step): count for step, count in steps.items()})
    most = max(one.count for one in counted)
    bars = []
    for place, one in enumerate(counted):
        height = 0.0 if not one.count else max(2.0, PLOT * one.count / max(most, 1))
        look = "dearer" if one.step > 0 else "cheaper" if one.step < 0 else "same"
        bars.append(
            Bar(
                one, COLUMN * place + 6, COLUMN * place + COLUMN // 2, round(GROUND - height, 1), round(height, 1), look
            )
        )
    return Picture(bars, COLUMN * len(counted), most)


class Words:
    """Names for the codes of a report: of the version's own product, and of the one before it."""

    def __init__(self, *products: Product) -> None:
        self.by_axis: dict[str, dict[str, Text]] = {axis: {} for axis in AXES}
        self.reasons: dict[str, Text] = {}
        self.edges: list[int] = []
        for product in reversed(products):
            self.by_axis["plan"] |= {plan.code: plan.name for plan in product.plans}
            self.by_axis["industry"] |= {one.code: one.name for one in product.industries}
            self.by_axis["member_class"] |= {one.code: one.name for one in product.member_classes}
            self.reasons |= {rule.code: rule.message for rule in product.eligibility}
            self.reasons |= {"LEFT": product.turn.left.message, "NOT_RATED": product.turn.not_rated.message}
            self.edges = sorted({band.from_yen for band in product.sales_bands} | _limits(product))

    def of(self, axis: str, code: str) -> Text:
        return self.by_axis[axis].get(code) or Text(code or "—", code or "—")

    def reason(self, code: str) -> Text:
        return self.reasons.get(code, Text(code, code))

    def sales(self, begins: int) -> Text:
        above = next((edge for edge in self.edges if edge > begins), None)
        if above is not None:
            return band_name(begins, above - 1)
        return _from(begins)


def share_lines(report: Mapping[str, Any], axis: str, words: Words) -> list[ShareLine]:
    """The largest first."""
    shares = report["axes"][axis]
    ordered = sorted(
        shares, key=lambda code: (-sum(shares[code]["counts"].get(one, 0) for one in ("offered", "referred")), code)
    )
    return [_share(words.of(axis, code), shares[code], words) for code in ordered]


def _share(name: Text, share: Mapping[str, Any], words: Words) -> ShareLine:
    counts = {
        key: share["counts"].get(key, 0) for key in ("offered", "referred", "dearer", "cheaper", "before", "after")
    }
    change = signed_percent(counts["before"], counts["after"]) if counts["offered"] else None
    return ShareLine(name, **counts, change=change, reasons=reason_lines(share["reasons"], words))


def reason_lines(reasons: Mapping[str, int], words: Words) -> list[tuple[Text, int]]:
    """The most frequent first."""
    return [(words.reason(code), count) for code, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))]


def example_lines(report: Mapping[str, Any], words: Words) -> list[tuple[str, Text, list[ExampleLine]]]:
    """Kinds of risks, by what becomes of them."""
    found = report["examples"]
    return [
        (kind, name, [_example(one, words) for one in found[kind]])
        for kind, name in EXAMPLE_NAMES.items()
        if found[kind]
    ]


def _example(one: Mapping[str, Any], words: Words) -> ExampleLine:
    return ExampleLine(
        plan=words.of("plan", one["plan"]),
        industry=words.of("industry", one["industry"]),
        member_class=words.of("member_class", one["member_class"]),
        sales=words.sales(one["sales_from"]),
        before=one["before"],
        after=one["after"],
        change=signed_percent(one["before"], one["after"]),
        reasons=[words.reason(code) for code in one["reasons"]],
        count=one["count"],
    )


def _limits(product: Product) -> set[int]:
    return {rule.annual_sales_yen for rule in product.eligibility if rule.annual_sales_yen is not None}


def _from(yen: int) -> Text:
    words = yen_in_words(yen)
    return Text(f"{words.ja}以上", f"from {words.en}")
