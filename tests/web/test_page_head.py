"""What pages tell search engines and those who share them: of their own, in both languages, and only where everybody may come."""

from __future__ import annotations

import re
import struct
from datetime import date
from html import unescape
from xml.etree import ElementTree

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.domain.calendar import JAPAN
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.shared import brand, public_pages, share_pictures
from sonae.web.shared.public_pages import LANGUAGES, PAGES, Family
from sonae.web.site import legal
from tests import cast, clock
from tests.architecture.test_access_matrix import FOR_MACHINES, MATRIX, May
from tests.journeys.test_every_page import WITHOUT_A_PICTURE
from tests.web.holdings import give_paid_cover
from tests.web.test_styles import COLOURS

pytestmark = pytest.mark.django_db
ADDRESS = "https://sonae.example"
NOT_TO_BE_FOUND = {"site:parts", "portal:sign_in", "portal:sign_in_code", "portal:sign_out"}
EVERY_PAGE = [(name, language) for name in PAGES for language in LANGUAGES]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _own_address(settings: object) -> None:
    settings.SONAE_SITE_ADDRESS = ADDRESS  # type: ignore[attr-defined]


def head_of(path: str, browser: Client | None = None) -> str:
    return (browser or Client()).get(path).content.decode().partition("</head>")[0]


def metas(head: str) -> dict[str, str]:
    return {
        name: unescape(said) for name, said in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', head)
    }


def links(head: str) -> list[tuple[str, str, str]]:
    """Relation, language, address."""
    return re.findall(r'<link rel="(canonical|alternate)"(?: hreflang="([^"]+)")? href="([^"]+)">', head)


def path_of(name: str, language: str, *parts: str) -> str:
    with override(language):
        return reverse(name, args=parts)


def test_whether_a_page_may_be_found_is_decided_for_every_page() -> None:
    for_everybody = {name for name, row in MATRIX.items() if row.may is May.EVERYBODY}
    pages = for_everybody - FOR_MACHINES - WITHOUT_A_PICTURE - NOT_TO_BE_FOUND
    assert pages == {name for name in for_everybody if public_pages.is_public(name)}
    assert set(PAGES) <= for_everybody


@pytest.mark.parametrize(("name", "language"), EVERY_PAGE)
def test_a_public_page_says_where_it_is_in_each_language_and_how_it_looks_when_shared(
    programme: Programme, name: str, language: str
) -> None:
    head = head_of(path_of(name, language))
    here, ja, en = (f"{ADDRESS}{path_of(name, one)}" for one in (language, "ja", "en"))
    assert links(head) == [
        ("canonical", "", here), ("alternate", "ja", ja), ("alternate", "en", en), ("alternate", "x-default", ja)
    ]  # fmt: skip
    said = metas(head)
    assert said["og:url"] == here
    assert said["og:locale"] == {"ja": "ja_JP", "en": "en_GB"}[language]
    assert said["og:title"] == PAGES[name].in_language(language)  # the picture says what the page is called
    assert unescape(re.findall("<title>(.*)</title>", head)[0]).startswith(said["og:title"])
    assert said["og:description"] == said["description"]
    assert said["twitter:card"] == "summary_large_image"
    assert "robots" not in said
    picture = Client().get(said["og:image"].removeprefix(ADDRESS))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content[:8] == PNG
    assert struct.unpack(">II", picture.content[16:24]) == (int(said["og:image:width"]), int(said["og:image:height"]))
    assert "immutable" in picture.headers["Cache-Control"]


@pytest.mark.parametrize(("language", "least", "most"), [("ja", 40, 140), ("en", 90, 180)])
def test_every_public_page_has_a_title_and_a_description_of_its_own(
    programme: Programme, language: str, least: int, most: int
) -> None:
    heads = [head_of(path_of(name, language)) for name in PAGES]
    titles = [re.findall("<title>(.*)</title>", head)[0] for head in heads]
    descriptions = [metas(head)["description"] for head in heads]
    assert len(set(titles)) == len(set(descriptions)) == len(PAGES)
    assert [one for one in descriptions if not least <= len(one) <= most] == []
    assert [title for title in titles if title.count("Sonae") != 1] == []


@pytest.mark.parametrize(
    "path",
    ["/design/", "/sign-in/", "/premium/?industry=retail&sales=900", "/outside/?sales=900", "/?from=mail",
     "/verify/AAAA/", "/nothing-here/", "/en/design/"],
)  # fmt: skip
def test_what_is_nobodys_or_somebodys_business_alone_is_left_out_by_search_engines(
    programme: Programme, path: str
) -> None:
    head = head_of(path)
    assert metas(head)["robots"] == "noindex"
    assert links(head) == []
    assert "og:image" not in head


@pytest.mark.parametrize("path", [*(path_of(name, "en") for name in PAGES), "/en/verify/{}/"])
def test_no_sentence_ends_twice_after_a_name_that_ends_in_a_full_stop(programme: Programme, path: str) -> None:
    page = Client().get(path.format(give_paid_cover(cast.call_in().member, date(2026, 12, 1)).verification_code))
    assert "Ltd.." not in unescape(re.sub(r"<[^>]+>", "", page.content.decode()))


def test_a_persons_pages_are_left_out(programme: Programme) -> None:
    browser = Client()
    browser.force_login(cast.call_in().owner)
    for path in ("/portal/", "/apply/"):
        assert metas(head_of(path, browser))["robots"] == "noindex"


def test_an_answer_to_a_form_is_left_out(programme: Programme) -> None:
    answer = Client().post("/premium/", {"industry": "", "sales": "?"})
    assert metas(answer.content.decode())["robots"] == "noindex"


