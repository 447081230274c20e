"""From raw facts (industry, sales, start) and the published versions to an answer, or to what is wrong with them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sonae.domain.calendar import is_start_day, next_start, possible_starts
from sonae.domain.money import yen_in_words
from sonae.domain.period import Term
from sonae.domain.product.definition import Product
from sonae.domain.rating import QuoteAnswer, quote
from sonae.domain.risk import Risk
from sonae.domain.text import Text

LARGEST_SALES = 10**13  # beyond it a slip of the finger is likelier than a firm
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A scheme year with the product that rules it, and the product's digest."""

    term: Term
    product: Product
    digest: str


@dataclass(frozen=True, slots=True)
class FactProblem:
    """One fact that can't be used: the field, what was given, and what is expected."""

    field: str
    given: str
    expected: Text

    def as_json(self, language: str = "ja") -> dict[str, str]:
        """As the command line and the API report it."""
        return {"field": self.field, "given": self.given, "expected": self.expected.in_language(language)}


class FactsInvalid(ValueError):
    """Some facts can't be used; ``problems`` names every one."""

    def __init__(self, problems: Sequence[FactProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.field}: {problem.expected.en}" for problem in problems))


class NothingPublished(Exception):
    """There is no scheme year with a published product."""


def answer_quote(
    *, versions: Sequence[PublishedVersion], industry: object, annual_sales: object, start_on: object, today: date
) -> QuoteAnswer:
    """The answer for these facts. ``start_on`` may be a date, an ISO text, or None for the next start that can be had.

    Raises FactsInvalid with every problem, NothingPublished if there is no version at all.
    """
    if not versions:
        raise NothingPublished("no scheme year is open")
    problems: list[FactProblem] = []
    version, start = _read_start(versions, start_on, today, problems)
    code = _read_industry(version.product, industry, problems)
    sales = _read_sales(annual_sales, problems)
    if problems:
        raise FactsInvalid(problems)
    return quote(version.product, Risk(code, sales), start, version.term.expiry_on, version.digest)


def next_possible_start(versions: Sequence[PublishedVersion], today: date) -> date | None:
    """The next start in a published scheme year that an application of today can have; None if there is none."""
    for version in sorted(versions, key=lambda version: version.term):
        wanted = max(next_start(version.product.calendar, today), version.term.start_on)
        if wanted in version.term:
            return wanted
    return None


def _read_start(
    versions: Sequence[PublishedVersion], given: object, today: date, problems: list[FactProblem]
) -> tuple[PublishedVersion, date]:
    latest = max(versions, key=lambda version: version.term)
    start = next_possible_start(versions, today) if given is None else _as_date(given)
    for version in versions:
        if start is not None and start in version.term and is_start_day(version.product.calendar, start):
            return version, start
    problems.append(FactProblem("start_on", "" if given is None else _shown(given), _expected_start(versions)))
    return latest, latest.term.start_on


def _as_date(given: object) -> date | None:
    if isinstance(given, date):
        return given
    if isinstance(given, str) and _ISO_DAY.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            return None
    return None


def _expected_start(versions: Sequence[PublishedVersion]) -> Text:
    starts = sorted(
        {start for version in versions for start in possible_starts(version.product.calendar, version.term)}
    )
    first, last = starts[0].isoformat(), starts[-1].isoformat()
    return Text(
        f"{first} から {last} までの、月の{starts[0].day}日を入れてください（例：{last}）。",
        f"day {starts[0].day} of a month from {first} to {last} is expected, such as {last}.",
    )


def _read_industry(product: Product, given: object, problems: list[FactProblem]) -> str:
    codes = [industry.code for industry in product.industries]
    if isinstance(given, str) and given in codes:
        return given
    problems.append(FactProblem("industry", _shown(given), _expected_industry(codes, given)))
    return ""


def _expected_industry(codes: list[str], given: object) -> Text:
    near = difflib.get_close_matches(given[:100], codes, n=1) if isinstance(given, str) else []
    listed = ", ".join(codes)
    if near:
        return Text(f"「{near[0]}」でしょうか。業種コード：{listed}", f'Did you mean "{near[0]}"? One of: {listed}')
    return Text(f"業種コードを入れてください：{listed}", f"one of these codes is expected: {listed}")


def _read_sales(given: object, problems: list[FactProblem]) -> int:
    # The plain figure only: 万 and full-width digits are read in forms, where a person sees what was understood.
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= len(str(LARGEST_SALES)):
        given = int(given)
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= LARGEST_SALES:
        return given
    most = yen_in_words(LARGEST_SALES)
    expected = Text(
        f"0円以上{most.ja}以下の、円の単位の整数を入れてください。", f"whole yen from 0 to {most.en} are expected."
    )
    problems.append(FactProblem("annual_sales", _shown(given), expected))
    return 0


def _shown(given: object) -> str:
    text = "" if given is None else str(given)
    return text if len(text) <= 80 else text[:79] + "…"
