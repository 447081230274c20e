"""Sandbox Card as its merchant, its card holder and an outside checker see it."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from sonae.integrations.sandbox_card.card_holder import CardHolder, PaidPage
from sonae.integrations.sandbox_card.cards import TEST_CARDS, brand_of, passes_luhn, read_number
from sonae.integrations.sandbox_card.journal import (
    FILE_NAME,
    payments_by_reference,
    read_deliveries,
    read_entries,
)
from sonae.integrations.sandbox_card.secret_file import SharedSecrets, read_or_create_secrets, secrets_of_environment
from sonae.integrations.sandbox_card.server import SandboxServer, main, start_server
from sonae.integrations.sandbox_card.signature import SignatureInvalid, verify
from sonae.integrations.sandbox_card.webhooks import NotLoopback
from tests.integrations.webhook_receiver import Receiver, wait_for

SECRETS = SharedSecrets(api_key="sbk_tests", webhook_secret="sbw_tests")
HEADERS = {"Authorization": "Bearer sbk_tests", "Content-Type": "application/json"}
RETURN_URL, CANCEL_URL = "http://127.0.0.1:8000/paid/", "http://127.0.0.1:8000/back/"
SESSION: dict[str, Any] = {
    "charge_yen": 64940,
    "currency": "jpy",
    "payee": "備え <事務局>",
    "description": "サイバー保険",
    "email": "aiko@example.jp",
    "return_url": RETURN_URL,
    "cancel_url": CANCEL_URL,
    "language": "ja",
}


class Merchant:
    """Calls the API as a merchant's server would."""

    _numbers = itertools.count(1)

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = urllib3.PoolManager(retries=False, timeout=5)

    def call(self, method: str, path: str, key: str = "", **given: Any) -> tuple[int, dict[str, Any]]:
        headers = HEADERS | {"Idempotency-Key": key or f"key-{next(self._numbers)}"}
        body = json.dumps(given).encode() if method == "POST" else None
        reply = self.http.request(method, f"{self.url}{path}", headers=headers, body=body, redirect=False)
        return reply.status, reply.json()

    def open(self, reference: str = "", **changes: Any) -> dict[str, Any]:
        given = SESSION | {"reference": reference or f"reference-{next(self._numbers)}"}
        status, answer = self.call("POST", "/v1/sessions", **given | changes)
        assert status == 200, answer
        return answer

    def read(self, session: dict[str, Any]) -> dict[str, Any]:
        return self.call("GET", f"/v1/sessions/{session['session_id']}")[1]

    def capture(self, session: dict[str, Any], key: str = "") -> tuple[int, dict[str, Any]]:
        payment_id = self.read(session)["payment_id"]
        return self.call("POST", f"/v1/payments/{payment_id}/capture", key, charge_yen=session["charge_yen"])

    def order(self, *orders: dict[str, Any], **given: Any) -> None:
        status, answer = self.call("POST", "/control/behaviour", next=list(orders), **given)
        assert status == 200, answer


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def server(tmp_path: Path, receiver: Receiver) -> Iterator[SandboxServer]:
    server = start_server(
        journal_directory=tmp_path,
        secrets=SECRETS,
        webhook_url=receiver.url,
        slow_seconds=0.3,
        hang_seconds=0.5,
        late_seconds=0.3,
        retry_delays=(0.05, 0.05, 0.05),
    )
    yield server
    server.stop()


@pytest.fixture
def merchant(server: SandboxServer) -> Merchant:
    return Merchant(server.url)


@pytest.fixture
def holder() -> CardHolder:
    return CardHolder(seconds=5)


def kinds(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for body, _ in receiver.arrived]


def number_of(english_label: str) -> str:
    return next(card.number for card in TEST_CARDS if card.label.en == english_label)


# --- cards ------------------------------------------------------------------------------------------------------------


