"""F25: 50,000 letters in every field of every page, and requests that no browser makes. Refused in words, kept nowhere."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from sonae.web.api.card_hooks import LARGEST_BODY
from sonae.web.portal import payment_views
from tests import cast
from tests.web.all_pages import PAGES, PREVIEWED, forms_opened
from tests.web.memory_gateway import MemoryGateway
from tests.web.page_forms import PageForm

pytestmark = pytest.mark.django_db
LONG = 50_000
SECONDS = 0.2  # of processor time for one field, its whole page included
BOMBS = {
    "letters": "a" * LONG,
    "digits": "9" * LONG,
    "units": "万億" * (LONG // 2),
    "grows when it is normalised": "ﷺ" * LONG,  # eighteen letters each in NFKC
    "marks upon marks": "e" + "\u0301" * LONG,
    "turned around": "\u202e" * LONG,
    "line ends": "\r\n" * (LONG // 2),
    "blanks": " " * LONG + "x",
    "an address without end": "a@" * (LONG // 2),
    "nought": "\x00" * LONG,
    "pictures": "💥" * LONG,
}


@pytest.fixture(autouse=True)
def _card_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that answers whoever goes on to the card page."""
    processor = MemoryGateway()
    monkeypatch.setattr(payment_views, "card_gateway", lambda: processor)


def kept_anywhere(text: str) -> list[str]:
    """The columns in which such a run stands. Texts and JSON of all tables are searched."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb')"""
        )
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE strpos("{column}"::text, %s) > 0',
                [text],
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
        return found


@pytest.mark.parametrize("page", PAGES)
def test_a_field_takes_no_time_however_much_is_typed(programme: object, page: str) -> None:
    browser, address = PAGES[page]()
    for form in forms_opened(page, browser, address):
        for name in form.controls:
            took = []
            for bomb in ("letters", "digits", "grows when it is normalised"):
                began = time.process_time()
                answer = form.send(browser, **{name: BOMBS[bomb]})
                took.append(time.process_time() - began)
                assert answer.status_code < 500, (name, bomb)
            assert statistics.median(took) < SECONDS, (name, took)


@pytest.mark.parametrize("page", PAGES)
def test_far_too_much_text_is_refused_and_kept_nowhere(programme: object, page: str) -> None:
    browser, address = PAGES[page]()
    for bomb in BOMBS.values():
        with transaction.atomic():
            for form in forms_opened(page, browser, address):
                answer = form.send(browser, **form.filled(bomb))
                assert answer.status_code < 500
                taken = (
                    answer.status_code == 302 and len(bomb.strip()) == 1
                )  # a form that asks for nothing but a reason
                if form.typed and form.method == "post" and answer.status_code not in {400, 404, 409} and not taken:
                    assert says_what_is_wrong(answer, form)
            if "\x00" not in bomb:  # a letter that PostgreSQL can't keep at all
                assert kept_anywhere(bomb[:100]) == []
            transaction.set_rollback(True)  # the next one finds everything as it was


@pytest.mark.parametrize("page", PREVIEWED)
def test_the_preview_of_an_act_is_among_what_is_sent(programme: object, page: str) -> None:
    (form,) = (one for one in forms_opened(page, *PAGES[page]()) if one.is_preview)
    of_a_cover = {"form_key", "preview_seq", "preview_difference"} if page != "desk write-off" else set()
    carried = {"form_key", "text"} if page == "desk answer" else {"seen", *of_a_cover}
    assert {"action", *carried} <= set(form.controls)


def test_what_is_kept_would_be_found(programme: object) -> None:
    cast.enter_member("10000017", "basic", "a" * 100)
    assert kept_anywhere("a" * 100) == ["parties_membershipfact.name"]


def says_what_is_wrong(answer: Any, form: PageForm) -> bool:
    """An error page of the form, with the words beside a field that was typed into."""
    html = answer.content.decode()
    return answer.status_code == 422 and any(f'id="id_{name}' in html for name in form.typed) and 'class="error' in html


ODD_BODIES = {
    "deep": "[" * 9_000,
    "deep and closed": "[" * 4_500 + "]" * 4_500,
    "deep objects": '{"a":' * 1_900,
    "far too deep": "[" * 100_000,
    "endless": '{"industry":"retail","annual_sales":1e309}',
    "no number": '{"industry":"retail","annual_sales":NaN}',
    "five thousand digits": '{"industry":"retail","annual_sales":' + "9" * 5_000 + "}",
    "a long exponent": '{"industry":"retail","annual_sales":1e-999999999}',
    "half a letter": '{"industry":"\\ud800","annual_sales":5000000}',
    "nought": '{"industry":"\\u0000","annual_sales":5000000}',
    "long": json.dumps({"industry": "a" * LONG, "annual_sales": "9" * LONG, "start_on": "2" * LONG}),
    "many names": json.dumps({f"field{number}": number for number in range(20_000)}),
    "a list": "[1, 2, 3]",
    "a text": '"retail"',
    "nothing": "",
    "not UTF-8": "é".encode("latin-1"),
    "UTF-16": '{"industry":"retail","annual_sales":5000000}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_the_api_refuses_a_body_that_is_no_question(programme: object, body: str | bytes) -> None:
    answer = Client().post("/api/v1/quotes", body, content_type="application/json")
    assert answer.status_code in {400, 413, 415, 422}
    assert answer.headers["Content-Type"].startswith("application/json")
    assert len(answer.content) < 20_000  # what was sent is not sent back whole


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_a_webhook_without_a_signature_is_refused_before_it_is_read(programme: object, body: str | bytes) -> None:
    for header in ({}, {"Sandbox-Signature": "t=" + "9" * LONG}, {"Sandbox-Signature": "t=1,v1=" + "é" * 99}):
        answer = Client().post("/hooks/card/sandbox_card/", body, content_type="application/json", headers=header)
        assert answer.status_code == (413 if len(body) > LARGEST_BODY else 400)


@pytest.mark.parametrize("page", ["/", "/premium/", "/sign-in/", "/portal/", "/apply/"])
@pytest.mark.parametrize(
    "header", ["Accept-Language", "User-Agent", "Referer", "X-Forwarded-For", "Cookie", "HX-Request"]
)
def test_a_header_without_end_breaks_no_page(programme: object, page: str, header: str) -> None:
    for value in ("a" * LONG, "ja;q=" + "9" * LONG, "," * LONG, "sessionid=" + "é" * 999):
        assert Client().get(page, headers={header: value}).status_code in {200, 302}


@pytest.mark.parametrize("host", ["evil.example", "a" * 300, "[::1", "127.0.0.1 evil"])
def test_a_host_that_is_not_ours_is_refused(programme: object, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    assert Client().get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "before",
    [
        "/quotes/",
        "/verify/",
        "/consultation/",
        "/apply/",
        "/portal/papers/",
        "/hooks/card/",
        "/papers/",
        "/questions/",
        "/",
    ],
)
@pytest.mark.parametrize("part", ["a" * LONG, "9" * LONG, "%00", "%ff%fe", "..%2f" * 900, "%F0%9F%92%A5" * 900])
def test_an_address_that_nobody_made_leads_nowhere(programme: object, before: str, part: str) -> None:
    assert Client().get(f"{before}{part}/").status_code in {302, 404, 405}


def test_more_fields_than_any_form_has_are_refused(programme: object) -> None:
    assert Client().post("/sign-in/", {f"field{number}": "" for number in range(301)}).status_code == 400


def test_a_body_above_the_limit_is_refused(programme: object) -> None:
    answer = Client().post("/sign-in/", {"email": "a" * 1_000_001})
    assert answer.status_code == 400
