"""A million at once must say what one at a time says, bit for bit."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.domain.eligibility import assess
from sonae.domain.period import add_months
from sonae.domain.product.definition import Product
from sonae.domain.rating import rate
from sonae.domain.rating_bulk import compile_tariff, rate_many, reason_codes
from sonae.domain.risk import Risk
from tests.domain.versions import AFTER, BEFORE, product, random_products


def assert_bulk_equals_scalar(of: Product, rows: list[tuple[int, int, int, int]]) -> None:
    """Rows of industry index, sales, plan index and months."""
    tariff = compile_tariff(of)
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    bulk = rate_many(tariff, *columns)
    start = date(2027, 1, 1)
    for row, (industry, sales, plan, months) in enumerate(rows):
        risk = Risk(tariff.industries[industry], sales)
        referrals = assess(of, risk)
        premiums = (bulk.annual_premium[row], bulk.term_premium[row], bulk.monthly_equivalent[row])
        assert reason_codes(tariff, int(bulk.reasons[row])) == tuple(referral.code for referral in referrals)
        assert bool(bulk.accepted[row]) is not bool(referrals)
        if referrals:
            assert premiums == (0, 0, 0)
        else:
            alone = rate(of, risk, start, add_months(start, months))[plan]
            assert premiums == (alone.annual_premium, alone.term_premium, alone.monthly_equivalent)


@settings(max_examples=60, deadline=None)
@given(random_products(), st.data())
def test_bulk_equals_scalar_over_random_products_and_risks(random: Product, data: st.DataObject) -> None:
    edges = [band.to_yen for band in random.sales_bands]
    near_an_edge = st.builds(lambda edge, by: max(0, edge + by), st.sampled_from(edges), st.integers(-1, 2))
    row = st.tuples(
        st.integers(0, len(random.industries) - 1),
        st.integers(0, 2 * max(edges) + 10) | near_an_edge,
        st.integers(0, len(random.plans) - 1),
        st.integers(1, 12),
    )
    assert_bulk_equals_scalar(random, data.draw(st.lists(row, min_size=1, max_size=40)))


@pytest.mark.parametrize("version", [BEFORE, AFTER])
def test_every_cell_of_the_shipped_tariff_is_equal(version: str) -> None:
    shipped = product(version)
    sales = sorted({yen for band in shipped.sales_bands for yen in (band.from_yen, band.to_yen)} | {100_000_000})
    assert_bulk_equals_scalar(
        shipped,
        [
            (industry, yen, plan, months)
            for industry in range(len(shipped.industries))
            for yen in sales
            for plan in range(len(shipped.plans))
            for months in range(1, 13)
        ],
    )


def test_more_risks_than_one_piece_and_none_at_all() -> None:
    tariff = compile_tariff(product())
    random = np.random.default_rng(7)
    count = 40_000
    columns = (
        random.integers(0, len(tariff.industries), count),
        random.integers(0, 120_000_000, count),
        random.integers(0, len(tariff.plans), count),
        random.integers(1, 13, count),
    )
    whole = rate_many(tariff, *columns)
    parts = [rate_many(tariff, *(column[half] for column in columns)) for half in (slice(0, 777), slice(777, count))]
    for name in ("accepted", "reasons", "annual_premium", "term_premium", "monthly_equivalent"):
        assert np.array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))
    nothing = np.array([], np.int64)
    assert len(rate_many(tariff, nothing, nothing, nothing, nothing).annual_premium) == 0


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("industry_index", (17, 1, 0, 12)),
        ("industry_index", (-1, 1, 0, 12)),
        ("annual_sales", (0, -1, 0, 12)),
        ("plan_index", (0, 1, 3, 12)),
        ("months", (0, 1, 0, 0)),
        ("months", (0, 1, 0, 13)),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_name(name: str, row: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=name):
        rate_many(compile_tariff(product()), *(np.array([value], np.int64) for value in row))
