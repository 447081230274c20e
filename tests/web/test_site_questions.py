"""Questions and answers: all on one page, each on its own, found by words; what is typed can do no harm."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme
from sonae.domain.product.explanations import AnsweredQuestion
from sonae.domain.product.parse import parse_product
from sonae.domain.word_search import LONGEST_QUERY
from tests.domain.versions import AFTER, files_of, product

pytestmark = pytest.mark.django_db
ASKED = product().answered_questions
VOID = {"input", "meta", "link", "br", "img", "path", "circle", "rect", "line", "wbr"}


def page(client: Client, address: str = "/questions/", **typed: str) -> str:
    response = client.get(address, typed)
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")] if "<main" in html else html


def words_of(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))))


class Microdata(HTMLParser):
    """The items of a page as a search engine reads them: type, and properties that are texts or items."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[dict[str, Any]] = []
        self.open: list[tuple[str, str, dict[str, Any] | None]] = []  # tag, itemprop, item
        self.texts: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = dict(attrs)
        item: dict[str, Any] | None = {"type": given["itemtype"]} if "itemscope" in given else None
        self.open.append((tag, given.get("itemprop") or "", item))
        self.texts.append([])

    def handle_data(self, data: str) -> None:
        for texts in self.texts:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        _, name, item = self.open.pop()
        text = re.sub(r"\s+", " ", "".join(self.texts.pop())).strip()
        around = next((one for _, _, one in reversed(self.open) if one is not None), None)
        if name and around is not None:
            around.setdefault(name, []).append(item if item is not None else text)
        elif item is not None:
            self.items.append(item)


def items_of(html: str) -> list[dict[str, Any]]:
    reader = Microdata()
    reader.feed(f"{html}</main>")
    assert reader.open == []
    return reader.items


def as_item(asked: AnsweredQuestion, language: str) -> dict[str, object]:
    """What has to be read; without blanks, because there is no letter between paragraphs."""
    answer = "".join(one.in_language(language) for one in asked.answer).replace(" ", "")
    return {
        "type": "https://schema.org/Question",
        "name": [asked.question.in_language(language)],
        "acceptedAnswer": [{"type": "https://schema.org/Answer", "text": [answer]}],
    }


def read_question(item: Any) -> dict[str, object]:
    answer = item["acceptedAnswer"][0]
    answer["text"] = [text.replace(" ", "") for text in answer["text"]]
    return dict(item)


# --- all questions


@pytest.mark.parametrize(("address", "language"), [("/questions/", "ja"), ("/en/questions/", "en")])
def test_the_visible_text_is_marked_for_search_engines(
    client: Client, programme: Programme, address: str, language: str
) -> None:
    (whole,) = items_of(page(client, address))
    assert whole["type"] == "https://schema.org/FAQPage"
    assert [read_question(one) for one in whole["mainEntity"]] == [as_item(asked, language) for asked in ASKED]
    assert len(whole["mainEntity"]) == 31


def test_every_question_stands_in_its_group_and_leads_to_its_own_page(client: Client, programme: Programme) -> None:
    html = page(client)
    assert re.findall(r'<h2 id="group-(\w+)">', html) == [
        "cover",
        "premium",
        "joining",
        "incident",
        "renewal",
        "security",
    ]
    assert re.findall(r'href="/questions/([a-z0-9-]+)/"', html) == [asked.slug for asked in ASKED]


def test_each_of_the_programmes_own_questions_is_on_the_first_page_too(client: Client, programme: Programme) -> None:
    first = page(client, "/")
    shown = first[first.index('id="questions"') :]
    chosen = [asked for asked in ASKED if asked.on_first_page]
    assert len(chosen) == 8
    assert [unescape(one) for one in re.findall(r"<summary>(.*?)</summary>", shown)] == [
        one.question.ja for one in chosen
    ]
    for asked in chosen:
        assert all(paragraph.ja in words_of(shown) for paragraph in asked.answer)


