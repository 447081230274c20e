"""The tariff's worked examples, to be compared by eye, and what must hold for every risk and every tariff."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.domain.eligibility import assess
from sonae.domain.money import round_half_up
from sonae.domain.period import add_months
from sonae.domain.product.definition import Product
from sonae.domain.rating import NotRated, exact_decimal, quote, rate, rate_plan
from sonae.domain.risk import Risk
from tests.domain.versions import AFTER, BEFORE, day, product, random_products

#   version  industry          sales        plan    from          to            annual   term     a month
WORKED_EXAMPLES = [
    (AFTER, "other_services", 5_000_000, "P100", "2026-12-01", "2027-12-01", 64_940, 64_940, 5_412),
    (AFTER, "other_services", 5_000_001, "P100", "2026-12-01", "2027-12-01", 72_080, 72_080, 6_007),
    (AFTER, "construction", 30_000_000, "P100", "2026-12-01", "2027-12-01", 64_940, 64_940, 5_412),
    (AFTER, "professional", 48_000_000, "P300", "2027-03-01", "2027-12-01", 192_840, 144_630, 16_070),
    (AFTER, "information", 99_999_999, "P500", "2027-11-01", "2027-12-01", 343_290, 28_610, 28_608),
    (BEFORE, "manufacturing", 50_000_000, "P100", "2025-12-01", "2026-12-01", 68_670, 68_670, 5_723),
    (AFTER, "manufacturing", 50_000_000, "P100", "2026-12-01", "2027-12-01", 82_410, 82_410, 6_868),
    (BEFORE, "information", 99_999_999, "P500", "2025-12-01", "2026-12-01", 324_730, 324_730, 27_061),
]

#   code            factor  (None: referred)                code            factor
TARIFF_OF_INDUSTRIES = {
    "wholesale": "0.68",
    "construction": "0.69",
    "primary": "0.70",
    "manufacturing": "0.90",
    "printing": "0.95",
    "other_services": "1.00",
    "retail": "1.02",
    "food_lodging": "1.03",
    "education": "1.15",
    "transport": "1.25",
    "real_estate": "1.25",
    "professional": "1.30",
    "ecommerce": "1.60",
    "information": "1.85",
    "medical": None,
    "bank": None,
    "other_financial": None,
}
TARIFF_OF_SALES = [
    (0, 5_000_000, "1.00"),
    (5_000_001, 10_000_000, "1.11"),
    (10_000_001, 30_000_000, "1.31"),
    (30_000_001, 50_000_000, "1.41"),
    (50_000_001, 99_999_999, "1.57"),
]
TARIFF_OF_PLANS = {"P100": "1.00", "P300": "1.62", "P500": "1.82"}


@pytest.mark.parametrize(
    ("version", "industry", "sales", "plan", "start", "expiry", "annual", "term", "month"), WORKED_EXAMPLES
)
def test_worked_example_comes_out(
    *, version: str, industry: str, sales: int, plan: str, start: str, expiry: str, annual: int, term: int, month: int
) -> None:
    premium = rate_plan(product(version), Risk(industry, sales), plan, day(start), day(expiry))
    assert (premium.annual_premium, premium.term_premium, premium.monthly_equivalent) == (annual, term, month)


def test_shipped_tariff_is_the_tariff_row_by_row() -> None:
    shipped = product(AFTER)
    factors = {one.code: one.factor for one in shipped.industries}
    assert factors == {code: Fraction(factor) if factor else None for code, factor in TARIFF_OF_INDUSTRIES.items()}
    bands = [(band.from_yen, band.to_yen, band.factor) for band in shipped.sales_bands]
    assert bands == [(low, high, Fraction(factor)) for low, high, factor in TARIFF_OF_SALES]
    assert {plan.code: plan.factor for plan in shipped.plans} == {c: Fraction(f) for c, f in TARIFF_OF_PLANS.items()}
    assert (shipped.base_premium, shipped.rounding_unit) == (64_940, 10)


def test_earlier_version_differs_in_two_factors_only() -> None:
    before = {one.code: one.factor for one in product(BEFORE).industries}
    after = {one.code: one.factor for one in product(AFTER).industries}
    changed = {code: (before[code], after[code]) for code in after if before[code] != after[code]}
    assert changed == {
        "manufacturing": (Fraction("0.75"), Fraction("0.90")),
        "information": (Fraction("1.75"), Fraction("1.85")),
    }
    assert product(BEFORE).sales_bands == product(AFTER).sales_bands
    assert product(BEFORE).plans == product(AFTER).plans


def test_every_step_is_kept_and_exact() -> None:
    premium = rate_plan(product(), Risk("professional", 48_000_000), "P300", day("2027-03-01"), day("2027-12-01"))
    seen = [(step.kind, step.factor_text, step.as_json("ja")["value"]) for step in premium.steps]
    assert seen == [
        ("base", None, 64_940),
        ("industry", "1.30", 84_422),
        ("band", "1.41", "119035.02"),
        ("plan", "1.62", "192836.7324"),
        ("floor", None, "192836.7324"),
        ("rounding", None, 192_840),
        ("term", "9/12", 144_630),
    ]
    assert [step.changes for step in premium.steps] == [True, True, True, True, False, True, True]
    assert premium.steps[2].detail.ja == "3,000万円超 5,000万円以下"
    assert premium.steps[1].detail.ja == "士業・会計事務所等"


def test_floor_is_the_published_cell_times_the_plan() -> None:
    premium = rate_plan(product(), Risk("construction", 30_000_000), "P300", day("2026-12-01"), day("2027-12-01"))
    plan, floor = premium.steps[3], premium.steps[4]
    assert plan.value == Fraction("95092.81092")
    assert (floor.value, floor.changes) == (Fraction("105202.8"), True)
    assert premium.annual_premium == 105_200


@pytest.mark.parametrize(
    ("industry", "sales", "codes"),
    [
        ("retail", 99_999_999, []),
        ("retail", 100_000_000, ["SALES_LIMIT"]),
        ("medical", 1, ["MEDICAL"]),
        ("bank", 1, ["BANK"]),
        ("other_financial", 1, ["OTHER_FINANCIAL"]),
        ("bank", 100_000_000, ["SALES_LIMIT", "BANK"]),
    ],
)
def test_who_is_referred_and_why(industry: str, sales: int, codes: list[str]) -> None:
    referrals = assess(product(), Risk(industry, sales))
    assert [referral.code for referral in referrals] == codes
    assert all("0120-008588" in referral.next_step.ja for referral in referrals)
    assert all("{" not in referral.message.ja + referral.next_step.en for referral in referrals)


def test_accepted_answer_is_the_promised_json() -> None:
    answer = quote(product(), Risk("other_services", 5_000_000), day("2026-12-01"), day("2027-12-01"), "d1").as_json(
        "ja"
    )
    plans = answer.pop("plans")
    assert answer == {
        "decision": "accepted",
        "start_on": "2026-12-01",
        "expiry_on": "2027-12-01",
        "product_version": "2026-12-01",
        "product_digest": "d1",
    }
    assert isinstance(plans, list)
    steps = plans[0].pop("steps")
    assert plans[0] == {
        "code": "P100",
        "annual_premium": 64_940,
        "term_premium": 64_940,
        "monthly_equivalent": 5_412,
        "liability_limit": 100_000_000,
        "cost_limit": 10_000_000,
    }
    assert steps[1] == {"kind": "industry", "label": "業種", "factor": "1.00", "value": 64_940}
    assert [plan["annual_premium"] for plan in plans] == [64_940, 105_200, 118_190]


def test_referred_answer_says_reason_and_next_step_in_the_language() -> None:
    answer = quote(product(), Risk("retail", 100_000_000), day("2026-12-01"), day("2027-12-01"), "d1").as_json("en")
    assert answer == {
        "decision": "referred",
        "reasons": [
            {
                "code": "SALES_LIMIT",
                "message": "The paid plans are not open to firms with declared annual sales of 100 million yen or more.",
                "next_step": "We will show you another cyber policy of Tokio Marine & Nichido Fire Insurance Co., Ltd. "
                "Please call 0120-008588 (weekdays 9:00–17:00 JST, closed on public holidays and over New Year).",
            }
        ],
    }


def test_what_the_tariff_does_not_know_is_refused() -> None:
    start, expiry = day("2026-12-01"), day("2027-12-01")
    for risk in (Risk("medical", 1), Risk("fishing", 1), Risk("retail", -1), Risk("retail", 100_000_000)):
        with pytest.raises(NotRated):
            rate(product(), risk, start, expiry)
    with pytest.raises(NotRated):
        rate_plan(product(), Risk("retail", 1), "P200", start, expiry)
    for wrong_expiry in ("2026-12-20", "2028-01-01"):
        with pytest.raises(ValueError, match="1 to 12 whole months"):
            rate(product(), Risk("retail", 1), start, day(wrong_expiry))


@settings(max_examples=150, deadline=None)
@given(random_products(), st.data())
def test_scalar_rating_is_the_formula_in_exact_fractions(random: Product, data: st.DataObject) -> None:
    industry = data.draw(st.sampled_from([one for one in random.industries if one.factor]))
    band = data.draw(st.sampled_from(random.sales_bands))
    sales = data.draw(st.integers(band.from_yen, band.to_yen))
    months = data.draw(st.integers(1, 12))
    start = day("2027-01-01")
    for plan, premium in zip(
        random.plans, rate(random, Risk(industry.code, sales), start, add_months(start, months)), strict=True
    ):
        formula = random.base_premium * (industry.factor or 0) * band.factor * plan.factor
        exact = max(formula, random.base_premium * plan.factor)
        annual = round_half_up(exact, random.rounding_unit)
        term = annual if months == 12 else round_half_up(Fraction(annual * months, 12), random.rounding_unit)
        assert (premium.annual_premium, premium.term_premium) == (annual, term)
        assert 0 <= 12 * premium.monthly_equivalent - annual < 12
        values = [step.value for step in premium.steps]
        assert values[3:] == [formula, exact, annual, term]
        assert all(Fraction(exact_decimal(value)) == value for value in values)
