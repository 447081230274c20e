"""The tariff once more, as a person would reckon it from the printed table: written down apart from the program's rating."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

BASE = 64_940
INDUSTRY = {
    "other_services": "1.00",
    "construction": "0.69",
    "retail": "1.02",
    "professional": "1.30",
    "information": "1.85",
}
INFORMATION_BEFORE = "1.75"  # in the version of 1 December 2025, the only place where the two differ
BANDS = ((5_000_000, "1.00"), (10_000_000, "1.11"), (30_000_000, "1.31"), (50_000_000, "1.41"), (99_999_999, "1.57"))
PLANS = {"P100": "1.00", "P300": "1.62", "P500": "1.82"}
RISKS = (
    ("other_services", 5_000_000, "P100"),
    ("other_services", 5_000_001, "P300"),
    ("construction", 30_000_000, "P100"),
    ("retail", 9_000_000, "P500"),
    ("professional", 48_000_000, "P300"),
    ("information", 99_999_999, "P500"),
)


def to_ten_yen(yen: Fraction) -> int:
    """Half up to ten yen."""
    return int((yen + 5) // 10) * 10


def premium_for(
    *, industry: str, annual_sales: int, plan: str, start_on: date, expiry_on: date, effective_date: date
) -> int:
    """Whole yen for the term, by the version of the product that took effect on that day."""
    band = next(factor for top, factor in BANDS if annual_sales <= top)
    floor = BASE * Fraction(PLANS[plan])
    is_old = industry == "information" and effective_date < date(2026, 12, 1)
    factor = INFORMATION_BEFORE if is_old else INDUSTRY[industry]
    annual = to_ten_yen(max(floor * Fraction(factor) * Fraction(band), floor))
    months = (expiry_on.year - start_on.year) * 12 + expiry_on.month - start_on.month
    return to_ten_yen(Fraction(annual * months, 12))