def test_every_test_card_has_its_check_digit_one_of_the_five_brands_and_a_number_of_its_own() -> None:
    assert all(passes_luhn(card.number) and brand_of(card.number) for card in TEST_CARDS)
    assert len({card.number for card in TEST_CARDS}) == len(TEST_CARDS)
    brands = {brand_of(card.number) for card in TEST_CARDS}
    assert brands == {"VISA", "Mastercard", "JCB", "American Express", "Diners Club"}


@pytest.mark.parametrize(
    "typed", ["4242 4242 4242 4242", "４２４２－４２４２－４２４２－４２４２", " 4242-4242‐4242 4242 "]
)
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert read_number(typed) == "4242424242424242"


@pytest.mark.parametrize("typed", ["", "4242x", "४२४२", "4242\x004242"])
def test_what_is_not_a_number_is_not_read_as_one(typed: str) -> None:
    assert read_number(typed) == ""


# --- the hosted page --------------------------------------------------------------------------------------------------


def test_a_good_card_leads_back_to_the_merchant(merchant: Merchant, holder: CardHolder) -> None:
    session = merchant.open()
    assert holder.pay(session["page_url"]) == PaidPage(RETURN_URL, "", 303)
    assert merchant.read(session)["state"] == "authorised"


def test_the_back_button_after_paying_leads_to_the_merchant_again_and_holds_nothing_twice(
    merchant: Merchant, holder: CardHolder, tmp_path: Path
) -> None:
    session = merchant.open("back-button")
    holder.pay(session["page_url"])
    assert holder.pay(session["page_url"], "5555555555554444").location == RETURN_URL
    assert payments_by_reference(tmp_path)["back-button"].authorisations == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4000000000000002", "承認しませんでした"),
        ("4000000000009995", "ご利用可能額"),
        ("4000000000000069", "有効期限が切れて"),
        ("4000000000009987", "紛失の届出"),
        ("4000000000000127", "セキュリティコードが違います"),
        ("4000008400001629", "3Dセキュア"),
        ("4111111111111111", "テスト用のカード番号ではありません"),
        ("4242424242424241", "正しくないようです"),
    ],
)
def test_a_declined_card_leaves_the_page_open_with_the_reason_in_words(
    merchant: Merchant, holder: CardHolder, number: str, words: str
) -> None:
    session = merchant.open()
    declined = holder.pay(session["page_url"], number)
    assert words in declined.message
    assert declined.location == ""
    assert merchant.read(session)["state"] == "open"
    assert holder.pay(session["page_url"]).location == RETURN_URL


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ("success", "authorised", ""),
        ("failure", "open", "authentication_failed"),
        ("abandon", "open", "authentication_abandoned"),
    ],
)
def test_three_d_secure_ends_in_one_of_three_ways(
    merchant: Merchant, holder: CardHolder, answer: str, state: str, code: str
) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], "4000002760003184", challenge=answer)
    payment = merchant.read(session)
    assert (payment["state"], payment["failure_code"]) == (state, code)


def test_the_three_d_secure_page_can_not_be_passed_without_a_challenge(merchant: Merchant) -> None:
    session = merchant.open()
    page = merchant.http.request("GET", session["page_url"])
    token = re.search(r'name="token" value="([^"]+)"', page.data.decode())
    assert token
    fields = {"token": token[1], "attempt": "", "answer": "success"}
    url = f"{session['page_url']}/challenge"
    merchant.http.request("POST", url, fields=fields, encode_multipart=False, redirect=False)
    assert merchant.read(session)["state"] == "open"


def test_a_form_without_the_token_of_its_page_is_turned_away(merchant: Merchant) -> None:
    session, other = merchant.open(), merchant.open()
    page = merchant.http.request("GET", other["page_url"]).data.decode()
    foreign = re.search(r'name="token" value="([^"]+)"', page)
    assert foreign
    card = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123", "name": "A"}
    for token in ("", foreign[1]):
        reply = merchant.http.request(
            "POST", session["page_url"], fields=card | {"token": token}, encode_multipart=False, redirect=False
        )
        assert reply.status == 403
    assert merchant.read(session)["state"] == "open"


