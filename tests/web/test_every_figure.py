"""Every sum of money on every public page and paper, in both languages, is the product's, follows from it, or is a loss fact."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import unescape
from itertools import pairwise

import pytest
from django.test import Client
from pypdf import PdfReader

from sonae.apps.documents.product_papers import PRODUCT_PAPERS
from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.domain.calendar import JAPAN, scheme_term
from sonae.domain.product.definition import Product
from sonae.domain.proration import term_premium
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.web.shared.pictures import COST_TILE, LIABILITY_TILE
from sonae.web.shared.public_pages import public_pages
from tests import clock

pytestmark = pytest.mark.django_db

UNITS = {"億": 100_000_000, "万": 10_000, "": 1}
SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
SAID_OF_THE_READER = {48_000_000}  # how sales may be typed, beside the field
ROUNDED_TO_A_YEN = {1}
FACTS = "industry=professional&sales=4800&start=2027-03-01"


@pytest.fixture
def product(programme: Programme) -> Product:
    found = current_product(clock.now().astimezone(JAPAN).date(), published_versions())
    assert found is not None
    return found


def sums_in(text: str) -> Iterator[Decimal]:
    """Yen as they are written: 1億2,000万円, 64,940円, 119,035.02円; ¥64,940, 100 million yen."""
    for written in re.findall(r"(?<![\d.,])((?:\d[\d,]*(?:\.\d+)?[億万]?)+)円(?!プラン)", text):
        yield sum((_part(*part) for part in re.findall(r"([\d,.]+)([億万]?)", written)), Decimal(0))
    for figure in re.findall(r"¥(\d[\d,]*(?:\.\d+)?)", text):
        yield Decimal(figure.replace(",", ""))
    for figure, scale in re.findall(r"(\d[\d,.]*) (thousand|million|billion) yen(?! plan)", text, re.IGNORECASE):
        yield Decimal(figure.replace(",", "")) * SCALES[scale.lower()]


def _part(figure: str, unit: str) -> Decimal:
    return Decimal(figure.replace(",", "")) * UNITS[unit]


def words_of(html: str) -> str:
    main = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
    labels = " ".join(re.findall(r'aria-label="([^"]*)"', main))
    return unescape(
        re.sub(r"<[^>]+>", "", re.sub(r"</(td|th|li|p|dd|dt|h\d|div|b|span|option)>", " ", main)) + " " + labels
    )


def of_product(product: Product) -> set[int]:
    """What the product says outright."""
    free = product.section("free")
    said = {free.liability_limit_yen or 0, free.cost_limit_yen or 0, product.base_premium, product.rounding_unit}
    said |= {limit for plan in product.plans for limit in (plan.liability_limit, plan.cost_limit)}
    said |= {
        edge
        for band in product.sales_bands
        for edge in (band.from_yen - 1, band.from_yen, band.to_yen, band.to_yen + 1)
    }
    said |= {rule.annual_sales_yen for rule in product.eligibility if rule.annual_sales_yen is not None}
    said |= {scenario.cost_yen for scenario in product.scenarios}
    return said | {LIABILITY_TILE, COST_TILE}


def of_premiums(product: Product, risks: Iterable[Risk]) -> set[int]:
    """Every premium of those risks: for the year, a month, each part of a year, and from plan to plan."""
    found: set[int] = set()
    year = scheme_term(product.calendar, product.effective_date)
    for risk in risks:
        premiums = rate(product, risk, year.start_on, year.expiry_on)
        found |= {one.monthly_equivalent for one in premiums}
        for months in range(1, 13):
            terms = [term_premium(one.annual_premium, months, product.rounding_unit) for one in premiums]
            found |= {*terms, *(larger - smaller for smaller, larger in pairwise(terms))}
    return found


def all_risks(product: Product) -> list[Risk]:
    return [
        Risk(industry.code, band.to_yen)
        for industry in product.industries
        if industry.factor is not None
        for band in product.sales_bands
    ]


def of_scenarios(product: Product) -> set[int]:
    """All scenarios in one year: what each cover pays of each limit, what it leaves, and what is still in the limit."""
    free = product.section("free")
    covers = [(free.liability_limit_yen or 0, free.cost_limit_yen or 0)]
    covers += [(plan.liability_limit, plan.cost_limit) for plan in product.plans]
    found: set[int] = set()
    for liability, cost in covers:
        left = {"liability": liability, "cost": cost}
        paid, loss = dict.fromkeys(left, 0), dict.fromkeys(left, 0)
        for scenario in product.scenarios:
            limit = product.cost_line(scenario.cost_line).limit
            pays = min(left[limit], scenario.cost_yen)
            left[limit], paid[limit], loss[limit] = (
                left[limit] - pays,
                paid[limit] + pays,
                loss[limit] + scenario.cost_yen,
            )
            found |= {pays, scenario.cost_yen - pays, left[limit]}
        found |= {*paid.values(), *loss.values(), *(loss[limit] - paid[limit] for limit in paid)}
        found |= {sum(paid.values()), sum(loss.values()), sum(loss.values()) - sum(paid.values())}
    return found


def unknown(text: str, allowed: set[int]) -> set[Decimal]:
    known = {Decimal(one) for one in allowed | SAID_OF_THE_READER | ROUNDED_TO_A_YEN | {0}}
    return set(sums_in(text)) - known


def test_every_sum_on_every_public_page_is_the_products(client: Client, product: Product) -> None:
    published = of_premiums(product, [Risk("other_services", 5_000_000)])
    allowed = of_product(product) | published | of_scenarios(product)
    seen, strangers = 0, {}
    for page in public_pages(product):
        for address in page.addresses.values():
            path = "/" + address.split("/", 3)[3]
            text = words_of(client.get(path).content.decode())
            seen += len(list(sums_in(text)))
            if found := unknown(text, allowed):
                strangers[path] = found
    assert strangers == {}
    assert seen > 250


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_sum_of_a_calculation_follows_from_its_facts(client: Client, product: Product, prefix: str) -> None:
    risk = Risk("professional", 48_000_000)
    text = words_of(client.get(f"{prefix}/premium/?{FACTS}").content.decode())
    year = scheme_term(product.calendar, product.effective_date)
    steps = {Decimal(step.value.numerator) / step.value.denominator
             for one in rate(product, risk, year.start_on, year.expiry_on) for step in one.steps}  # fmt: skip
    found = unknown(text, of_product(product) | of_premiums(product, [risk]))
    assert found <= steps, found - steps
    assert found


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("paper", PRODUCT_PAPERS, ids=lambda paper: paper.slug)
def test_every_sum_of_every_paper_is_the_products(
    client: Client, product: Product, paper: object, language: str
) -> None:
    slug = paper.slug  # type: ignore[attr-defined]  # a ProductPaper
    answer = client.get(f"{'/en' if language == 'en' else ''}/papers/{slug}.pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert unknown(text, of_product(product) | of_premiums(product, all_risks(product))) == set()


def test_the_sums_are_read_as_they_are_written() -> None:
    written = "1億2,000万円、64,940円、119,035.02円（1億円プラン）¥5,412 and 100 million yen, 50.5 million yen"
    assert [float(one) for one in sums_in(written)] == [120_000_000, 64_940, 119_035.02, 5_412, 100_000_000, 50_500_000]


def test_a_sum_that_is_nobodys_is_noticed(product: Product) -> None:
    text = "賠償の限度額は2億円です。保険料は年64,941円です。"
    assert unknown(text, of_product(product)) == {Decimal(200_000_000), Decimal(64_941)}
