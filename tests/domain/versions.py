"""The shipped product versions, and variations of them, for tests that need no database."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from sonae.domain.product.definition import Product, SalesBand
from sonae.domain.product.parse import parse_product
from sonae.domain.product.parse_rates import band_name

FOLDER = Path(__file__).resolve().parents[2] / "products" / "cyber"
BEFORE, AFTER = "2025-12-01", "2026-12-01"


def files_of(version: str) -> dict[str, bytes]:
    """The files of a shipped version, by their name relative to its folder."""
    root = FOLDER / version
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


LATER_TEXTS = tuple(f"wording/{code}.toml" for code in ("claims_guide", "commerce", "parties", "solicitation"))
LATER_TABLES = ("[[not_covered]]", "[[scenarios]]", "[[contact.closed_periods]]", "[membership_feed")
LATER_PAPERS = ("product_summary", "points_to_note", "plan_table", "claims_guide", "privacy_notice")


def before_the_pages_explained(version: str) -> dict[str, bytes]:
    """The version as it could have been published before the public pages asked for texts and figures of their own."""
    files = files_of(version)
    for name in ("faq.toml", "consultation.toml", "desk.toml", *LATER_TEXTS):
        del files[name]
    tables = re.split(r"(?m)^(?=\[\[?)", files["product.toml"].decode())
    later = tuple(f'[[documents]]\ncode = "{code}"' for code in LATER_PAPERS)
    kept = "".join(table for table in tables if not table.startswith((*LATER_TABLES, *later)))
    files["product.toml"] = re.sub(r"(?m)^(closed_on_holidays|answer_working_days).*\n", "", kept).encode()
    return files


@cache
def product(version: str = AFTER) -> Product:
    return parse_product(files_of(version))


def day(text: str) -> date:
    return date.fromisoformat(text)


factors = st.decimals(min_value="0.0001", max_value="12", places=4).map(Fraction)


@st.composite
def random_products(draw: st.DrawFn) -> Product:
    """The shipped product with another tariff: other factors, bands, limits of sales, base and rounding unit."""
    shipped = product()
    edges = sorted(draw(st.sets(st.integers(0, 10**10), min_size=1, max_size=8)))
    bands, from_yen = [], 0
    for to_yen in edges:
        bands.append(SalesBand(from_yen, to_yen, draw(factors), band_name(from_yen, to_yen)))
        from_yen = to_yen + 1
    unit = draw(st.sampled_from([1, 10, 100, 7]))
    return replace(
        shipped,
        base_premium=unit * draw(st.integers(1, 10**6)),
        rounding_unit=unit,
        industries=tuple(replace(one, factor=draw(factors) if one.factor else None) for one in shipped.industries),
        sales_bands=tuple(draw(st.permutations(bands))),
        plans=tuple(replace(plan, factor=draw(factors)) for plan in shipped.plans),
        eligibility=tuple(
            replace(rule, annual_sales_yen=from_yen) if rule.annual_sales_yen is not None else rule
            for rule in shipped.eligibility
        ),
    )
