"""The merchant's API: sessions, payments, captures, voids and refunds, each POST once for each Idempotency-Key."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from sonae.integrations.sandbox_card.control import Order
from sonae.integrations.sandbox_card.exchange import Reply, Request, error_reply, json_reply
from sonae.integrations.sandbox_card.journal import moment_text
from sonae.integrations.sandbox_card.processor import Payment, Processor, Refusal
from sonae.integrations.sandbox_card.saved_cards import charge_saved_card, find_saved_card, forget_card

ROUTES = (
    ("POST", re.compile(r"/v1/sessions"), "open"),
    ("GET", re.compile(r"/v1/sessions/(?P<session_id>\w{1,64})"), "read"),
    ("POST", re.compile(r"/v1/sessions/(?P<session_id>\w{1,64})/void"), "void"),
    ("GET", re.compile(r"/v1/payments/(?P<payment_id>\w{1,64})"), "read"),
    ("POST", re.compile(r"/v1/saved_cards/(?P<token>\w{1,64})/charges"), "charge_saved"),
    ("POST", re.compile(r"/v1/saved_cards/(?P<token>\w{1,64})/forget"), "forget"),
    ("POST", re.compile(r"/v1/payments/(?P<payment_id>\w{1,64})/capture"), "capture"),
    ("POST", re.compile(r"/v1/payments/(?P<payment_id>\w{1,64})/void"), "void"),
    ("POST", re.compile(r"/v1/payments/(?P<payment_id>\w{1,64})/refunds"), "refund"),
)
CARD_ORDERS = {
    "slow": Order("capture", "slow", done=True),
    "reply_lost": Order("capture", "empty", done=True),
    "hangs_done": Order("capture", "hang", done=True),
    "hangs_not_done": Order("capture", "hang"),
}
OF_CARDS = {"charge_saved", "forget"}
# A kept card is charged without a page: nobody comes back from it.
NO_PAGE = {"return_url": "https://no-page.invalid/", "cancel_url": "https://no-page.invalid/", "language": "ja"}
TEXT_FIELDS = ("reference", "currency", "payee", "description", "email", "return_url", "cancel_url", "language")
LARGEST_CHARGE_YEN = 99_999_999


class InvalidRequest(Refusal):
    """A request that never began: its answer is not kept under its key."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(400, code, message)


def operation_of(request: Request) -> tuple[str, Mapping[str, str]] | None:
    """Which operation a request asks for, and the names in its path."""
    for method, pattern, operation in ROUTES:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            return operation, match.groupdict()
    return None


def payment_view(payment: Payment, origin: str) -> dict[str, Any]:
    """A payment as the API shows it. The payment has an id of its own once a card was authorised."""
    session = payment.session
    return {
        "session_id": session.session_id,
        "payment_id": session.payment_id if payment.authorised_at else "",
        "state": payment.state,
        "reference": session.reference,
        "charge_yen": session.charge_yen,
        "currency": session.currency,
        "refunded_yen": payment.refunded_yen,
        "brand": payment.brand,
        "last4": payment.last4,
        "failure_code": payment.failure_code,
        "disputed": bool(payment.disputes),
        "disputes": [asdict(dispute) for dispute in payment.disputes],
        "saved_card": dict(payment.saved_card),
        "page_url": f"{origin}/pay/{session.page_token}",
    }