def test_pages_can_not_be_guessed_framed_or_scripted(merchant: Merchant) -> None:
    session = merchant.open(description='"><script>alert(1)</script>')
    page = merchant.http.request("GET", session["page_url"])
    text = page.data.decode()
    rules = page.headers["Content-Security-Policy"]
    assert len(session["page_url"].rsplit("/", 1)[1]) >= 43
    assert session["session_id"] not in session["page_url"]
    assert "<script" not in text
    assert "style=" not in text
    assert "備え &lt;事務局&gt;" in text
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert "frame-ancestors 'none'" in rules
    assert "form-action 'self' http://127.0.0.1:8000" in rules
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert merchant.http.request("GET", f"{merchant.url}/pay/{'x' * 43}").status == 404


def test_card_numbers_are_in_no_file_and_on_no_page(merchant: Merchant, holder: CardHolder, tmp_path: Path) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], "4000000000000002")
    holder.pay(session["page_url"], "5555555555554444")
    merchant.capture(session)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE_NAME}*"))
    assert b"4444" in kept
    assert b"5555555555554444" not in kept
    assert b"4000000000000002" not in kept


def test_a_wrong_field_is_not_sent_back_with_the_number(merchant: Merchant) -> None:
    session = merchant.open()
    page = merchant.http.request("GET", session["page_url"]).data.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    fields = {"token": token[1], "number": "4242424242424242", "expiry": "01/20", "cvc": "987", "name": "AIKO"}
    reply = merchant.http.request("POST", session["page_url"], fields=fields, encode_multipart=False)
    text = reply.data.decode()
    assert reply.status == 422
    assert "有効期限が過ぎています" in text
    assert 'value="AIKO"' in text
    assert 'value="4242' not in text
    assert 'value="987"' not in text


def test_ten_declined_tries_close_the_page(merchant: Merchant, holder: CardHolder) -> None:
    session = merchant.open()
    for _ in range(10):
        holder.pay(session["page_url"], "4000000000000002")
    assert merchant.read(session)["state"] == "expired"
    assert holder.pay(session["page_url"]).status == 410


def test_a_page_closes_after_half_an_hour(merchant: Merchant, holder: CardHolder) -> None:
    session = merchant.open()
    merchant.order(clock_skew_seconds=1801)
    assert holder.pay(session["page_url"]).status == 410
    assert merchant.read(session)["state"] == "expired"


def test_an_authorisation_is_held_for_seven_days(merchant: Merchant, holder: CardHolder) -> None:
    session = merchant.open()
    holder.pay(session["page_url"])
    merchant.order(clock_skew_seconds=7 * 86400 + 60)
    assert merchant.read(session)["state"] == "voided"
    status, answer = merchant.capture(session)
    assert (status, answer["error"]["code"]) == (409, "payment_unexpected_state")


# --- the API ----------------------------------------------------------------------------------------------------------


def test_without_the_key_nothing_is_answered(server: SandboxServer) -> None:
    for path in ("/v1/sessions/ses_1", "/control/journal"):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer クレジット".encode()}):
            assert urllib3.request("GET", f"{server.url}{path}", headers=headers).status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"charge_yen": 0},
        {"charge_yen": -1},
        {"charge_yen": "64940"},
        {"charge_yen": 649.4},
        {"charge_yen": True},
        {"charge_yen": 10**9},
        {"currency": "usd"},
        {"return_url": "javascript:alert(1)"},
        {"cancel_url": "http://127.0.0.1/; script-src *"},
        {"reference": ""},
        {"language": "fr"},
    ],
)
def test_a_wrong_parameter_opens_nothing(merchant: Merchant, tmp_path: Path, changes: dict[str, Any]) -> None:
    status, answer = merchant.call("POST", "/v1/sessions", **SESSION | {"reference": "wrong"} | changes)
    assert (status, answer["error"]["code"]) == (400, "parameter_invalid")
    assert next(iter(changes)) in answer["error"]["message"]
    assert read_entries(tmp_path) == ()


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b"[" * 50000])
def test_a_body_that_is_no_object_is_a_clear_error(merchant: Merchant, body: bytes) -> None:
    headers = HEADERS | {"Idempotency-Key": "odd"}
    reply = merchant.http.request("POST", f"{merchant.url}/v1/sessions", headers=headers, body=body)
    assert (reply.status, reply.json()["error"]["code"]) == (400, "body_invalid")


