"""The turn into a scheme year: which year expires, under which products both stand, and on which days what happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import list_scheme_years
from sonae.domain.calendar import japan_date, scheme_term
from sonae.domain.product.definition import Product
from sonae.domain.renewal_calendar import TurnDates, may_offer, turn_of


@dataclass(frozen=True, slots=True)
class Turn:
    """``year`` is the one that begins, ``expiring`` the one that ends at that moment. Both pin their product."""

    expiring: SchemeYear
    year: SchemeYear
    old: Product
    new: Product
    dates: TurnDates

    @property
    def digest(self) -> str:
        """Of the product that rules the year that begins."""
        return self.year.product_version.digest

    @property
    def key(self) -> str:
        """What the run of its offers is called."""
        return f"offers:{self.year.start_on}"


class TurnNotOpen(Exception):
    """There is no scheme year of that start, or none that ends as it begins; or offers are not made on that day."""


def list_turns() -> list[Turn]:
    """Every turn between two scheme years that are open, earliest first."""
    years = list_scheme_years()
    ending = {year.expiry_on: year for year in years}
    return [_turn(ending[year.start_on], year) for year in years if year.start_on in ending]


def _turn(expiring: SchemeYear, year: SchemeYear) -> Turn:
    new = product_of(year.product_version)
    return Turn(expiring, year, product_of(expiring.product_version), new, turn_of(new, year.start_on))


def turn_under(*, expiring: SchemeYear, product: Product, digest: str) -> Turn:
    """The turn out of that year as it would be if this product ruled the next one. Neither the year nor the version is stored, so
    nobody has been answered in it, and nobody renewed into it."""
    term = scheme_term(product.calendar, expiring.expiry_on)
    version = ProductVersion(effective_date=product.effective_date, digest=digest)
    year = SchemeYear(start_on=term.start_on, expiry_on=term.expiry_on, product_version=version)
    return Turn(expiring, year, product_of(expiring.product_version), product, turn_of(product, term.start_on))


def get_turn(*, year_start: date) -> Turn:
    """The turn into the scheme year of that start. Raises ``TurnNotOpen``."""
    for turn in list_turns():
        if turn.year.start_on == year_start:
            return turn
    raise TurnNotOpen(f"No scheme year starts on {year_start} that follows another one. Open it first.")


def turns_to_offer(*, now: datetime) -> list[Turn]:
    """The turns for which offers are made on this day."""
    return [turn for turn in list_turns() if may_offer(turn.dates, japan_date(now))]
