"""The card gateway that talks to Sandbox Card.

What matters is telling three things apart: it was not attempted (nobody there), it was refused (the processor said no)
and nobody knows (everything else). When in doubt, nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import urllib3
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from sonae.apps.billing.gateway import (
    CardDispute,
    CardPayment,
    CardRefund,
    CardState,
    Checkout,
    DisputeState,
    ForgedEvent,
    GatewayEvent,
    GatewayRefused,
    GatewayUnavailable,
    GatewayUnknown,
    KeptCard,
    SavedCardAnswer,
    SavedCardOutcome,
)
from sonae.integrations.call_out import CallOut, Circuit
from sonae.integrations.sandbox_card.secret_file import DEFAULT_ACCOUNT
from sonae.integrations.sandbox_card.signature import HEADER, SignatureInvalid, verify

CONNECT_SECONDS = 2.0
EVENT_KINDS = frozenset(
    {
        "payment.authorised",
        "payment.captured",
        "payment.voided",
        "payment.declined",
        "payment.refunded",
        "payment.disputed",
        "payment.dispute_won",
        "payment.dispute_lost",
        "session.expired",
    }
)


class SandboxCardGateway:
    """Implements ``CardGateway`` over HTTP. One object serves all threads of a process."""

    name = "sandbox_card"

    def __init__(self, circuit: Circuit | None = None) -> None:
        seconds = float(getattr(settings, "SONAE_CARD_TIMEOUT_SECONDS", 10.0))
        connect = min(CONNECT_SECONDS, seconds)
        self._url: str = settings.SONAE_SANDBOX_CARD_URL.rstrip("/")
        self._key: str = settings.SONAE_SANDBOX_CARD_KEY
        self._webhook_secret: str = settings.SONAE_SANDBOX_CARD_WEBHOOK_SECRET
        self._account: str = getattr(settings, "SONAE_SANDBOX_CARD_ACCOUNT", DEFAULT_ACCOUNT)
        self._payee: str = getattr(settings, "SONAE_CARD_PAYEE", "Sonae（備え）")
        # No retries of its own: a repeat is decided where the key and the payment's state are known.
        self._pool = urllib3.PoolManager(
            maxsize=16, retries=False, timeout=urllib3.Timeout(connect=connect, read=seconds)
        )
        self._calls = CallOut(seconds=connect + seconds, circuit=circuit or Circuit())

    def open_checkout(
        self,
        *,
        key: str,
        reference: str,
        charge_yen: int,
        description: str,
        email: str,
        return_url: str,
        cancel_url: str,
        language: str,
        save_card: bool,
    ) -> Checkout:
        """Open a hosted page. The same ``key`` gives the same page back."""
        answer = self._post(
            "/v1/sessions",
            key,
            {
                "reference": reference,
                "charge_yen": charge_yen,
                "currency": "jpy",
                "payee": self._payee,
                "description": description,
                "email": email,
                "return_url": return_url,
                "cancel_url": cancel_url,
                "language": "en" if language == "en" else "ja",
                "save_card": save_card,
            },
        )
        return Checkout(session_id=_text(answer, "session_id"), url=_text(answer, "page_url"))

    def charge_saved_card(
        self, *, key: str, reference: str, charge_yen: int, description: str, token: str
    ) -> SavedCardAnswer:
        """Authorise on a kept card, once for each ``key``."""
        wish = {"reference": reference, "charge_yen": charge_yen, "currency": "jpy", "payee": self._payee}
        answer = self._post(f"/v1/saved_cards/{_name(token)}/charges", key, wish | {"description": description})
        try:
            outcome = SavedCardOutcome(_text(answer, "outcome"))
        except ValueError as error:
            raise GatewayUnknown("the reply has an outcome that does not exist") from error
        code = _text(answer, "failure_code")
        return SavedCardAnswer(outcome, _text(answer, "session_id"), _text(answer, "payment_id"), code)

    def forget_card(self, *, token: str, key: str) -> None:
        """Let go of a kept card."""
        self._post(f"/v1/saved_cards/{_name(token)}/forget", key, {})

    def read_payment(self, *, session_id: str) -> CardPayment:
        """What the processor says now."""
        return _payment(self._call("GET", f"/v1/sessions/{_name(session_id)}", "", None))

    def capture(self, *, payment_id: str, charge_yen: int, key: str) -> CardPayment:
        """Charge the authorised sum, once for each ``key``."""
        return _payment(self._post(f"/v1/payments/{_name(payment_id)}/capture", key, {"charge_yen": charge_yen}))

    def void(self, *, session_id: str, payment_id: str, key: str) -> CardPayment:
        """Give the authorisation back, or close the page."""
        path = f"/v1/payments/{_name(payment_id)}/void" if payment_id else f"/v1/sessions/{_name(session_id)}/void"
        return _payment(self._post(path, key, {}))

    def refund(self, *, payment_id: str, refund_yen: int, key: str) -> CardRefund:
        """Give back part or all, once for each ``key``."""
        answer = self._post(f"/v1/payments/{_name(payment_id)}/refunds", key, {"refund_yen": refund_yen})
        return CardRefund(refund_id=_text(answer, "refund_id"), refund_yen=_number(answer, "refund_yen"))

    def read_event(self, *, body: bytes, headers: dict[str, str], now: datetime) -> GatewayEvent:
        """Believe a webhook only with our signature, fresh, of our account and of a kind that exists."""
        signature = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), "")
        try:
            verify(body=body, header=signature, secret=self._webhook_secret, now=int(now.timestamp()))
            told = json.loads(body)
        except (SignatureInvalid, ValueError, RecursionError) as error:
            raise ForgedEvent(str(error)) from error
        if not isinstance(told, dict) or not isinstance(told.get("data"), dict):
            raise ForgedEvent("the body is not an event")
        data = told["data"]
        reference = data.get("reference", "")
        values = (told.get("id"), told.get("type"), data.get("session_id"), data.get("payment_id"), reference)
        if not all(isinstance(value, str) for value in values) or not told["id"]:
            raise ForgedEvent("the body is not an event")
        if told.get("account") != self._account:
            raise ForgedEvent("the event belongs to another account")
        if told["type"] not in EVENT_KINDS:
            raise ForgedEvent("there are no events of this kind")
        return GatewayEvent(
            event_id=told["id"], kind=told["type"], session_id=data["session_id"], payment_id=data["payment_id"],
            reference=reference,
        )  # fmt: skip

    def _post(self, path: str, key: str, values: Mapping[str, object]) -> dict[str, Any]:
        return self._call("POST", path, key, json.dumps(values, ensure_ascii=False).encode())

    def _call(self, method: str, path: str, key: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return self._calls.run(lambda: self._attempt(method, path, headers, body))

    def _attempt(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, Any]:
        try:
            reply = self._pool.request(method, f"{self._url}{path}", headers=headers, body=body, redirect=False)
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise GatewayUnavailable("nobody answers the door of the processor") from error
        except HTTPError as error:
            raise GatewayUnknown(f"the reply was lost: {type(error).__name__}") from error
        return _read(reply.status, reply.data)


def _read(status: int, data: bytes) -> dict[str, Any]:
    """The answer of a 2xx; otherwise the error that fits."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise GatewayUnknown(f"the reply can't be read (HTTP {status})") from error
    if 200 <= status < 300 and isinstance(answer, dict):
        return answer
    if status in (401, 403):
        raise GatewayUnavailable("the processor does not accept our key; nothing was attempted")
    if status == 429 or not 400 <= status < 500:
        raise GatewayUnknown(f"the processor could not say (HTTP {status})")
    problem = answer.get("error") if isinstance(answer, dict) else None
    code = problem.get("code") if isinstance(problem, dict) else None
    if not isinstance(problem, dict) or not isinstance(code, str) or not code:
        raise GatewayUnknown(f"the reply can't be read (HTTP {status})")
    raise GatewayRefused(code, str(problem.get("message", "")))