def test_what_is_not_published_is_said_and_somebody_is_named_to_ask(client: Client, programme: Programme) -> None:
    silent = [one for one in ASKED if any("公表されて" in text.ja or "公表された" in text.ja for text in one.answer)]
    assert {one.slug for one in silent} >= {"deductible", "cancelling-early", "when-is-money-paid", "how-limits-work"}
    names = ("東京海上日動火災保険株式会社", "株式会社NTTRiskManager")
    for asked in silent:
        assert any(name in text.ja for text in asked.answer for name in names), asked.slug


# --- search


def found(client: Client, typed: str, prefix: str = "") -> list[str]:
    html = page(client, f"{prefix}/questions/", q=typed)
    return re.findall(r'<h3><a href="(?:/en)?/questions/([a-z0-9-]+)/"', html)


@pytest.mark.parametrize("typed", ["カード", "ｶｰﾄﾞ", "かーど", "　カード　", "ｶｰど"])
def test_a_word_is_found_in_every_way_of_writing_it(client: Client, programme: Programme, typed: str) -> None:
    assert found(client, typed) == ["card-number", "how-to-pay", "when-cover-starts"]


def test_a_hit_in_the_question_stands_before_a_hit_in_an_answer(client: Client, programme: Programme) -> None:
    slugs = found(client, "解約")
    assert slugs[0] == "cancelling-early"
    assert "is-there-cooling-off" in slugs


def test_every_word_has_to_be_there(client: Client, programme: Programme) -> None:
    assert found(client, "カード 保存") == ["card-number"]
    assert found(client, "card kept", "/en") == ["card-number"]


def test_hits_are_marked_and_counted_in_words(client: Client, programme: Programme) -> None:
    html = page(client, q="ｶｰﾄﾞ")
    assert "「ｶｰﾄﾞ」を含む質問が3件あります" in words_of(html)
    assert html.count("<mark>カード</mark>") == 5
    assert "1 question with “kept” and “card”" in words_of(page(client, "/en/questions/", q="kept card"))


def test_a_sentence_is_looked_for_by_its_main_words_and_the_page_says_so(client: Client, programme: Programme) -> None:
    html = page(client, q="カードの番号を保存しますか")
    assert re.findall(r'<h3><a href="/questions/([a-z0-9-]+)/"', html) == ["card-number"]
    assert "そのままの形では見つからないため、おもな言葉で探しました。" in words_of(html)
    assert "「カード」と「番号」と「保存」を含む質問が1件あります" in words_of(html)


def test_nothing_found_leads_to_the_telephone_and_to_all_questions(client: Client, programme: Programme) -> None:
    html = page(client, q="自転車")
    assert "「自転車」を含む質問は見つかりませんでした" in words_of(html)
    shown = html[html.index('class="nothing-found') :]
    assert 'href="tel:0120008588"' in shown
    assert 'href="#all-questions"' in shown
    assert html.count("<details") == len(ASKED)


@pytest.mark.parametrize("typed", ["", "   ", "　　", "\x00", "\u202e"])
def test_nothing_typed_shows_all_questions(client: Client, programme: Programme, typed: str) -> None:
    html = page(client, q=typed)
    assert html.count("<details") == len(ASKED)
    assert "見つかりません" not in words_of(html)


@pytest.mark.parametrize("typed", ["。、？", "「」", "()"])
def test_stops_alone_find_nothing(client: Client, programme: Programme, typed: str) -> None:
    assert "見つかりませんでした" in words_of(page(client, q=typed))


