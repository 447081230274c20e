"""What the address of a figure asks for: period, day, by what it is divided, and to what it is narrowed down. What can't be read
counts as not given."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest

from sonae.apps.contact.window import days_open
from sonae.apps.reporting.figures.asked import Asked, OpenDays
from sonae.apps.reporting.figures.counting import REACHED
from sonae.apps.reporting.figures.topics import Topic
from sonae.apps.reporting.months import month_from
from sonae.domain.earning import month_of
from sonae.domain.moments import read_day
from sonae.domain.period import add_months, months_between
from sonae.web.shared.context import programme_of
from sonae.web.shared.moment import today

MOST_MONTHS = 36
LONGEST_VALUE = 40
BIGGEST_KEY = 18  # digits
EMPTY = "-"  # of what has no plan, no class …: an empty value is the choice of a form that narrows nothing down


@dataclass(frozen=True, slots=True)
class Address:
    """A page of figures as it was asked for. ``last_month`` belongs to the period."""

    topic: Topic
    asked: Asked
    group: str
    last_month: date

    def query(self, *, by: bool = True, **more: str) -> str:
        """The same, with more or other values: for links. Without ``by`` it is a list's."""
        values = {
            "since": f"{self.asked.since:%Y-%m}",
            "to": f"{self.last_month:%Y-%m}",
            "on": self.asked.on.isoformat(),
        }
        if by:
            values["by"] = self.group
        chosen = {**self.asked.chosen, **more}
        return urlencode({**values, **{code: value or EMPTY for code, value in chosen.items()}})


def address_of(request: HttpRequest, topic: Topic) -> Address:
    """What the request asks for."""
    day, given = today(request), request.GET
    present = month_of(day)
    since = month_from(_typed(given.get("since", ""))) or add_months(present, -topic.months_back)
    last = month_from(_typed(given.get("to", ""))) or add_months(present, topic.months_ahead - 1)
    last = max(last, since)
    if months_between(since, last) >= MOST_MONTHS:
        since = add_months(last, 1 - MOST_MONTHS)
    on = read_day(_typed(given.get("on", ""))) or day
    group = given.get("by", "")
    until = add_months(last, 1)
    asked = Asked(since, until, on, day, dict(_chosen(request, topic)), _window(request, topic, since, until))
    return Address(topic, asked, group if group in topic.groups else topic.groups[0], last)


def key_in(request: HttpRequest) -> int | None:
    """Before which key a list goes on."""
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= BIGGEST_KEY else None


def _chosen(request: HttpRequest, topic: Topic) -> Iterator[tuple[str, str]]:
    for code in (*topic.groups, REACHED) if "step" in topic.groups else topic.groups:
        value = request.GET.get(code, "")
        if value and len(value) <= LONGEST_VALUE and value.isprintable():
            yield code, "" if value == EMPTY else value


def _window(request: HttpRequest, topic: Topic, since: date, until: date) -> OpenDays:
    contact = programme_of(request).contact
    if contact is None or "window" not in topic.groups:
        return OpenDays()
    return OpenDays(days_open(contact, since, until), contact.opens_hour, contact.closes_hour)


def _typed(text: str) -> str:
    """Full-width digits are read as well."""
    return unicodedata.normalize("NFKC", text[:LONGEST_VALUE]).strip()
