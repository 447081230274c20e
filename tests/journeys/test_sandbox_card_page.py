"""The hosted card page in a real browser: with and without JavaScript, small and large, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import urllib3
from playwright.sync_api import Browser, Page

from sonae.integrations.sandbox_card.secret_file import SharedSecrets
from sonae.integrations.sandbox_card.server import SandboxServer, start_server
from tests.journeys.conftest import look_at

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    server = start_server(journal_directory=tmp_path_factory.mktemp("journal"), secrets=SharedSecrets("key", "secret"))
    yield server
    server.stop()


def call(server: SandboxServer, path: str, key: str, **given: object) -> dict[str, str]:
    headers = {"Authorization": "Bearer key", "Idempotency-Key": key, "Content-Type": "application/json"}
    reply = urllib3.request("POST", f"{server.url}{path}", headers=headers, body=json.dumps(given).encode())
    answer: dict[str, str] = reply.json()
    assert reply.status == 200, answer
    return answer


def open_session(server: SandboxServer, name: str, language: str = "ja") -> dict[str, str]:
    back = f"{server.url}/page.css"  # any page on an origin that answers
    return call(
        server,
        "/v1/sessions",
        name,
        reference=name,
        charge_yen=64940,
        currency="jpy",
        payee="サイバー保険 団体事務局",
        description="サイバー保険 2026年度（1億円プラン）",
        email="aiko@example.jp",
        return_url=f"{back}?paid",
        cancel_url=f"{back}?back",
        language=language,
    )


def fill(page: Page, number: str) -> None:
    page.fill("#number", number)
    page.fill("#expiry", "12/40")
    page.fill("#cvc", "123")
    page.fill("#name", "SONAE TARO")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_is_readable_for_everybody(
    server: SandboxServer, chromium: Browser, width: int, language: str
) -> None:
    end = f"{language}-{width}"
    session = open_session(server, f"axe-{end}", language)
    # axe itself is a script, which the pages' rules would rightly keep out.
    context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(session["page_url"])
    look_at(page, "sandbox-card-page")
    page.click("form button")
    assert page.locator("[aria-invalid=true]").count() == 4
    look_at(page, "sandbox-card-errors")
    fill(page, "4000000000009995")
    page.click("form button")
    assert page.locator("[role=alert]").is_visible()
    look_at(page, "sandbox-card-declined")
    fill(page, "4000002760003184")
    page.click("form button")
    look_at(page, "sandbox-card-challenge")
    call(server, f"/v1/sessions/{session['session_id']}/void", f"void-{end}")
    page.goto(session["page_url"])
    look_at(page, "sandbox-card-closed")
    page.goto(f"{server.url}/pay/{'x' * 43}?lang={language}")
    look_at(page, "sandbox-card-missing")
    context.close()


def test_the_way_to_the_merchant_works_without_javascript_and_with_the_keyboard_only(
    server: SandboxServer, chromium: Browser
) -> None:
    session = open_session(server, "no-script")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(session["page_url"])
    page.focus("#number")
    for text in ("４０００ ００２７ ６０００ ３１８４", "１２／４０", "１２３", "SONAE TARO"):
        page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/challenge?lang=ja")
    page.focus("button[value=success]")
    page.keyboard.press("Enter")
    page.wait_for_url("**?paid")
    assert complaints == []
    context.close()


def test_a_test_card_can_be_chosen_from_the_list_and_one_can_go_back_without_paying(
    server: SandboxServer, chromium: Browser
) -> None:
    session = open_session(server, "chosen")
    page = chromium.new_page()
    page.goto(session["page_url"])
    page.click("text=3782 822463 10005")
    assert page.input_value("#number") == "3782 822463 10005"
    assert page.input_value("#cvc") == "1234"
    page.click("text=支払わずに戻る")
    page.wait_for_url("**?back")
    page.goto(f"{session['page_url']}?card=3&lang=en")
    page.click("form button")
    page.wait_for_url("**?paid")
    page.close()
