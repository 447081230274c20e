"""The rate tables: base premium, industries, sales bands and plan factors, from CSV with the unit in the heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sonae.domain.money import MAN, yen_in_words
from sonae.domain.product.definition import Industry, SalesBand
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.reading import Findings, Row, read_csv
from sonae.domain.text import Text

BASE, INDUSTRY = "rates/base.csv", "rates/industry.csv"
SALES_BAND, PLAN = "rates/sales_band.csv", "rates/plan.csv"
RATE_FILES = (BASE, INDUSTRY, SALES_BAND, PLAN)
_BASE_ITEMS = ("base_premium", "rounding_unit")


@dataclass(frozen=True, slots=True)
class Rates:
    """The tariff as written, before it meets the plans and the rules."""

    base_premium: int
    rounding_unit: int
    industries: tuple[Industry, ...]
    sales_bands: tuple[SalesBand, ...]
    plan_factors: dict[str, Fraction]
    tags: dict[str, str]


def read_rates(files: Mapping[str, bytes], findings: Findings) -> Rates:
    """All four tables; what can't be read is in ``findings`` and left out."""
    tags: dict[str, str] = {}
    items = _base(files, findings, tags)
    return Rates(
        base_premium=items.get("base_premium", 0),
        rounding_unit=items.get("rounding_unit", 1) or 1,
        industries=_industries(files, findings, tags),
        sales_bands=_sales_bands(files, findings, tags),
        plan_factors=_plan_factors(files, findings, tags),
        tags=tags,
    )


def _tag(tags: dict[str, str], row: Row, name: str) -> None:
    tags[f"{row.file}: {name}"] = row.values.get("tag", "").strip()


def _base(files: Mapping[str, bytes], findings: Findings, tags: dict[str, str]) -> dict[str, int]:
    items: dict[str, int] = {}
    for row in read_csv(files, BASE, ("item", "value_yen", "tag"), findings):
        item, value = row.string("item"), row.yen("value_yen")
        if item not in _BASE_ITEMS:
            row.slip("item", f'"{item}" is not known.', did_you_mean(item, _BASE_ITEMS))
        elif item in items:
            row.slip("item", f'"{item}" stands there twice.')
        elif value == 0:
            row.slip("value_yen", "more than 0 yen is expected.")
        else:
            items[item] = value
            _tag(tags, row, item)
    if files.get(BASE) is not None:
        for item in _BASE_ITEMS:
            if item not in items:
                findings.add(BASE, "item", f'the row "{item}" is missing.')
    return items


def _industries(files: Mapping[str, bytes], findings: Findings, tags: dict[str, str]) -> tuple[Industry, ...]:
    columns = ("code", "name_ja", "name_en", "hint_ja", "hint_en", "factor_times", "tag")
    industries: dict[str, Industry] = {}
    for row in read_csv(files, INDUSTRY, columns, findings):
        code = row.string("code")
        name, hint = (Text(row.string(f"{what}_ja"), row.string(f"{what}_en")) for what in ("name", "hint"))
        factor = row.factor("factor_times", optional=True)
        if code in industries:
            row.slip("code", f'the industry "{code}" stands there twice.')
            continue
        industries[code] = Industry(code, name, factor, None, hint)
        _tag(tags, row, code)
    return tuple(industries.values())


def _sales_bands(files: Mapping[str, bytes], findings: Findings, tags: dict[str, str]) -> tuple[SalesBand, ...]:
    bands = []
    for row in read_csv(files, SALES_BAND, ("from_yen", "to_yen", "factor_times", "tag"), findings):
        from_yen, to_yen, factor = row.yen("from_yen"), row.yen("to_yen"), row.factor("factor_times")
        if to_yen < from_yen:
            row.slip("to_yen", f"the band ends at {to_yen:,}, before it begins at {from_yen:,}.")
        if factor is not None:
            bands.append(SalesBand(from_yen, to_yen, factor, band_name(from_yen, to_yen)))
            _tag(tags, row, f"{from_yen}–{to_yen}")
    return tuple(bands)


def _plan_factors(files: Mapping[str, bytes], findings: Findings, tags: dict[str, str]) -> dict[str, Fraction]:
    factors: dict[str, Fraction] = {}
    for row in read_csv(files, PLAN, ("code", "factor_times", "tag"), findings):
        code, factor = row.string("code"), row.factor("factor_times")
        if code in factors:
            row.slip("code", f'the plan "{code}" stands there twice.')
        elif factor is not None:
            factors[code] = factor
            _tag(tags, row, code)
    return factors


def band_name(from_yen: int, to_yen: int) -> Text:
    """The band as people say it: 3,000万円超 5,000万円以下; whole 万 decide between 超 and 以上, 以下 and 未満."""
    return _joined(_lower_end(from_yen), _upper_end(to_yen))


def _lower_end(from_yen: int) -> Text | None:
    if from_yen == 0:
        return None
    if (from_yen - 1) % MAN == 0:
        words = yen_in_words(from_yen - 1)
        return Text(f"{words.ja}超", f"over {words.en}")
    words = yen_in_words(from_yen)
    return Text(f"{words.ja}以上", f"from {words.en}")


def _upper_end(to_yen: int) -> Text:
    if (to_yen + 1) % MAN == 0:
        words = yen_in_words(to_yen + 1)
        return Text(f"{words.ja}未満", f"below {words.en}")
    words = yen_in_words(to_yen)
    return Text(f"{words.ja}以下", f"up to {words.en}")


def _joined(lower: Text | None, upper: Text) -> Text:
    return upper if lower is None else Text(f"{lower.ja} {upper.ja}", f"{lower.en}, {upper.en}")
