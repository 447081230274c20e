"""What a product says of acts between issue and expiry: from when they take effect, and what a cancellation gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# ``month_start``: the first day on which cover could begin, on or after the day asked for. ``same_day``: the day asked for.
TakesEffect = Literal["month_start", "same_day"]
RefundRule = Literal["by_month", "short_rate"]
Subject = Literal["plan", "annual_sales", "industry", "insured", "address", "cancellation"]

WHOLE = 100  # percent


@dataclass(frozen=True, slots=True)
class TransactionRules:
    """The defaults stand for versions published before it was written down.

    ``short_rates``: percent of the annual premium that is kept after so many begun months, from nought to a whole year.
    ``minimum_retained``: yen that are kept of a cancelled cover, unless it is cancelled on its first day.
    """

    takes_effect: Mapping[Subject, TakesEffect] = field(
        default_factory=lambda: {
            "plan": "month_start",
            "annual_sales": "month_start",
            "industry": "month_start",
            "insured": "same_day",
            "address": "same_day",
            "cancellation": "month_start",
        }
    )
    refund_rule: RefundRule = "by_month"
    short_rates: tuple[int, ...] = ()
    minimum_retained: int = 0
