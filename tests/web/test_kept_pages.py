"""Pages that are kept: the same bytes, never a person's, never a token, never yesterday's; and what is packed on its way."""

from __future__ import annotations

import gzip
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.use_cases.open_scheme_year import open_scheme_year
from sonae.domain.calendar import JAPAN
from sonae.web.shared import kept_pages
from sonae.web.shared.compression import takes_gzip
from sonae.web.shared.kept_pages import KEPT, kept_page
from sonae.web.site import first_page
from tests import cast, clock
from tests.web.applicant import Applicant

pytestmark = pytest.mark.django_db
PACKED = {"accept-encoding": "gzip, br"}
KEPT_ADDRESSES = [
    *("/", "/en/", "/premium/", "/en/premium/", "/cover/", "/incident-costs/", "/questions/", "/questions/how-to-pay/"),
    *("/documents/", "/emergency/", "/legal/", "/legal/privacy/"),
]


@pytest.fixture
def drawn(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that the first page is drawn, in which language."""
    times: list[str] = []
    before = first_page.render

    def count(request: HttpRequest, *given: Any) -> HttpResponse:
        times.append(request.path)
        return before(request, *given)

    monkeypatch.setattr(first_page, "render", count)
    return times


@pytest.mark.parametrize("address", KEPT_ADDRESSES)
def test_a_kept_page_is_what_would_be_drawn(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    first, second = Client().get(address), Client().get(address)
    monkeypatch.setattr(kept_pages, "is_a_strangers", lambda request: False)
    drawn_now = Client().get(address)
    assert first.content == second.content == drawn_now.content
    for header in ("Content-Type", "Content-Language", "Content-Security-Policy"):
        assert second.headers[header] == drawn_now.headers[header]
    assert {"Cookie", "Accept-Encoding"} <= set(second.headers["Vary"].split(", "))


def test_a_page_is_drawn_once_for_each_language(drawn: list[str]) -> None:
    for address in ("/", "/en/", "/", "/en/", "/"):
        Client().get(address)
    assert drawn == ["/", "/en/"]


def test_a_new_day_draws_anew(drawn: list[str]) -> None:
    Client().get("/")
    with clock.at(clock.now() + timedelta(days=1)):
        Client().get("/")
    assert drawn == ["/", "/"]


def test_a_scheme_year_that_is_opened_draws_anew(drawn: list[str]) -> None:
    Client().get("/")
    open_scheme_year(programme="cyber", on=date(2027, 12, 1), actor="system:test", now=clock.now())
    Client().get("/")
    assert drawn == ["/", "/"]


def test_while_no_year_says_which_product_rules_nothing_is_kept(db: None) -> None:
    assert Client().get("/").status_code == 200
    assert len(KEPT) == 0


def test_a_persons_page_is_neither_kept_nor_taken_from_what_is_kept(drawn: list[str]) -> None:
    Client().get("/")
    browser = Client()
    browser.force_login(cast.call_in().owner)
    page = browser.get("/")
    assert "加入者ページ" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers
    assert drawn == ["/", "/"]
    assert "加入者ログイン" in Client().get("/").content.decode()
    assert len(KEPT) == 1


@pytest.mark.parametrize(
    ("address", "headers"),
    [("/?x=1", {}), ("/", {"cookie": "messages=waiting"}), ("/", {"cookie": "sessionid=made-up"}), ("/", {"hx-request": "true"})],
)  # fmt: skip
def test_whoever_is_no_stranger_gets_a_page_of_their_own(
    drawn: list[str], address: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        assert "ETag" not in Client(headers=headers).get(address).headers
    assert drawn == ["/", "/"]
    assert len(KEPT) == 0


def with_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


def with_cookie(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("a")
    answer.set_cookie("a", "b")
    return answer


def with_a_ban(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a", headers={"Cache-Control": "no-store"})


def with_a_fault(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a", status=404)


@pytest.mark.parametrize("view", [with_token, with_cookie, with_a_ban, with_a_fault])
def test_what_is_for_one_browser_alone_is_never_kept(programme: Programme, view: Any) -> None:
    request = RequestFactory().get("/")
    assert kept_page(view)(request).status_code in {200, 404}
    assert len(KEPT) == 0


def test_without_the_guard_a_token_would_be_shown_to_the_next(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pages, "is_for_everybody", lambda request, response: True)
    tokens = {kept_page(with_token)(RequestFactory().get("/")).content for _ in range(2)}
    assert len(tokens) == 1


def test_a_browser_that_has_the_page_is_told_so(programme: Programme) -> None:
    first = Client().get("/", headers=PACKED)
    again = Client().get("/", headers=PACKED | {"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert Client().get("/en/", headers={"if-none-match": first.headers["ETag"]}).status_code == 200


def test_no_more_pages_are_kept_than_there_is_room_for(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pages, "MOST", 2)
    for address in KEPT_ADDRESSES:
        Client().get(address)
    assert len(KEPT) == 2


@pytest.mark.parametrize(
    "address", [*KEPT_ADDRESSES, "/premium/?industry=retail&sales=900", "/outside/", "/sitemap.xml", "/nothing/"]
)
def test_words_for_a_stranger_are_packed(programme: Programme, address: str) -> None:
    plain, packed = Client().get(address), Client().get(address, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.content) < len(plain.content) / 1.5
    tokens = re.compile(rb'name="(csrfmiddlewaretoken|form_key)" value="[\w-]+"')
    assert tokens.sub(b"", gzip.decompress(packed.content)) == tokens.sub(b"", plain.content)


def test_a_page_of_a_session_is_never_packed(programme: Programme) -> None:
    people = cast.call_in()
    applicant = Applicant(people.owner, people.member)
    for address in ("/", "/premium/", "/portal/", "/apply/", f"{applicant.base}needs/"):
        answer = applicant.client.get(address, headers=PACKED)
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)
    waiting = Client()
    waiting.post("/sign-in/", {"email": cast.VISITOR})
    assert "Content-Encoding" not in waiting.get("/sign-in/code/", headers=PACKED).headers


@pytest.mark.parametrize("address", ["/favicon.ico", "/icons/mark-192.png", "/papers/important-matters.pdf"])
def test_what_is_packed_already_is_not_packed_again(programme: Programme, address: str) -> None:
    assert "Content-Encoding" not in Client().get(address, headers=PACKED).headers


def test_the_length_of_a_page_with_a_token_is_blurred(programme: Programme) -> None:
    address = "/premium/?industry=retail&sales=900"
    lengths = {len(Client().get(address, headers=PACKED).content) for _ in range(12)}
    assert len(lengths) > 3


@pytest.mark.parametrize(
    ("header", "expected"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0, br", False), ("br", False), ("", False)],
)  # fmt: skip
def test_only_who_can_unpack_gets_it_packed(header: str, expected: bool) -> None:
    assert takes_gzip(RequestFactory().get("/", headers={"accept-encoding": header})) is expected


def test_a_kept_page_says_afresh_whether_somebody_answers_the_telephone(programme: Programme) -> None:
    """Tuesday, 24 November 2026: the window opens at nine and closes at five."""
    said = []
    for hour, minute in ((8, 59), (9, 0), (16, 59), (17, 0)):
        with clock.at(datetime(2026, 11, 24, hour, minute, tzinfo=JAPAN)):
            said.append("いま受付中です" in Client().get("/emergency/").content.decode())
    assert said == [False, True, True, False]
