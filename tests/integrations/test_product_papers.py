"""The papers that follow from a product version: every word and every yen is the version's own."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from pypdf import PdfReader

from sonae.apps.documents.plan_table import PlanTableFacts
from sonae.apps.documents.product_papers import PRODUCT_PAPERS, ClaimsGuideFacts, ProductPaper, find_product_paper
from sonae.domain.calendar import cover_starts_at, scheme_term
from sonae.domain.money import yen_in_words
from sonae.domain.product.definition import Industry, Product
from sonae.domain.product.texts import InformationText
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text
from sonae.integrations.typst.press import TypstPress
from tests.domain.versions import AFTER, BEFORE, product

DIGEST = "5c" * 32
LANGUAGES = ("ja", "en")
VERSIONS = pytest.mark.parametrize("version", [BEFORE, AFTER])
EVERY = pytest.mark.parametrize("paper", PRODUCT_PAPERS, ids=lambda paper: paper.slug)


@pytest.fixture(scope="module")
def press() -> TypstPress:
    return TypstPress()


def words(press: TypstPress, paper: ProductPaper, shown: Product, language: str = "ja") -> str:
    facts = paper.facts(shown, DIGEST).as_dict()
    pdf = press.render(template=paper.template, facts=facts, language=language)
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def said(text: Text, language: str) -> str:
    return "".join(text.in_language(language).split())


def named(slug: str) -> ProductPaper:
    paper = find_product_paper(slug)
    assert paper is not None
    return paper


def texts_of(text: InformationText) -> list[Text]:
    sections = [part for section in text.sections for part in (section.heading, *section.paragraphs, *section.points)]
    return [text.title, text.lead, *sections]


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paper_names_its_parties_its_window_and_the_start_of_the_products_digest(
    press: TypstPress, paper: ProductPaper, language: str
) -> None:
    text = words(press, paper, product(), language)
    for party in product().parties:
        assert said(party.name, language) in text
    assert product().contact.phone in text
    assert product().version in text
    assert DIGEST[:12] in text


@EVERY
def test_equal_versions_make_equal_bytes_on_any_press(press: TypstPress, paper: ProductPaper) -> None:
    facts = paper.facts(product(), DIGEST).as_dict()
    first = press.render(template=paper.template, facts=facts, language="ja")
    assert TypstPress().render(template=paper.template, facts=facts, language="ja") == first
    older = paper.facts(product(BEFORE), DIGEST).as_dict()
    assert press.render(template=paper.template, facts=older, language="ja") != first


@EVERY
def test_a_paper_carries_the_moment_from_which_its_version_rules(paper: ProductPaper) -> None:
    moment = cover_starts_at(product().calendar, product().effective_date)
    assert paper.facts(product(), DIGEST).as_dict()["made_at"] == moment.isoformat(timespec="seconds")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("product-summary", "overview"),
        ("points-to-note", "points_to_note"),
        ("privacy-notice", "privacy"),
        ("claims-guide", "claims_guide"),
    ],
)
def test_a_text_stands_on_its_paper_word_for_word(press: TypstPress, slug: str, code: str, language: str) -> None:
    texts: dict[str, InformationText] = {text.code: text for text in (*product().wording, *product().information)}
    text = words(press, named(slug), product(), language)
    assert [part.en for part in texts_of(texts[code]) if said(part, language) not in text] == []


def test_each_paper_on_the_list_has_its_name_in_every_version() -> None:
    for version in (BEFORE, AFTER):
        assert all(product(version).document(paper.document).name.ja for paper in PRODUCT_PAPERS)
    assert len({paper.slug for paper in PRODUCT_PAPERS}) == len(PRODUCT_PAPERS)


@VERSIONS
def test_every_yen_of_the_premium_table_is_what_rating_says_and_none_is_left_out(
    press: TypstPress, version: str
) -> None:
    shown = product(version)
    year = scheme_term(shown.calendar, shown.effective_date)
    expected = Counter(
        f"{premium.annual_premium:,}"
        for industry in shown.industries
        if industry.factor is not None
        for band in shown.sales_bands
        for premium in rate(shown, Risk(industry.code, band.to_yen), year.start_on, year.expiry_on)
    )
    text = words(press, named("plan-table"), shown)
    assert Counter(re.findall(r"(\d{1,3}(?:,\d{3})+)円", text)) == expected
    assert sum(expected.values()) == 14 * 5 * 3


def test_both_ends_of_a_band_are_rated_alike() -> None:
    shown = product()
    year = scheme_term(shown.calendar, shown.effective_date)
    for band in shown.sales_bands:
        ends = [
            [premium.annual_premium for premium in rate(shown, Risk("ecommerce", sales), year.start_on, year.expiry_on)]
            for sales in (band.from_yen, band.to_yen)
        ]
        assert ends[0] == ends[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_table_shows_every_limit_loss_and_service(press: TypstPress, language: str) -> None:
    text = words(press, named("plan-table"), product(), language)
    free = product().section("free").liability_limit_yen or 0
    limits = [limit for plan in product().plans for limit in (plan.liability_limit, plan.cost_limit)]
    for limit in (free, *limits):
        assert said(yen_in_words(limit), language) in text
    for thing in (*product().plans, *product().cost_lines, *product().services):
        assert said(thing.name, language) in text
    for industry in product().industries:
        assert (said(industry.name, language) in text) or industry.factor is None
    for rule in product().eligibility:
        assert (said(rule.message, language) in text) == (rule.kind != "disclosure_answer")


def test_the_plan_table_says_of_each_loss_whether_the_free_cover_pays_it() -> None:
    facts = PlanTableFacts.of(product(), DIGEST)
    free, paid = product().section("free"), product().section("paid")
    by_name = {line.name: line.code for line in product().cost_lines}
    shown = {by_name[one.name]: (one.in_free, one.in_paid) for one in facts.included if one.limit}
    assert shown == {code: (code in free.cost_lines, code in paid.cost_lines) for code in by_name.values()}
    assert [(one.in_free, one.in_paid) for one in facts.included if not one.limit] == [(False, True), (False, True)]


def test_a_table_longer_than_a_page_repeats_its_heading(press: TypstPress) -> None:
    many = tuple(
        Industry(f"i{n}", Text(f"業種{n}", f"Industry {n}"), Fraction(1), None, Text("", "")) for n in range(70)
    )
    text = words(press, named("plan-table"), replace(product(), industries=many))
    assert text.count("申告売上高（年間・税込）") >= 2 * len(product().plans)


def test_the_claims_guide_leads_each_section_to_its_own_telephone() -> None:
    paid, free = ClaimsGuideFacts.of(product(), DIGEST).calls
    hotline = next(service for service in product().services if service.code == "hotline")
    assert (paid.section_name, paid.phone) == (product().section("paid").name, hotline.phone)
    assert (free.section_name, free.phone) == (product().section("free").name, product().contact.phone)
    assert free.called == product().party("operator").role_name
    assert free.hours == product().contact.hours


def test_the_claims_guide_sets_no_time_limit_of_the_insurer() -> None:
    limits = next(
        part for part in product().information_text("claims_guide").sections if part.heading.en == "Time limits"
    )
    assert "請求の期限と、お支払いまでの日数は、約款の定めによります。" in limits.paragraphs[0].ja
    assert re.search(r"\d", limits.paragraphs[0].ja) is None
    assert "個人情報保護委員会" in limits.paragraphs[1].ja
