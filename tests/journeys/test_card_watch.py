"""The watch of the journeys is awake: whichever way a card number is sent to us, it is told; what people really send is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.buyer import CARD_VISA, COMPANY, pay, press, type_card
from tests.journeys.card_numbers import card_numbers_in
from tests.journeys.card_watch import CardWatch, findings_in, pieces_of
from tests.journeys.conftest import TELEPHONE
from tests.journeys.quick_applicant import QuickApplicant
from tests.journeys.site import RunningSite
from tests.web.applicant import COMPANY as FIRM

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
NOWHERE = "http://nobody.invalid"
MASKED = "424242…4242"
TAKEN_FOR_A_CARD = "9990009999999"  # a 法人番号 by its check digit, a card number by Luhn's
ADDRESS = "http://127.0.0.1:1/premium/"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def found_in(*, address: str = ADDRESS, headers: dict[str, str] | None = None, body: str = "") -> list[str]:
    return list(findings_in(pieces_of(address, headers or {}, body.encode() or None)))


WRITTEN = [
    CARD_VISA,
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "４２４２　４２４２　４２４２　４２４２",
    "4242 - 4242ー4242−42 42",
    f"card{CARD_VISA}x",
    f"03-1234-5678 {CARD_VISA}",
    f"{CARD_VISA}1230123",
    f"1 {CARD_VISA}",
    f"{CARD_VISA}=30121010000",
]
NO_CARDS = [
    "",
    "4242424242424241",
    "424242424242",
    "4242a4242b4242c4242",
    "03-1234-5678",
    "2026-11-24T10:00:00.000000+09:00",
    "7000012050002",
    "20261124103000000000000000017",
    "a1b2c3d4e5f60718293a4b5c6d7e8f90",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_card_number_is_seen_however_it_is_written(written: str) -> None:
    assert MASKED in card_numbers_in(written)


@pytest.mark.parametrize(
    "number", ["4222222222222", "30569309025904", "378282246310005", "6212345678901232", "6304000000000000000"]
)
def test_cards_of_thirteen_to_nineteen_digits_are_seen(number: str) -> None:
    assert card_numbers_in(number) == [f"{number[:6]}…{number[-4:]}"]


@pytest.mark.parametrize("written", NO_CARDS)
def test_what_is_no_card_number_is_left_alone(written: str) -> None:
    assert card_numbers_in(written) == []


def test_a_corporate_number_is_one_in_its_own_field_alone() -> None:
    assert card_numbers_in(TAKEN_FOR_A_CARD) == ["999000…9999"]
    assert found_in(headers=FORM, body=f"corporate_number={TAKEN_FOR_A_CARD}") == []
    assert found_in(headers=FORM, body="corporate_number=９９９０００９９９９９９９") == []
    for body in (f"name={TAKEN_FOR_A_CARD}", f"corporate_number={TAKEN_FOR_A_CARD}+x", f"corporate_number={CARD_VISA}",
                 "corporate_number=4222222222222"):  # fmt: skip
        assert len(found_in(headers=FORM, body=body)) == 1


def test_what_the_firms_of_the_tests_say_of_themselves_is_no_card() -> None:
    for firm in (COMPANY, FIRM):
        assert [number for text in firm.values() for number in card_numbers_in(text)] == []


PART = 'Content-Disposition: form-data; name="note"'
WITH_FILES = {"content-type": "multipart/form-data; boundary=xx"}


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"address": f"{ADDRESS}{CARD_VISA}/"}, "path"),
        ({"address": f"{ADDRESS}?q=4242+4242%204242-4242"}, "query q"),
        ({"address": f"{ADDRESS}?{CARD_VISA}"}, "query, as a name"),
        ({"headers": {"cookie": f"a=b; last={CARD_VISA}"}}, "header cookie"),
        ({"headers": {"referer": f"{ADDRESS}?q=4242%204242%204242%204242"}}, "header referer"),
        ({"headers": FORM, "body": "a=1&note=4242%2D4242%2D4242%2D4242"}, "body note"),
        ({"headers": WITH_FILES, "body": f"--xx\r\n{PART}\r\n\r\n{CARD_VISA}\r\n--xx--\r\n"}, "body note"),
        ({"headers": WITH_FILES, "body": f'--xx\r\n{PART}; filename="{CARD_VISA}.txt"\r\n\r\nx\r\n--xx--\r\n'}, "body note"),
        ({"headers": {"content-type": "application/json"}, "body": json.dumps({"a": [{"note": int(CARD_VISA)}]})}, "body note"),
        ({"headers": {"content-type": "application/json"}, "body": json.dumps({CARD_VISA: None})}, "body, as a name"),
        ({"headers": {"content-type": "text/plain"}, "body": f"note is {CARD_VISA}"}, "body"),
    ],
)  # fmt: skip
def test_a_card_number_is_found_in_every_part_of_a_request(sent: dict[str, object], told: str) -> None:
    assert found_in(**sent) == [f"{told}: {MASKED}"]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["cvc", "card_cvv", "securityCode", "card-number", "cardnumber", "cc-exp", "pan"])
def test_a_field_that_asks_for_a_card_is_told_whatever_it_says(name: str) -> None:
    assert found_in(headers=FORM, body=f"{name}=123") == [f"body asks for a card: {name}"]


def test_a_body_that_is_not_shown_is_no_empty_body() -> None:
    with pytest.raises(AssertionError, match="does not show"):
        found_in(headers={"content-length": "5"})


WAYS = {
    "form": "<form method=post action=/premium/>",
    "form with files": "<form method=post action=/premium/ enctype=multipart/form-data>",
    "address": "<form action=/premium/>",
    "plain text": "<form method=post action=/premium/ enctype=text/plain>",
}
FIELDS = (
    "".join(f"<input name={name}>" for name in ("number", "expiry", "cvc", "name")) + "<button>送る</button></form>"
)
SCRIPTS = {
    "json": "fetch('/premium/', {method: 'POST', body: JSON.stringify({n: '4242 4242 4242 4242'}), "
    "headers: {'Content-Type': 'application/json'}}).then(answer => answer.text())",
    "beacon": "navigator.sendBeacon('/premium/', 'n=4242424242424242')",
    "cookie": "document.cookie = 'n=4242424242424242; path=/'; fetch('/premium/')",
    "header": "fetch('/premium/', {headers: {'X-Note': '4242-4242-4242-4242'}})",
    "picture": "new Image().src = '/premium/?n=4242424242424242'",
}


@pytest.fixture
def watched(chromium: Browser, site: RunningSite) -> Iterator[tuple[Page, CardWatch]]:
    """A window of its own, whose watch the test asks itself."""
    context = chromium.new_context()
    yield context.new_page(), CardWatch(context, processor=site.cards)
    context.close()


def show_page_of_ours(page: Page, site: RunningSite, html: str) -> None:
    """As if somebody had put this page on our server."""
    page.route(f"{site.address}/card/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(f"{site.address}/card/")


@pytest.mark.parametrize("way", WAYS)
def test_a_page_of_ours_that_asked_for_the_card_would_be_caught(
    site: RunningSite, watched: tuple[Page, CardWatch], way: str
) -> None:
    page, watch = watched
    show_page_of_ours(page, site, WAYS[way] + FIELDS)
    type_card(page, CARD_VISA)
    assert watch.findings() == []  # typed, and not yet sent
    with page.expect_request(f"{site.address}/premium/**"):
        page.locator("button").click()
    page.wait_for_load_state()
    assert [finding for finding in watch.findings() if MASKED in finding]


@pytest.mark.parametrize("way", SCRIPTS)
def test_a_script_of_ours_that_sent_the_card_would_be_caught(
    site: RunningSite, watched: tuple[Page, CardWatch], way: str
) -> None:
    page, watch = watched
    show_page_of_ours(page, site, "<h1>カード</h1>")
    with page.expect_event("requestfinished", lambda request: "/premium/" in request.url):
        page.evaluate(f"() => {{ {SCRIPTS[way]} }}")
    assert [finding for finding in watch.findings() if MASKED in finding]


def test_the_watch_sees_both_cards_of_a_real_payment_where_they_go(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    """A watch that takes the processor for a stranger; the one of every journey says in the end that nobody else got them."""
    page = open_browser(TELEPHONE)
    watch = CardWatch(page.context, processor=NOWHERE)
    QuickApplicant(page, site, site.enter_member("サンプル商店")).open("pay")
    press(page)
    for card in ("4000000000000002", CARD_VISA):
        pay(page, site, card)
    expect(page.locator("h1")).to_have_text("加入の手続きが終わりました")
    told = "\n".join(watch.findings())
    assert "400000…0002" in told
    assert MASKED in told
    assert "asks for a card: cvc" in told
    assert {request.url.startswith(site.address) for request in watch.requests()} == {True, False}


def test_no_journey_opens_a_window_past_the_watch() -> None:
    here = Path(__file__).parent
    opened = {file.name for file in here.glob("*.py") if "chromium.new_" in file.read_text()}
    assert opened == {
        "conftest.py",
        "test_card_watch.py",
        "test_keyboard_only.py",  # two pages that are nobody's, to see that a hidden focus is noticed
        "test_sandbox_card_page.py",  # the processor's page alone, without Sonae
    }
