"""The statements: parties, solicitation, privacy, accessibility, terms and cookies, each as the product or the settings say."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from sonae.apps.programmes.models import Programme
from sonae.domain.product.texts import InformationText, WordingSection
from sonae.domain.text import Text
from sonae.web.shared.kept_pages import KEPT
from sonae.web.site import legal
from sonae.web.site.cookies import cookies_in_use
from sonae.web.site.judged import FILE, Judged, last_judged, read_judged
from tests import cast
from tests.domain.versions import product
from tests.web.applicant import Applicant

pytestmark = pytest.mark.django_db
TEMPLATES = Path(legal.__file__).with_name("templates") / "site"
LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])
SLUGS = ["parties", "solicitation", "privacy", "commerce", "accessibility", "cookies"]


def shown(client: Client, slug: str, language: str = "ja") -> str:
    """The main part as text, without white space: a line may end anywhere."""
    answer = client.get(f"{'/en' if language == 'en' else ''}/legal/{slug}{'/' if slug else ''}")
    assert answer.status_code == 200
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return squeezed(unescape(re.sub(r"<[^>]+>", "", main)))


def squeezed(text: str) -> str:
    return "".join(text.split())


def every_text(text: InformationText) -> list[Text]:
    def parts(section: WordingSection) -> tuple[Text, ...]:
        return (section.heading, *section.paragraphs, *section.points)

    return [text.title, text.lead, *(part for section in text.sections for part in parts(section))]


def test_the_pages_are_the_six_that_are_promised() -> None:
    assert [page.slug for page in legal.PAGES] == SLUGS


@LANGUAGES
def test_the_list_leads_to_every_statement(client: Client, programme: Programme, language: str) -> None:
    prefix = "/en" if language == "en" else ""
    html = client.get(f"{prefix}/legal/").content.decode()
    assert re.findall(rf'href="{prefix}/legal/(\w+)/"', html[html.index("<main") : html.index("</main>")]) == SLUGS


@LANGUAGES
@pytest.mark.parametrize("slug", ["parties", "solicitation", "commerce", "privacy"])
def test_a_statement_of_the_product_is_shown_word_for_word(
    client: Client, programme: Programme, slug: str, language: str
) -> None:
    text = product().wording_document(slug) if slug == "privacy" else product().information_text(slug)
    page = shown(client, slug, language)
    assert [part.en for part in every_text(text) if squeezed(part.in_language(language)) not in page] == []


@LANGUAGES
def test_the_parties_stand_with_role_name_and_duty(client: Client, programme: Programme, language: str) -> None:
    page = shown(client, "parties", language)
    for party in product().parties:
        row = "".join(squeezed(text.in_language(language)) for text in (party.role_name, party.name, party.duty))
        assert row in page
    said = {"ja": "引き受けるのは東京海上日動火災保険株式会社だけです", "en": "istheonlyinsurer"}[language]
    assert said in page


@LANGUAGES
def test_the_terms_name_payment_start_and_cancellation_from_the_product(
    client: Client, programme: Programme, language: str
) -> None:
    page = shown(client, "commerce", language)
    calendar, payment = product().calendar, product().payment
    for brand in payment.brands:
        assert squeezed(brand.name) in page
    assert squeezed(payment.frequency_name.in_language(language)) in page
    expected = {
        "ja": f"{calendar.application_deadline_day}日までに",
        "en": f"bythe{calendar.application_deadline_day}th",
    }
    assert expected[language] in page
    assert {"ja": "クーリング・オフの対象外", "en": "nocooling-off"}[language] in page


def test_privacy_is_the_very_text_that_is_agreed_to_without_its_sentence_of_consent(
    client: Client, programme: Programme
) -> None:
    assert squeezed(product().wording_document("privacy").consent.ja) not in shown(client, "privacy")


@pytest.mark.parametrize("slug", ["nothing", "Parties", "judged", "x" * 5000])
def test_an_unknown_statement_is_not_found(client: Client, programme: Programme, slug: str) -> None:
    assert client.get(f"/legal/{slug}/").status_code == 404


@pytest.mark.parametrize("slug", ["", *SLUGS])
def test_before_anything_is_published_the_pages_say_so(client: Client, db: None, slug: str) -> None:
    assert "ただいま準備中です" in shown(client, slug)


def test_no_template_of_these_pages_carries_a_figure_a_name_or_a_number_of_the_product() -> None:
    facts = {party.name.ja for party in product().parties} | {party.name.en for party in product().parties}
    facts |= {product().contact.phone, *(service.phone for service in product().services if service.phone)}
    facts |= {brand.name for brand in product().payment.brands}
    for template in (*(TEMPLATES / "legal").iterdir(), TEMPLATES / "legal.html", TEMPLATES / "documents.html"):
        source = template.read_text()
        assert [fact for fact in facts if fact in source] == []
        assert re.findall(r"[\d,]+\s*(?:円|万|億|yen)|¥\s*\d|\d+年\d+月", source) == []


def test_an_untested_site_does_not_claim_a_test(client: Client, programme: Programme, monkeypatch: object) -> None:
    assert read_judged(FILE.with_name("no-such-file.json")) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(legal, "last_judged", lambda: None)
        assert "すべてのページの試験は、まだ行っていません" in shown(client, "accessibility")
        assert "havenotbeentestedyet" in shown(client, "accessibility", "en")


def test_the_last_test_is_told_with_its_day_and_findings(client: Client, programme: Programme, tmp_path: Path) -> None:
    file = tmp_path / "judged.json"
    file.write_text(json.dumps({"date": "2026-11-20", "pages": 123, "axe_findings": 4, "checker_findings": 0}))
    judged = read_judged(file)
    assert judged == Judged(date(2026, 11, 20), 123, 4, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(legal, "last_judged", lambda: judged)
        page = shown(client, "accessibility")
        assert "2026年11月20日" in page
        assert "試験した画面123axeの指摘4件HTMLなどの検査の指摘0件" in page
        assert "20November2026" in shown(client, "accessibility", "en")


@pytest.mark.parametrize("content", ["{}", "[]", '{"date": "today", "pages": 1}', "not json"])
def test_a_result_that_can_not_be_read_is_an_error_and_no_clean_bill(tmp_path: Path, content: str) -> None:
    file = tmp_path / "judged.json"
    file.write_text(content)
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_judged(file)


def test_what_is_shipped_can_be_read() -> None:
    assert last_judged() == read_judged(FILE)


def test_the_cookies_are_listed_under_the_names_and_for_the_time_of_the_settings(
    client: Client, programme: Programme
) -> None:
    page = shown(client, "cookies")
    assert "sessionid" in page
    assert f"{settings.SESSION_COOKIE_AGE // 3600}時間" in page
    assert f"{settings.CSRF_COOKIE_AGE // 86400}日" in page
    with override_settings(SESSION_COOKIE_NAME="__Host-session", SESSION_COOKIE_AGE=7200):
        KEPT.forget()  # settings stand still while a server runs
        changed = shown(client, "cookies")
        assert "__Host-session" in changed
        assert "2時間" in changed


def test_the_cookies_that_are_set_are_those_that_are_listed(programme: Programme) -> None:
    people = cast.call_in()
    visitor = Client()
    for address in ("/", "/premium/?industry=retail&sales=900", "/outside/", "/documents/", "/legal/", "/sign-in/"):
        visitor.get(address)
        visitor.get(f"/en{address}")
    visitor.post("/sign-in/", {"email": cast.VISITOR})
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    applicant.client.post(f"{applicant.base}documents/overview/")
    set_here = {name for browser in (visitor, applicant.client) for name in browser.cookies}
    assert set_here == {cookie.name for cookie in cookies_in_use()}
