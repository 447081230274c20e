"""The first page: what it is, what it costs, what it pays, who can join, and the ways on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.domain.calendar import application_deadline, cover_starts_at, scheme_term
from sonae.domain.date_in_words import MONTHS
from sonae.domain.drawing_on_limits import draw_scenarios
from sonae.domain.money import format_yen, yen_in_words
from sonae.domain.period import add_months, months_between
from sonae.domain.product.definition import Calendar, Example, Industry, Plan, Product, SalesBand, Section
from sonae.domain.proration import term_premium
from sonae.domain.quoting import next_possible_start
from sonae.domain.rating import PlanPremium, rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text
from sonae.web.shared.context import programme_of
from sonae.web.shared.figures import date_words, moment_words
from sonae.web.shared.kept_pages import kept_page
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import today
from sonae.web.shared.pictures import COST_TILE, LIABILITY_TILE
from sonae.web.site.calculation import services_of
from sonae.web.site.not_open_yet import not_open_yet

RULER = say(
    "補償は、いつ始めても毎年{ends}に満期を迎えます。例：{month}月{day}日に始めると、最初の保険料は"
    "{months}か\u2060月分の{premium}です。",  # the word joiner keeps 9か月分 on one line
    "Every cover that starts in this scheme year expires on {ends}. For example: starting on {start}, the first premium is "
    "for {months} months, {premium}.",
)
PART_OF_A_YEAR = 3  # months into the scheme year: the start of the ruler's example


@dataclass(frozen=True, slots=True)
class PremiumExample:
    """The published cell (F14): premiums of all plans for a whole year, with the conditions they hold for."""

    industry: Industry
    band: SalesBand
    premiums: tuple[PlanPremium, ...]

    @property
    def lowest(self) -> PlanPremium:
        return self.premiums[0]


@dataclass(frozen=True, slots=True)
class PartYear:
    """The example of a start within the scheme year, and what the first premium is then."""

    start_on: date
    expiry_on: date
    months: int
    term_premium: int
    ends_at: datetime

    @property
    def caption(self) -> str:
        """What the ruler shows, in a sentence."""
        language = active_language()
        return str(RULER).format(
            ends=moment_words(self.ends_at, language).split("年", 1)[-1],
            month=self.start_on.month,
            day=self.start_on.day,
            start=date_words(self.start_on, language),
            months=self.months,
            premium=format_yen(self.term_premium, language),
        )


@require_safe
@kept_page
def first_page(request: HttpRequest) -> HttpResponse:
    """GET /"""
    versions = programme_of(request).versions
    next_start = next_possible_start(versions, today(request))
    if not versions:
        return not_open_yet(request)
    version = next((one for one in versions if next_start is not None and next_start in one.term), versions[-1])
    return render(request, "site/first_page.html", _facts(version.product, next_start))


def _facts(product: Product, next_start: date | None) -> dict[str, Any]:
    paid_services, free_services = services_of(product)
    premium_shown = premium_example(product)
    return {
        "product": product,
        "calendar": product.calendar,
        "start_hour": hour_words(product.calendar),
        "expiry_month": Text(f"{product.calendar.term_start_month}月", MONTHS[product.calendar.term_start_month - 1]),
        "large_tile": LIABILITY_TILE,
        "small_tile": COST_TILE,
        "next_start": next_start,
        "deadline": None if next_start is None else application_deadline(product.calendar, next_start),
        "free": product.section("free"),
        "free_lines": _names(product, product.section("free")),
        "paid": product.section("paid"),
        "plans": list(zip(product.plans, premium_shown.premiums, strict=True)),
        "cost_limits": _cost_limits(product.plans),
        "liability_lines": product.cost_lines_of("liability"),
        "cost_lines": product.cost_lines_of("cost"),
        "examples": {line.code: (line.example, *line.more_examples) for line in product.cost_lines},
        "service_rows": [(service, *included) for service, *included in _rows(product, paid_services, free_services)],
        **_losses(product),
        "premium_shown": premium_shown,
        "part_year": part_year(product, premium_shown),
        "insurer": product.party("insurer"),
        "outside_rules": [rule for rule in product.eligibility if rule.kind != "disclosure_answer"],
    }


def _losses(product: Product) -> dict[str, Any]:
    """The product's scenarios as losses of one year: under the first plan, and with the free cover alone."""
    free, smallest, *_ = draw_scenarios(product)
    return {
        "losses": smallest,
        "losses_free": free,
        "largest_loss": max((scenario.cost_yen for scenario in product.scenarios), default=0),
    }


def premium_example(product: Product) -> PremiumExample:
    """From the first worked example of the product that is accepted: the published cell."""
    example: Example = next(one for one in product.examples if one.annual_premium is not None)
    term = scheme_term(product.calendar, example.start_on)
    premiums = rate(product, Risk(example.industry, example.annual_sales), term.start_on, term.expiry_on)
    band = next(band for band in product.sales_bands if band.from_yen <= example.annual_sales <= band.to_yen)
    return PremiumExample(product.industry(example.industry), band, premiums)


def part_year(product: Product, premium_shown: PremiumExample) -> PartYear:
    """The same premium for a start three months into the scheme year."""
    term = scheme_term(product.calendar, product.effective_date)
    start_on = add_months(term.start_on, PART_OF_A_YEAR)
    months = months_between(start_on, term.expiry_on)
    premium = term_premium(premium_shown.lowest.annual_premium, months, product.rounding_unit)
    return PartYear(start_on, term.expiry_on, months, premium, cover_starts_at(product.calendar, term.expiry_on))


def hour_words(calendar: Calendar) -> Text:
    """午後4時 / 16:00 JST."""
    hour = calendar.term_start_hour
    return Text(f"{'午前' if hour < 12 else '午後'}{hour % 12}時", f"{hour:02d}:00 JST")


def _rows(product: Product, paid: Any, free: Any) -> list[tuple[Any, bool, bool]]:
    return [
        (service, in_paid, in_free)
        for service, (_, in_paid), (_, in_free) in zip(product.services, paid, free, strict=True)
    ]


def _names(product: Product, section: Section) -> list[Text]:
    names = {line.code: line.name for line in product.cost_lines}
    return [names[code] for code in section.cost_lines]


def _cost_limits(plans: tuple[Plan, ...]) -> list[Text]:
    """The different own-cost limits, smallest first: 1,000万円, 5,000万円."""
    return [yen_in_words(limit) for limit in sorted({plan.cost_limit for plan in plans})]