def _payment(answer: Mapping[str, Any]) -> CardPayment:
    if _text(answer, "currency") != "jpy":
        raise GatewayUnknown("the reply is not in yen")
    try:
        state = CardState(_text(answer, "state"))
    except ValueError as error:
        raise GatewayUnknown("the reply has a state that does not exist") from error
    return CardPayment(
        session_id=_text(answer, "session_id"),
        payment_id=_text(answer, "payment_id"),
        state=state,
        reference=_text(answer, "reference"),
        charge_yen=_number(answer, "charge_yen"),
        currency="jpy",
        refunded_yen=_number(answer, "refunded_yen"),
        brand=_text(answer, "brand"),
        last4=_text(answer, "last4"),
        failure_code=_text(answer, "failure_code"),
        disputes=_disputes(answer),
        kept_card=_kept_card(answer.get("saved_card")),
    )


def _kept_card(told: object) -> KeptCard | None:
    if not told:
        return None
    if not isinstance(told, dict):
        raise GatewayUnknown("the reply has no readable card")
    return KeptCard(
        token=_text(told, "token"),
        brand=_text(told, "brand"),
        last4=_text(told, "last4"),
        expiry_year=_number(told, "expiry_year"),
        expiry_month=_number(told, "expiry_month"),
    )


def _disputes(answer: Mapping[str, Any]) -> tuple[CardDispute, ...]:
    told = answer.get("disputes")
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise GatewayUnknown("the reply has no readable disputes")
    return tuple(
        CardDispute(_text(one, "dispute_id"), _number(one, "dispute_yen"), _dispute_state(_text(one, "state")))
        for one in told
    )


def _dispute_state(word: str) -> DisputeState:
    try:
        return DisputeState(word)
    except ValueError as error:
        raise GatewayUnknown("the reply has a state of a dispute that does not exist") from error


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        raise GatewayUnknown(f"the reply has no readable {name}")
    return value


def _number(answer: Mapping[str, Any], name: str) -> int:
    value = answer.get(name)
    if type(value) is not int:
        raise GatewayUnknown(f"the reply has no readable {name}")
    return value


def _name(given: str) -> str:
    """A name as part of a path. It comes from our books or from a webhook; anything odd in it is refused here."""
    if not given or not given.isascii() or not given.replace("_", "").isalnum():
        raise GatewayRefused("resource_missing", "no such session or payment")
    return given