def test_too_much_is_said_to_be_too_much_and_all_questions_stay(client: Client, programme: Programme) -> None:
    html = page(client, q="あ" * (LONGEST_QUERY + 1))
    assert f"長すぎて探せません。{LONGEST_QUERY}文字までで入れてください。" in words_of(html)
    assert html.count("<details") == len(ASKED)
    assert len(page(client, q="あ" * 50_000)) < 2 * len(page(client))


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ settings }}",
        "</title><script>",
        "' OR 1=1 --",
        "%s%d",
        "\\",
    ],
)
def test_what_is_typed_is_shown_as_text_and_nothing_else(client: Client, programme: Programme, typed: str) -> None:
    html = client.get("/questions/", {"q": typed}).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert f'value="{typed}"' in html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace(
        "&#x27;", "'"
    )
    (title,) = re.findall(r"<title>(.*?)</title>", html, re.DOTALL)
    assert "<" not in title


def test_a_search_is_kept_out_of_search_engines_and_the_page_is_not(client: Client, programme: Programme) -> None:
    assert 'content="noindex"' in client.get("/questions/?q=a").content.decode()
    assert 'content="noindex"' not in client.get("/questions/").content.decode()


def test_htmx_gets_the_part_that_changes_and_the_count_to_be_read_out(client: Client, programme: Programme) -> None:
    answer = client.get("/questions/", {"q": "カード"}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "<html" not in html
    assert html.startswith('<div id="found"')
    assert '<p data-hx-swap-oob="innerHTML:#search-status">「カード」を含む質問が3件あります' in html
    assert "HX-Request" in answer.headers["Vary"]


# --- one question


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.slug)
def test_each_question_has_a_page_that_search_engines_can_read(
    client: Client, programme: Programme, asked: AnsweredQuestion
) -> None:
    address = f"/questions/{asked.slug}/"
    (whole,) = items_of(page(client, address))
    assert [read_question(one) for one in whole["mainEntity"]] == [as_item(asked, "ja")]
    title = re.findall(r"<title>(.*?)</title>", client.get(address).content.decode(), re.DOTALL)[0]
    assert unescape(title).startswith(asked.question.ja)


def test_a_question_leads_on_within_its_group_to_related_ones_and_to_the_telephone(
    client: Client, programme: Programme
) -> None:
    html = page(client, "/questions/how-limits-work/")
    related = html[
        html.index('aria-labelledby="related"') : html.index("</nav>", html.index('aria-labelledby="related"'))
    ]
    assert re.findall(r'href="([^"]+)"', related) == [
        "/questions/free-or-paid/",
        "/questions/deductible/",
        "/questions/exact-terms/",
    ]
    assert re.findall(r'rel="(\w+)" href="([^"]+)"', html) == [
        ("prev", "/questions/what-is-paid/"),
        ("next", "/questions/lost-profit-ransom-theft/"),
    ]
    assert "お探しの答えとちがうときは" in words_of(html)
    assert 'href="tel:0120008588"' in html


def test_the_first_and_the_last_of_a_group_lead_in_one_direction(client: Client, programme: Programme) -> None:
    assert re.findall(r'rel="(\w+)"', page(client, "/questions/free-or-paid/")) == ["next"]
    assert re.findall(r'rel="(\w+)"', page(client, "/questions/exact-terms/")) == ["prev"]


@pytest.mark.parametrize(
    "path",
    [
        "no-such-question/",
        "Free-Or-Paid/",
        "free_or_paid/",
        "free-or-paid-/",
        "free-or-paid/more/",
        "/evil.example/",
        "%2F%2Fevil.example/",
    ],
)
def test_an_address_without_a_question_is_not_found(client: Client, programme: Programme, path: str) -> None:
    assert client.get(f"/questions/{path}").status_code == 404


def test_an_address_without_its_stroke_leads_to_the_page_and_nowhere_else(client: Client, programme: Programme) -> None:
    answer = client.get("/questions/how-to-pay")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/questions/how-to-pay/")
    assert client.get("/questions//evil.example").status_code == 404


def test_every_address_that_was_given_out_still_leads_somewhere() -> None:
    """Both shipped versions answer the same addresses, so that none is lost when the newer one takes effect."""
    before = parse_product(files_of("2025-12-01"))
    assert {one.slug for one in before.answered_questions} <= {one.slug for one in ASKED}
    assert product() == parse_product(files_of(AFTER))
