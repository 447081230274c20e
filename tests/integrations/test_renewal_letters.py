"""The letters about the next scheme year say the waterfall to the yen, lead to the page of renewal, and name every next step."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import zxingcpp
from pypdf import PdfReader

from sonae.apps.documents.facts import Facts
from sonae.apps.renewal.letter import OfferFacts
from sonae.integrations.typst.press import TypstPress
from tests.integrations.page_pictures import grey_pixels
from tests.integrations.papers_cast import RENEWAL_OFFER, RENEWAL_REFUSED

OWN = RENEWAL_OFFER.own
assert isinstance(OWN, OfferFacts)


@pytest.fixture(scope="module")
def press() -> TypstPress:
    return TypstPress()


def words(press: TypstPress, template: str, facts: Facts, language: str = "ja") -> str:
    pdf = press.render(template=template, facts=facts.as_dict(), language=language)
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_offer_says_both_premiums_and_every_step(press: TypstPress) -> None:
    said = words(press, "renewal_offer", RENEWAL_OFFER)
    for figure in (
        "64,940円",
        "+26,630円",
        "−22,900円",
        "+13,740円",
        "+51,090円",
        "133,500円",
        "91,570円",
        "68,670円",
        "82,410円",
    ):
        assert figure in said, figure
    assert "差+68,560円" in said
    assert "9か月分" in said
    assert "2026年11月20日まで" in said
    assert "2026年12月31日" in said
    english = words(press, "renewal_offer", RENEWAL_OFFER, "en")
    assert "−¥22,900" in english
    assert "covered for 9 months".replace(" ", "") in english


def test_a_step_without_effect_says_nought_and_a_whole_year_says_nothing_of_months(press: TypstPress) -> None:
    still = tuple(replace(step, difference=0) for step in OWN.steps)
    own = replace(OWN, steps=still, annual_premium=64_940, annual_premium_before=64_940, months_before=12)
    said = words(press, "renewal_offer", replace(RENEWAL_OFFER, own=own))
    assert "か月分" not in said
    assert said.count("0円64,940円") >= 4  # difference and yen so far, step by step


def test_the_code_leads_to_the_page_of_renewal(press: TypstPress) -> None:
    pages = press.draw(template="renewal_offer", facts=RENEWAL_OFFER.as_dict(), language="ja")
    read = [code.text for page in pages for code in zxingcpp.read_barcodes(grey_pixels(page))]
    assert read == ["https://sonae.example/portal/renewal/C2025-000391-7/"]


def test_who_gets_no_offer_reads_every_reason_and_whom_to_call(press: TypstPress) -> None:
    said = words(press, "renewal_refused", RENEWAL_REFUSED)
    assert "申告売上高が1億円以上" in said
    assert "医療機関" in said
    assert said.count("別のサイバー保険をご案内します") == 1  # two reasons with the same next step say it once
    assert "0120-008588" in said
    assert "2026年12月1日午後4時" in said


def test_the_quick_way_to_write_an_offer_down_says_the_same_as_the_general_one() -> None:
    assert OWN.as_dict() == Facts.as_dict(OWN)
    assert list(OWN.as_dict()) == list(Facts.as_dict(OWN))