# --- behaviours of cards ----------------------------------------------------------------------------------------------


def test_the_reply_lost_after_authorising_leaves_the_sum_held(merchant: Merchant, holder: CardHolder) -> None:
    session = merchant.open()
    with pytest.raises(urllib3.exceptions.HTTPError):
        holder.pay(session["page_url"], number_of("Reply lost after authorising"))
    assert merchant.read(session)["state"] == "authorised"


@pytest.mark.parametrize(
    ("label", "done"),
    [
        ("Reply lost after capture", True),
        ("Capture never answers; done", True),
        ("Capture never answers; not done", False),
    ],
)
def test_a_capture_without_an_answer_is_settled_by_the_second_call(
    merchant: Merchant, holder: CardHolder, tmp_path: Path, label: str, done: bool
) -> None:
    session = merchant.open("no-answer")
    holder.pay(session["page_url"], number_of(label))
    with pytest.raises(urllib3.exceptions.HTTPError):
        merchant.capture(session, key="capture")
    assert merchant.read(session)["state"] == ("captured" if done else "authorised")
    assert merchant.capture(session, key="capture")[1]["state"] == "captured"
    assert payments_by_reference(tmp_path)["no-answer"].captures == 1


def test_a_capture_can_be_refused(merchant: Merchant, holder: CardHolder) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], number_of("Capture refused"))
    status, answer = merchant.capture(session)
    assert (status, answer["error"]["code"]) == (402, "card_declined")


def test_a_disputed_card_is_disputed_after_capture(merchant: Merchant, holder: CardHolder, receiver: Receiver) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], number_of("Disputed later"))
    merchant.capture(session)
    assert merchant.read(session)["disputed"] is True
    wait_for(lambda: "payment.disputed" in kinds(receiver))


# --- webhooks ---------------------------------------------------------------------------------------------------------


def test_events_are_signed_and_each_has_a_name_of_its_own(
    merchant: Merchant, holder: CardHolder, receiver: Receiver
) -> None:
    session = merchant.open()
    holder.pay(session["page_url"])
    merchant.capture(session)
    wait_for(lambda: len(receiver.arrived) == 2)
    now = int(datetime.now(UTC).timestamp())
    for body, headers in receiver.arrived:
        verify(body=body, header=headers["Sandbox-Signature"], secret="sbw_tests", now=now)
    assert len({json.loads(body)["id"] for body, _ in receiver.arrived}) == 2
    assert set(kinds(receiver)) == {"payment.authorised", "payment.captured"}


def test_a_webhook_is_tried_again_until_it_is_taken_and_not_for_ever(
    merchant: Merchant, holder: CardHolder, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.statuses += [500, 302]
    session = merchant.open()
    holder.pay(session["page_url"])
    wait_for(lambda: [d["status"] for d in read_deliveries(tmp_path)] == [500, 302, 200])
    receiver.statuses += [503] * 9
    merchant.capture(session)
    wait_for(lambda: len(read_deliveries(tmp_path)) == 7)
    assert [d["status"] for d in read_deliveries(tmp_path)][3:] == [503] * 4
    assert len({json.loads(body)["id"] for body, _ in receiver.arrived[:3]}) == 1


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Webhook late", ["payment.authorised"]),
        ("Webhook twice", ["payment.authorised", "payment.authorised"]),
        ("A forged webhook as well", ["payment.authorised", "payment.authorised"]),
    ],
)
def test_a_card_can_spoil_its_webhooks(
    merchant: Merchant, holder: CardHolder, receiver: Receiver, label: str, expected: list[str]
) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], number_of(label))
    wait_for(lambda: kinds(receiver) == expected)
    believed = 0
    for body, headers in receiver.arrived:
        try:
            verify(body=body, header=headers["Sandbox-Signature"], secret="sbw_tests", now=0)
            believed += 1
        except SignatureInvalid:
            continue
    assert believed == (1 if "forged" in label else len(expected))


