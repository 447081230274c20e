"""Every paper in both languages: accessible, exact to the yen, the same every time, and true to what was typed."""

from __future__ import annotations

import io
import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from sonae.apps.documents.facts import EstimatePlan, Facts, Frame, MattersPart, exact_yen, lines_of
from sonae.apps.documents.models import Paper
from sonae.apps.documents.product_papers import PRODUCT_PAPERS
from sonae.apps.documents.rendering import PaperFailed, file_name_for_receipt, paper_press
from sonae.domain.money import format_yen, yen_in_words
from sonae.domain.product.parse import parse_product
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.integrations.typst.press import TEMPLATE_NAMES, TEMPLATES, TypstPress, verification_code_svg
from tests.integrations.page_pictures import grey_pixels
from tests.integrations.papers_cast import (
    CERTIFICATE,
    COST_LINES,
    DIGEST,
    DISCLOSURE_COPY,
    ESTIMATE,
    IMPORTANT_MATTERS,
    P100,
    PAPERS,
    RECEIPT,
    VERIFICATION_URL,
)

LANGUAGES = ("ja", "en")
EVERY_PAPER = [(name, language) for name in PAPERS for language in LANGUAGES]


@pytest.fixture(scope="module")
def press() -> TypstPress:
    return TypstPress()


def render(press: TypstPress, template: str, facts: Facts, language: str = "ja") -> PdfReader:
    return PdfReader(io.BytesIO(press.render(template=template, facts=facts.as_dict(), language=language)))


def words(reader: PdfReader) -> str:
    """All text without white space, since a line may end anywhere in Japanese."""
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def tags(reader: PdfReader) -> list[dict[str, Any]]:
    """The structure elements in reading order, for what a screen reader announces."""
    found: list[dict[str, Any]] = []

    def walk(node: Any) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(dict(node))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_every_kind_of_paper_has_a_template() -> None:
    assert {kind.value for kind in Paper.Kind} | {paper.template for paper in PRODUCT_PAPERS} == TEMPLATE_NAMES
    assert set(PAPERS) == TEMPLATE_NAMES
    assert all((TEMPLATES / f"{name}.typ").is_file() for name in TEMPLATE_NAMES)


def test_the_settings_name_this_press() -> None:
    assert isinstance(paper_press(), TypstPress)


@pytest.mark.parametrize(("template", "language"), EVERY_PAPER)
def test_every_paper_is_tagged_titled_and_says_its_language(press: TypstPress, template: str, language: str) -> None:
    reader = render(press, template, PAPERS[template], language)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 – pypdf has its own booleans
    assert root["/Lang"].split("-")[0] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 – as above
    assert reader.metadata is not None
    assert reader.metadata.title
    kinds = [tag["/S"] for tag in tags(reader)]
    assert kinds.count("/H1") == 1
    assert "/TH" in kinds
    assert reader.xmp_metadata is not None
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp


@pytest.mark.parametrize(("template", "language"), EVERY_PAPER)
def test_fonts_are_embedded_as_subsets(press: TypstPress, template: str, language: str) -> None:
    pdf = press.render(template=template, facts=PAPERS[template].as_dict(), language=language)
    assert len(pdf) < 400_000
    fonts = 0
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile3" in inner["/FontDescriptor"] or "/FontFile2" in inner["/FontDescriptor"]
            assert inner["/BaseFont"][7] == "+"
            fonts += 1
    assert fonts >= 2


