"""What the premium and the eligibility depend on (F13)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Risk:
    """The industry's code and the declared annual sales in whole yen, tax included."""

    industry: str
    annual_sales: int