class Api:
    """Answers the merchant."""

    def __init__(self, *, processor: Processor, api_key: str, origin: Callable[[], str]) -> None:
        self._processor = processor
        self._api_key = api_key
        self._origin = origin

    def admits(self, request: Request) -> bool:
        """Whether the request carries the merchant's key."""
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._api_key}".encode())

    def card_order(self, request: Request) -> Order | None:
        """What the card itself does to the first capture of its payment."""
        found = operation_of(request)
        if found is None or found[0] != "capture":
            return None
        with self._processor.work():
            try:
                payment = self._processor.payment_of_id(found[1]["payment_id"])
            except Refusal:
                return None
        return None if payment.capture_calls else CARD_ORDERS.get(payment.behaviour.capture_fault)

    def drop(self, request: Request, fault: str) -> None:
        """Note a call that is not carried out, as ordered."""
        found = operation_of(request)
        if found is None or found[0] in {"open", *OF_CARDS}:
            return
        with self._processor.work():
            try:
                payment = self._named(found[1])
            except Refusal:
                return
            self._processor.note_call(payment, "call.dropped", operation=found[0], key=self._key(request), fault=fault)

    def answer(self, request: Request) -> Reply:
        """Carry a request out."""
        if not self.admits(request):
            return error_reply(401, "api_key_invalid", "The API key is missing or wrong.")
        found = operation_of(request)
        if found is None:
            return error_reply(404, "no_such_address", "There is nothing here.")
        operation, names = found
        try:
            with self._processor.work():
                if operation == "read":
                    return json_reply(200, payment_view(self._named(names), self._origin()))
                return self._once(request, operation, names)
        except Refusal as refusal:
            return error_reply(refusal.status, refusal.code, refusal.message)

    @staticmethod
    def _key(request: Request) -> str:
        return request.headers.get("idempotency-key", "")

    def _named(self, names: Mapping[str, str]) -> Payment:
        if "session_id" in names:
            return self._processor.payment_of_session(names["session_id"])
        return self._processor.payment_of_id(names["payment_id"])

    def _once(self, request: Request, operation: str, names: Mapping[str, str]) -> Reply:
        """The kept answer of this key, or the work and its answer kept, in one transaction."""
        key = self._key(request)
        if not key or len(key) > 255:
            raise InvalidRequest(
                "idempotency_key_missing", "Every POST needs an Idempotency-Key of 255 characters at most."
            )
        given = _read_body(request.body)
        canonical = json.dumps([request.path, given], sort_keys=True).encode()
        fingerprint = hashlib.sha256(canonical).hexdigest()
        kept = self._processor.journal.rows("SELECT * FROM answers WHERE key = ?", key)
        if kept:
            if kept[0]["fingerprint"] != fingerprint:
                raise InvalidRequest("idempotency_key_reused", "This key was used for a different request.")
            reply = Reply(kept[0]["status"], kept[0]["body"].encode(), json_reply(200, {}).headers)
            return Reply(reply.status, reply.body, {**reply.headers, "Idempotent-Replayed": "true"})
        payment: Payment | None = None
        try:
            payment, answer = self._carry_out(operation, names, given)
            reply = json_reply(200, answer)
        except InvalidRequest:
            raise
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            if operation not in OF_CARDS:
                payment = self._named(names)
            reply = error_reply(refusal.status, refusal.code, refusal.message)
        now = moment_text(self._processor.clock())
        body = reply.body.decode()
        self._processor.journal.add("answers", key=key, fingerprint=fingerprint, status=reply.status, body=body, at=now)
        if payment is not None:
            self._processor.note_call(payment, "call.answered", operation=operation, key=key, status=reply.status)
        return reply

    def _carry_out(
        self, operation: str, names: Mapping[str, str], given: Mapping[str, Any]
    ) -> tuple[Payment | None, dict[str, Any]]:
        match operation:
            case "open":
                payment = self._processor.open_session(**_read_session(given), save_card=given.get("save_card") is True)
                return payment, payment_view(payment, self._origin())
            case "charge_saved":
                card = find_saved_card(self._processor, names["token"])
                payment, outcome = charge_saved_card(self._processor, card, _read_session({**given, **NO_PAGE}))
                return payment, payment_view(payment, self._origin()) | {"outcome": outcome}
            case "forget":
                return None, {"token": forget_card(self._processor, names["token"]).token}
        payment = self._named(names)
        match operation:
            case "capture":
                payment = self._processor.capture(payment, charge_yen=_read_yen(given, "charge_yen"))
            case "void":
                payment = self._processor.void(payment)
            case "refund":
                return payment, self._processor.refund(payment, refund_yen=_read_yen(given, "refund_yen"))
        return payment, payment_view(payment, self._origin())


def _read_body(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise InvalidRequest("body_invalid", "The body is not a JSON object.")
    return given


def _read_yen(given: Mapping[str, Any], name: str) -> int:
    yen = given.get(name)
    if type(yen) is not int or not 1 <= yen <= LARGEST_CHARGE_YEN:
        raise InvalidRequest("parameter_invalid", f"{name}: whole yen from 1 to {LARGEST_CHARGE_YEN:,}.")
    return yen


def _read_session(given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"charge_yen": _read_yen(given, "charge_yen")}
    for name in TEXT_FIELDS:
        text = given.get(name, "")
        if not isinstance(text, str) or len(text) > 2000:
            raise InvalidRequest("parameter_invalid", f"{name}: a text of 2,000 characters at most.")
        values[name] = text
    if not values["reference"]:
        raise InvalidRequest("parameter_invalid", "reference: the merchant's own name for the payment is needed.")
    if values["currency"] != "jpy":
        raise InvalidRequest("parameter_invalid", "currency: only jpy.")
    if values["language"] not in ("ja", "en"):
        raise InvalidRequest("parameter_invalid", "language: ja or en.")
    for name in ("return_url", "cancel_url"):
        if not re.fullmatch(r"https?://[^\s\"'<>;,\\]+", values[name]) or not urlsplit(values[name]).hostname:
            raise InvalidRequest("parameter_invalid", f"{name}: a whole http or https address.")
    return values