def test_webhooks_can_come_out_of_order(merchant: Merchant, holder: CardHolder, receiver: Receiver) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], number_of("Webhooks out of order"))
    merchant.capture(session)
    wait_for(lambda: kinds(receiver) == ["payment.captured", "payment.authorised"])


def test_a_webhook_can_never_come(merchant: Merchant, holder: CardHolder, receiver: Receiver, tmp_path: Path) -> None:
    session = merchant.open()
    holder.pay(session["page_url"], number_of("Webhook never"))
    wait_for(lambda: [d["note"] for d in read_deliveries(tmp_path)] == ["not sent, as ordered"])
    assert receiver.arrived == []


@pytest.mark.faults
def test_four_events_can_be_released_in_all_twenty_four_orders(
    merchant: Merchant, holder: CardHolder, receiver: Receiver
) -> None:
    """F9: the tool for it. Each order arrives exactly as it was asked for."""
    for order in itertools.permutations(range(4)):
        merchant.order({"operation": "webhook", "fault": "hold", "times": 4})
        session = merchant.open()
        holder.pay(session["page_url"])
        payment = merchant.capture(session)[1]
        merchant.call("POST", f"/v1/payments/{payment['payment_id']}/refunds", refund_yen=1)
        merchant.call("POST", "/control/dispute", payment_id=payment["payment_id"])
        held = [event["id"] for event in merchant.call("GET", "/control/webhooks")[1]["held"]]
        assert len(held) == 4
        wanted = [held[place] for place in order]
        receiver.arrived.clear()
        status, answer = merchant.call("POST", "/control/release", events=wanted)
        assert (status, answer["statuses"]) == (200, [200] * 4)
        assert [json.loads(body)["id"] for body, _ in receiver.arrived] == wanted


@pytest.mark.faults
@pytest.mark.parametrize("copies", [2, 20])
def test_an_event_can_come_many_times_at_once(
    merchant: Merchant, holder: CardHolder, receiver: Receiver, copies: int
) -> None:
    merchant.order({"operation": "webhook", "fault": "twice", "copies": copies})
    holder.pay(merchant.open()["page_url"])
    wait_for(lambda: len(receiver.arrived) == copies)
    assert len({json.loads(body)["id"] for body, _ in receiver.arrived}) == 1


def test_events_go_to_this_machine_only(tmp_path: Path) -> None:
    for url in ("http://192.0.2.1/hook", "https://127.0.0.1/hook", "http://10.0.0.1/", "file:///etc/passwd"):
        with pytest.raises(NotLoopback):
            start_server(journal_directory=tmp_path, secrets=SECRETS, webhook_url=url)
    with pytest.raises(NotLoopback):
        start_server(journal_directory=tmp_path, secrets=SECRETS, host="0.0.0.0")  # noqa: S104 - must be refused


# --- the control API --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        {"operation": "captur", "fault": "hang"},
        {"operation": "capture", "fault": "explode"},
        {"operation": "webhook", "fault": "hang"},
        {"operation": "capture", "fault": "hang", "times": 0},
        {"operation": "capture", "fault": "hang", "seconds": -1},
        {"operation": "capture", "fault": "hang", "time": 3},
    ],
)
def test_an_order_that_is_not_understood_is_refused_in_words(merchant: Merchant, order: dict[str, Any]) -> None:
    status, answer = merchant.call("POST", "/control/behaviour", next=[order])
    assert (status, answer["error"]["code"]) == (400, "order_invalid")