@pytest.mark.parametrize(("template", "language"), EVERY_PAPER)
def test_nothing_of_the_machine_is_in_the_file(press: TypstPress, template: str, language: str) -> None:
    pdf = press.render(template=template, facts=PAPERS[template].as_dict(), language=language)
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert set(reader.metadata) <= {"/Title", "/Creator", "/CreationDate", "/ModDate", "/Producer"}
    assert reader.metadata.creation_date == PAPERS[template].as_dict()["made_at"] or reader.metadata.creation_date == (
        datetime.fromisoformat(str(PAPERS[template].as_dict()["made_at"]))
    )
    contents = pdf + reader.trailer["/Root"]["/Metadata"].get_data()
    for trace in (str(Path.home()), str(TEMPLATES), "site-packages"):
        assert trace.encode() not in contents


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_say_in_words_what_they_show(press: TypstPress, language: str) -> None:
    alternatives = [
        str(tag["/Alt"]) for tag in tags(render(press, "certificate", CERTIFICATE, language)) if "/Alt" in tag
    ]
    assert len(alternatives) == 3
    assert any(yen_in_words(CERTIFICATE.plan.liability_limit).in_language(language) in text for text in alternatives)
    assert any(yen_in_words(CERTIFICATE.plan.cost_limit).in_language(language) in text for text in alternatives)
    assert any(CERTIFICATE.verification_code in text for text in alternatives)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_estimate_shows_three_plans_to_the_yen_and_how_they_came_about(press: TypstPress, language: str) -> None:
    text = words(render(press, "estimate", ESTIMATE, language))
    for item in ESTIMATE.plans:
        for sum_yen in (item.term_premium, item.annual_premium, item.monthly_equivalent):
            assert format_yen(sum_yen, language) in text
        assert "".join(yen_in_words(item.plan.liability_limit).in_language(language).split()) in text
    for said in ("Q-2027-004817", "192,836.7324", "×1.62", "×9/12", "0120-008588", DIGEST[:12]):
        assert said in text
    assert ("これは見積書です。お申込みではなく" in text) == (language == "ja")


def test_the_estimate_of_a_chosen_plan_explains_that_plan_alone(press: TypstPress) -> None:
    text = words(render(press, "estimate", replace(ESTIMATE, chosen_plan="P300")))
    assert "3億円プランの保険料の計算" in text
    assert "1億円プランの保険料の計算" not in text
    assert "5億円プランの保険料の計算" not in text
    assert "89,280円" in text


def test_the_certificate_says_who_is_covered_for_what_and_when(press: TypstPress) -> None:
    reader = render(press, "certificate", CERTIFICATE)
    text = words(reader)
    for said in (
        "S26-001234",
        "髙﨑会計事務所",
        "株式会社つちや商店",
        "7000012050002",
        "2027年3月1日（令和9年）午後4時から2027年12月1日午後4時まで",
        "144,630円",
        "192,840円",
        "48,000,000円",
        "3億円",
        "5,000万円",
        "東京海上日動火災保険株式会社",
        "株式会社NTTRiskManager",
        "キューアンドエー株式会社",
        "団体契約",
        "8Q4K-7ZMD",
        f"2026-12-01（照合値{DIGEST[:12]}）",
        "1/1",
    ):
        assert said in text
    assert len(reader.pages) == 1


