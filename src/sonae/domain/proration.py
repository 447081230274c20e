"""What part of a year's premium a part of a year costs (F16), and what is shown for a month (F14)."""

from __future__ import annotations

from fractions import Fraction

from sonae.domain.money import round_half_up, round_up

MONTHS_OF_A_YEAR = 12


def term_premium(annual_premium: int, months: int, rounding_unit: int) -> int:
    """annual × months ÷ 12, rounded half up to ``rounding_unit`` yen, once. ValueError unless 1 to 12 months."""
    if not 1 <= months <= MONTHS_OF_A_YEAR:
        raise ValueError(f"a term has 1 to 12 whole months, not {months}")
    if months == MONTHS_OF_A_YEAR:
        return annual_premium
    return round_half_up(Fraction(annual_premium * months, MONTHS_OF_A_YEAR), rounding_unit)


def monthly_equivalent(annual_premium: int) -> int:
    """One twelfth of the annual premium, rounded up to a yen. Shown only; it is never charged."""
    return round_up(Fraction(annual_premium, MONTHS_OF_A_YEAR))
