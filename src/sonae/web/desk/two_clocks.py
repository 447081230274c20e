"""Two clocks of a page: the day that is looked at, and the day as whose knowledge it is shown. Both stand in its address."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, QueryDict

from sonae.domain.calendar import japan_date
from sonae.domain.moments import read_day, read_moment
from sonae.web.shared.moment import now, today

LONGEST_TYPED = 40


@dataclass(frozen=True, slots=True)
class Clocks:
    """``typed`` is what stands in the address; what can't be read is left out, and said to be."""

    on: date
    known: datetime
    now: datetime
    typed: dict[str, str]
    unreadable: bool

    @property
    def is_now(self) -> bool:
        """Today, as it is known now."""
        return not any(self.typed.values())

    @property
    def knows_all(self) -> bool:
        """Whether nothing that was recorded by now is left out."""
        return self.known >= self.now

    @property
    def as_then(self) -> bool:
        """Whether the day is shown as it was known when it ended."""
        return not self.knows_all and japan_date(self.known) == self.on

    def query(self, **more: str) -> str:
        """The end of an address with the same clocks: "?on=2027-03-03", or nothing."""
        asked = QueryDict(mutable=True)
        asked.update({name: value for name, value in {**self.typed, **more}.items() if value})
        return f"?{asked.urlencode()}" if asked else ""


def clocks_of(request: HttpRequest) -> Clocks:
    """GET …?on=2027-03-03&known=2027-03-10; without them today, as it is known now. A day to know at means its end."""
    typed = {name: _narrow(request.GET.get(name, "")) for name in ("on", "known")}
    on = read_day(typed["on"]) if typed["on"] else today(request)
    known = read_moment(typed["known"]) if typed["known"] else now(request)
    return Clocks(on or today(request), known or now(request), now(request), typed, on is None or known is None)


def _narrow(typed: str) -> str:
    """Full-width digits are read as well."""
    return unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).strip()