def test_reset_forgets_orders_and_sets_the_clock_right(merchant: Merchant) -> None:
    merchant.order({"operation": "open", "fault": "status_500", "times": 9}, clock_skew_seconds=86400)
    assert merchant.call("POST", "/v1/sessions")[0] == 500
    merchant.call("POST", "/control/reset")
    merchant.open("after-reset")
    entry = merchant.call("GET", "/control/journal")[1]["entries"][-1]
    assert abs((datetime.fromisoformat(entry["at"]) - datetime.now(UTC)).total_seconds()) < 60


# --- the journal ------------------------------------------------------------------------------------------------------


def test_the_journal_only_grows(merchant: Merchant, tmp_path: Path) -> None:
    merchant.open()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for table in ("sessions", "entries", "answers"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid"):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                connection.execute(statement)
    connection.close()


def test_the_outside_checker_reads_every_yen(merchant: Merchant, holder: CardHolder, tmp_path: Path) -> None:
    session = merchant.open("witness")
    holder.pay(session["page_url"])
    payment = merchant.capture(session)[1]
    merchant.call("POST", f"/v1/payments/{payment['payment_id']}/refunds", refund_yen=940)
    totals = payments_by_reference(tmp_path)["witness"]
    assert (totals.authorisations, totals.captures, totals.captured_yen) == (1, 1, 64940)
    assert (totals.refunds, totals.refunded_yen, totals.voids) == (1, 940, 0)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _started(arguments: list[str], port: int) -> tuple[subprocess.Popen[bytes], Merchant]:
    process = subprocess.Popen([sys.executable, "-m", "sonae.integrations.sandbox_card.server", *arguments])

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(answers, 15)
    return process, Merchant(f"http://127.0.0.1:{port}")


@pytest.mark.faults
def test_a_killed_processor_comes_back_with_its_books_its_keys_and_its_unsent_events(
    tmp_path: Path, holder: CardHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 right after an answer, three times; what was answered is still so, and no key charges twice."""
    monkeypatch.setenv("SONAE_SANDBOX_CARD_KEY", SECRETS.api_key)
    monkeypatch.setenv("SONAE_SANDBOX_CARD_WEBHOOK_SECRET", SECRETS.webhook_secret)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    port, receiver = _free_port(), Receiver([500] * 3)
    arguments = ["--port", str(port), "--journal", str(tmp_path), "--webhook-url", receiver.url]
    process, merchant = _started(arguments, port)
    session = merchant.open("killed")
    for step in ("pay", "capture", "capture again"):
        if step == "pay":
            holder.pay(session["page_url"])
        else:
            assert merchant.capture(session, key="capture:killed")[1]["state"] == "captured"
        process.send_signal(signal.SIGKILL)
        process.wait()
        process, merchant = _started(arguments, port)
        assert merchant.read(session)["state"] == ("authorised" if step == "pay" else "captured")
    assert payments_by_reference(tmp_path)["killed"].captures == 1
    wait_for(lambda: {"payment.authorised", "payment.captured"} <= set(kinds(receiver)), 10)
    process.terminate()
    assert process.wait(10) == 0
    receiver.stop()


def test_it_says_in_one_line_why_it_can_not_start(
    tmp_path: Path, server: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = str(server.server_address[1])
    secret_file = str(tmp_path / "secrets.json")
    assert main(["--port", taken, "--journal", str(tmp_path / "other"), "--secret-file", secret_file]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"can't start on 127.0.0.1:{taken}" in error


def test_the_secret_file_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "sandbox_card.json"
    first = read_or_create_secrets(path)
    assert read_or_create_secrets(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("missing", ["SONAE_SANDBOX_CARD_KEY", "SONAE_SANDBOX_CARD_WEBHOOK_SECRET"])
def test_half_a_pair_of_secrets_is_none(missing: str) -> None:
    whole = {"SONAE_SANDBOX_CARD_KEY": "k", "SONAE_SANDBOX_CARD_WEBHOOK_SECRET": "w"}
    assert secrets_of_environment(whole) == SharedSecrets("k", "w")
    assert secrets_of_environment(whole | {missing: ""}) is None


def test_the_server_runs_without_the_web_framework() -> None:
    program = "import sys, sonae.integrations.sandbox_card.server; sys.exit('django' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0
