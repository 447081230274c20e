"""What part of a year's premium a part of a year costs (F16), and what is shown for a month (F14)."""

from __future__ import annotations

MONTHS_OF_A_YEAR = 12


def term_premium(annual_premium: int, months: int, rounding_unit: int) -> int:
    """annual × months ÷ 12, rounded half up to ``rounding_unit`` yen, once. ValueError unless 1 to 12 months."""
    if not 1 <= months <= MONTHS_OF_A_YEAR:
        raise ValueError(f"a term has 1 to 12 whole months, not {months}")
    if months == MONTHS_OF_A_YEAR:
        return annual_premium
    # round_half_up(annual × months / 12) in plain integers: this runs for every plan of every quote.
    return (2 * annual_premium * months + 12 * rounding_unit) // (24 * rounding_unit) * rounding_unit


def monthly_equivalent(annual_premium: int) -> int:
    """One twelfth of the annual premium, rounded up to a yen. Shown only; it is never charged."""
    return -(-annual_premium // MONTHS_OF_A_YEAR)