def test_what_stands_in_a_title_or_description_stays_text(programme: Programme) -> None:
    head = head_of("/premium/?industry=professional&sales=4800")
    assert head.count("<title>") == 1
    assert "<time" not in head


def test_the_sitemap_lists_every_public_page_in_both_languages(programme: Programme) -> None:
    answer = Client().get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)  # noqa: S314  # our own answer
    listed = [entry.findtext(f"{SITEMAP}loc") for entry in root]
    single = [f"{ADDRESS}{path_of(name, language)}" for name, language in EVERY_PAGE]
    assert listed[: len(single)] == single
    product = current_product(clock.now().astimezone(JAPAN).date(), published_versions())
    assert product is not None
    slugs = [("question", asked.slug) for asked in product.answered_questions]
    slugs += [("legal_page", page.slug) for page in legal.PAGES]
    assert listed[len(single) :] == [
        f"{ADDRESS}{path_of(f'site:{name}', language, slug)}" for name, slug in slugs for language in LANGUAGES
    ]
    for entry in root:
        ways = {link.get("hreflang"): link.get("href") for link in entry if link.tag.endswith("link")}
        assert set(ways) == {"ja", "en", "x-default"}
        assert entry.findtext(f"{SITEMAP}loc") in {ways["ja"], ways["en"]}
    for address in listed:
        assert address
        head = head_of(address.removeprefix(ADDRESS))
        assert ("canonical", "", address) in links(head)


def test_pages_with_parts_of_their_own_join_the_sitemap_and_have_a_head(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_address(product: Product) -> list[dict[str, str]]:
        return [{"name": product.plans[0].code.lower()}]

    monkeypatch.setitem(public_pages.FAMILIES, "site:icon", Family("site:calculator", one_address))
    assert f"<loc>{ADDRESS}/en/icons/p100.png</loc>" in Client().get("/sitemap.xml").content.decode()
    assert public_pages.is_public("site:icon")
    assert public_pages.picture_of("site:icon") == "site:calculator"


def test_before_a_product_is_published_the_sitemap_stands(db: None) -> None:
    assert Client().get("/sitemap.xml").content.decode().count("<loc>") == 2 * len(PAGES)


def test_robots_are_shown_the_sitemap(db: None) -> None:
    assert f"\nSitemap: {ADDRESS}/sitemap.xml\n" in Client().get("/robots.txt").content.decode()


def test_the_address_is_the_sites_own_whatever_name_it_was_asked_under(programme: Programme) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        page = Client(headers={"host": "mirror.example"}).get("/").content.decode()
    assert "mirror.example" not in page


def test_an_older_picture_leads_to_the_one_of_today(db: None) -> None:
    answer = Client().get("/share/calculator-en-0123456789.png")
    assert (answer.status_code, answer.headers["Location"]) == (
        302, share_pictures.share_address("site:calculator", "en")
    )  # fmt: skip


@pytest.mark.parametrize("name", ["nothing-ja-1", "home-fr-1", "home", "home-ja", "-", "home-ja-en-1"])
def test_a_picture_of_nothing_is_not_there(db: None, name: str) -> None:
    assert Client().get(f"/share/{name}.png").status_code == 404


def test_another_title_gives_the_picture_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    before = share_pictures.share_version("site:home")
    share_pictures.share_version.cache_clear()
    assert share_pictures.share_version("site:home") == before
    share_pictures.share_version.cache_clear()
    monkeypatch.setitem(PAGES, "site:home", Text("別の題", "Another title"))
    assert share_pictures.share_version("site:home") != before
    share_pictures.share_version.cache_clear()


def test_the_street_of_the_picture_needs_no_file_beside_it() -> None:
    drawing = share_pictures.street()
    assert "var(--" not in drawing
    assert "fill: #00687c" in drawing
    ElementTree.fromstring(drawing)  # noqa: S314  # our own drawing


@pytest.mark.parametrize(("name", "size"), [("mark-192", 192), ("mark-512", 512), ("cut-192", 192), ("cut-512", 512)])
def test_an_icon_has_the_size_that_it_says(db: None, name: str, size: int) -> None:
    answer = Client().get(f"/icons/{name}.png")
    assert answer.content[:8] == PNG
    assert struct.unpack(">II", answer.content[16:24]) == (size, size)


def test_the_icons_that_browsers_look_for_are_there(db: None) -> None:
    ico = Client().get("/favicon.ico").content
    kind, count = struct.unpack("<HH", ico[2:6])
    width, height, length, place = ico[6], ico[7], *struct.unpack("<II", ico[14:22])
    assert (kind, count, width, height, len(ico)) == (1, 1, 48, 48, place + length)
    assert ico[place : place + 8] == PNG
    apple = Client().get("/apple-touch-icon.png").content
    assert struct.unpack(">II", apple[16:24]) == (180, 180)
    assert Client().get("/icons/other.png").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_manifest_names_icons_that_are_there(db: None, prefix: str) -> None:
    answer = Client().get(f"{prefix}/site.webmanifest")
    facts = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert facts["start_url"] == f"{prefix}/"
    for one in facts["icons"]:
        assert Client().get(one["src"]).status_code == 200
    assert {one["purpose"] for one in facts["icons"]} == {"any", "maskable"}


def test_the_colours_outside_the_style_sheets_are_the_tokens() -> None:
    assert (COLOURS["accent"], COLOURS["plaster"]) == (brand.THEME, brand.GROUND)