def test_a_certificate_of_an_insured_who_applied_itself_names_no_applicant(press: TypstPress) -> None:
    assert "加入申込者" in words(render(press, "certificate", CERTIFICATE))
    assert "加入申込者" not in words(render(press, "certificate", replace(CERTIFICATE, applicant_name="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_on_the_certificate_leads_to_the_verification_page(press: TypstPress, language: str) -> None:
    pages = press.draw(template="certificate", facts=CERTIFICATE.as_dict(), language=language, dots_per_inch=100)
    codes = zxingcpp.read_barcodes(grey_pixels(pages[0]))
    assert [code.text for code in codes] == [VERIFICATION_URL]


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "sonae.example/verify/1", "https:///x", "https://例え.jp/"])
def test_a_code_for_anything_but_a_web_address_is_refused(url: str) -> None:
    with pytest.raises(PaperFailed, match="address on the paper"):
        verification_code_svg(url)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_says_what_the_law_asks_and_no_tax_line(press: TypstPress, language: str) -> None:
    text = words(render(press, "receipt", RECEIPT, language))
    assert "クレジットカード利用" in text
    assert format_yen(144_630, language) in text
    for note in (RECEIPT.tax_note, RECEIPT.keeping_note):
        assert "".join(note.in_language(language).split()) in text
    assert "".join(RECEIPT.payee_name.in_language(language).split()) in text
    assert "R26-001234-01" in text
    assert "10%" not in text
    assert "税率" not in text
    assert "登録番号" not in text


def test_a_receipts_file_is_found_by_date_sum_and_payee() -> None:
    name = file_name_for_receipt(
        paid_on=date(2026, 11, 18), payment_yen=64_940, insurer_name="東京海上日動火災保険株式会社"
    )
    assert name == "20261118_64940_東京海上日動火災保険株式会社_領収書.pdf"
    assert len(name) <= Paper._meta.get_field("file_name").max_length


def test_a_receipts_file_name_carries_no_path_and_no_control() -> None:
    name = file_name_for_receipt(paid_on=date(2026, 1, 5), payment_yen=1, insurer_name='../a\\b:"*\r\n\u202e会社_')
    assert name == "20260105_1_ab会社_領収書.pdf"


def test_the_important_matters_carry_every_section_plan_and_cost_line(press: TypstPress) -> None:
    text = words(render(press, "important_matters", IMPORTANT_MATTERS))
    for part in IMPORTANT_MATTERS.parts:
        assert part.title.ja in text
        for item in part.sections:
            assert item.heading.ja in text
            assert all(said.ja in text for said in (*item.paragraphs, *item.points))
    assert all(line.name.ja in text and line.explanation.ja in text for line in COST_LINES)
    assert all(figure in text for figure in ("1億円", "3億円", "5億円", "1,000万円", "5,000万円"))


def test_the_disclosure_copy_repeats_questions_answers_versions_and_times(press: TypstPress) -> None:
    text = words(render(press, "disclosure_copy", DISCLOSURE_COPY))
    for question in DISCLOSURE_COPY.questions:
        assert question.wording.ja in text
        assert f"{question.code}第{question.version}版{question.answer.ja}" in text
    for said in (
        "土屋あい子",
        "2027年2月8日13:51",
        "2027年2月8日13:40",
        DIGEST[:12],
        DIGEST[::-1][:12],
        "A-2027-000391",
    ):
        assert said in text


def test_moments_are_printed_as_japans_time(press: TypstPress) -> None:
    late = datetime(2027, 2, 8, 15, 30, tzinfo=UTC)
    assert "2027年2月9日00:30" in words(render(press, "disclosure_copy", replace(DISCLOSURE_COPY, answered_at=late)))


@pytest.mark.parametrize("limit", [0, 500_000, 3_500_000, 50_000_000, 120_000_000, 1_000_000_000, 100_000_000_000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_limit_is_written_as_everywhere_else_and_its_vessel_stays_on_the_paper(
    press: TypstPress, limit: int, language: str
) -> None:
    facts = replace(CERTIFICATE, plan=replace(P100, liability_limit=limit))
    text = words(render(press, "certificate", facts, language))
    written = yen_in_words(limit).in_language(language) if limit else {"ja": "なし", "en": "None"}[language]
    assert "".join(written.split()) in text


@pytest.mark.parametrize("value", [0, 7, 999, 1_000, 64_940, 1_234_567, 100_000_000])
def test_yen_are_written_as_everywhere_else(press: TypstPress, value: int) -> None:
    for language in LANGUAGES:
        assert format_yen(value, language) in words(
            render(press, "receipt", replace(RECEIPT, payment_yen=value), language)
        )


def test_papers_are_made_from_the_published_product(press: TypstPress) -> None:
    folder = Path(__file__).parents[2] / "products" / "cyber" / "2026-12-01"
    product = parse_product(
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    )
    premiums = rate(product, Risk("professional", 48_000_000), date(2027, 3, 1), date(2027, 12, 1))
    plans = tuple(EstimatePlan.of(product.plan(premium.plan_code), premium) for premium in premiums)
    frame = Frame.of(product, DIGEST)
    text = words(render(press, "estimate", replace(ESTIMATE, frame=frame, plans=plans)))
    assert all(figure in text for figure in ("144,630円", "192,840円", "16,070円", "192,836.7324円"))
    matters = replace(
        IMPORTANT_MATTERS,
        frame=frame,
        parts=tuple(MattersPart.of(document) for document in product.wording),
        liability_lines=lines_of(product, "liability"),
        cost_lines=lines_of(product, "cost"),
    )
    for language in LANGUAGES:
        assert len(render(press, "important_matters", matters, language).pages) >= 2


def test_facts_are_plain_json_and_come_back_unchanged(press: TypstPress) -> None:
    for name, facts in PAPERS.items():
        kept = json.loads(json.dumps(facts.as_dict()))
        assert kept == facts.as_dict()
        again = press.render(template=name, facts=kept, language="ja")
        assert again == press.render(template=name, facts=facts.as_dict(), language="ja")


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(CERTIFICATE, made_at=datetime(2027, 2, 8, 14, 2)).as_dict()  # noqa: DTZ001 – what the test is about


def test_exact_yen_have_no_needless_places() -> None:
    given = ("64940", "84422.0", "119035.02", "0.5")
    assert [exact_yen(Fraction(value)) for value in given] == ["64940", "84422", "119035.02", "0.5"]


@pytest.mark.parametrize(("template", "language"), EVERY_PAPER)
def test_the_same_facts_make_the_same_bytes(press: TypstPress, template: str, language: str) -> None:
    facts = PAPERS[template].as_dict()
    first = press.render(template=template, facts=facts, language=language)
    press.render(template="receipt", facts=replace(RECEIPT, payment_yen=1).as_dict(), language="en")
    assert press.render(template=template, facts=dict(reversed(facts.items())), language=language) == first
    assert TypstPress().render(template=template, facts=facts, language=language) == first


def test_another_figure_makes_other_bytes(press: TypstPress) -> None:
    papers = [
        press.render(template="receipt", facts=replace(RECEIPT, payment_yen=yen).as_dict(), language="ja")
        for yen in (1, 2, 3)
    ]
    assert all(one != other for one, other in pairwise(papers))


def test_eight_threads_print_each_its_own_paper(press: TypstPress) -> None:
    kinds = [(name, language) for name in ("certificate", "receipt") for language in LANGUAGES] * 2
    expected = {
        kind: press.render(template=kind[0], facts=PAPERS[kind[0]].as_dict(), language=kind[1]) for kind in kinds
    }

    def ten(kind: tuple[str, str]) -> list[bytes]:
        return [press.render(template=kind[0], facts=PAPERS[kind[0]].as_dict(), language=kind[1]) for _ in range(10)]

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(ten, kinds))
    assert all(paper == expected[kind] for kind, papers in zip(kinds, made, strict=True) for paper in papers)
    assert sum(map(len, made)) == 80


def test_names_keep_the_letters_they_are_written_with(press: TypstPress) -> None:
    name = "髙﨑①㈱𠮷田・辻󠄀ﾊﾝｶｸ"
    text = words(render(press, "receipt", replace(RECEIPT, addressee=name)))
    assert name in text
    assert unicodedata.normalize("NFKC", name) not in text


@pytest.mark.parametrize(("form", "expected"), [("御中", "髙﨑会計事務所御中"), ("様", "髙﨑会計事務所様")])
def test_the_receipt_addresses_firms_and_persons_as_is_due(press: TypstPress, form: str, expected: str) -> None:
    assert expected in words(render(press, "receipt", replace(RECEIPT, honorific=form), "ja"))


def test_a_receipt_from_before_the_form_of_address_was_kept_can_still_be_made(press: TypstPress) -> None:
    facts = {name: fact for name, fact in RECEIPT.as_dict().items() if name not in {"honorific", "keeping_note"}}
    pdf = press.render(template="receipt", facts=facts, language="ja")
    assert "髙﨑会計事務所御中" in words(PdfReader(io.BytesIO(pdf)))
