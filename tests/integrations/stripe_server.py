"""A server with the shape of Stripe's API, as far as the gateway uses it: for tests with the real SDK.

Kept to what Stripe documents for API version 2026-10-28.endive: no payment before the page is paid on, idempotency keys
that keep the first answer of a call that began, a cancel only for a held payment, ``allowed_payment_method_types``.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "sk_test_tests"

DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000000069": ("expired_card", "expired_card"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc"),
    "4000008400001629": ("payment_intent_authentication_failure", ""),
}
OFF_SESSION = {
    "4000000000000341": ("card_declined", "generic_decline"),
    "4100000000000217": ("card_declined", "insufficient_funds"),
    "4100000000000225": ("expired_card", "expired_card"),
    "4100000000000233": ("card_declined", "lost_card"),
    "4100000000000241": ("authentication_required", "authentication_required"),
    "4000002760003184": ("authentication_required", "authentication_required"),
}
BRANDS = {"4": "visa", "55": "mastercard", "35": "jcb", "37": "amex", "30": "diners"}


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, kind: str, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message or code}}
        self.kept = status != 404


def unexpected(message: str) -> Problem:
    """The state of the payment does not allow it."""
    return Problem(400, "invalid_request_error", "payment_intent_unexpected_state", message)


@dataclass
class Fault:
    """What goes wrong with the next matching call; ``done``: after it was carried out."""

    name: str
    done: bool
    seconds: float = 5.0


@dataclass
class Books:
    """What the server knows."""

    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    charges: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    methods: dict[str, dict[str, str]] = field(default_factory=dict)
    captures: list[tuple[str, int]] = field(default_factory=list)
    answers: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def name(self, prefix: str) -> str:
        return f"{prefix}_{next(self.numbers):06d}"


class StripeServer(ThreadingHTTPServer):
    """Serve on a free port of the loopback until ``stop``."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.books = Books()
        self.faults: dict[str, deque[Fault]] = {}
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def break_next(self, operation: str, fault: str, *, done: bool, times: int = 1, seconds: float = 5.0) -> None:
        self.faults.setdefault(operation, deque()).extend(Fault(fault, done, seconds) for _ in range(times))

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is no news."""

    def pay(self, session_id: str, number: str = "4242424242424242") -> None:
        """The card holder types a card on the hosted page."""
        with self.lock:
            session = self.books.sessions[session_id]
            assert session["status"] == "open"
            intent = self._intent_of(session)
            if number in DECLINES:
                code, decline_code = DECLINES[number]
                intent["status"] = "requires_payment_method"
                error = {"type": "card_error", "code": code, "message": "declined"}
                intent["last_payment_error"] = error | ({"decline_code": decline_code} if decline_code else {})
                return
            brand = next(name for start, name in BRANDS.items() if number.startswith(start))
            method = self.books.name("pm")
            if intent["setup_future_usage"]:
                intent["customer"] = self.books.name("cus")
                self.books.methods[method] = {"number": number, "customer": intent["customer"]}
            self._hold(intent, number, brand, method)
            session.update(status="complete", payment_status="unpaid")

    def _hold(self, intent: dict[str, Any], number: str, brand: str, method: str) -> None:
        charge = {
            "id": self.books.name("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "captured": False,
            "currency": "jpy",
            "disputed": False,
            "payment_intent": intent["id"],
            "metadata": dict(intent["metadata"]),
            "payment_method": method,
            "payment_method_details": {
                "type": "card",
                "card": {"brand": brand, "last4": number[-4:], "exp_year": 2099, "exp_month": 12},
            },
        }
        self.books.charges[charge["id"]] = charge
        intent.update(
            status="requires_capture",
            amount_capturable=intent["amount"],
            latest_charge=charge["id"],
            last_payment_error=None,
        )

    def dispute(self, payment_id: str, status: str = "needs_response") -> None:
        """The card holder disputes what is left of the charge."""
        charge = self.books.charges[self.books.intents[payment_id]["latest_charge"]]
        charge["disputed"] = True
        self.books.disputes.append(
            {
                "id": self.books.name("dp"),
                "object": "dispute",
                "amount": charge["amount"] - charge["amount_refunded"],
                "charge": charge["id"],
                "currency": "jpy",
                "payment_intent": payment_id,
                "status": status,
            }
        )

    def close_dispute(self, payment_id: str, status: str) -> None:
        """The bank has decided."""
        for dispute in self.books.disputes:
            if dispute["payment_intent"] == payment_id:
                dispute["status"] = status

    def _intent_of(self, session: dict[str, Any]) -> dict[str, Any]:
        if session["payment_intent"] is None:
            intent = self._new_intent(
                session["amount_total"], session["_intent_metadata"], session["_capture_method"], session["_usage"]
            )
            session["payment_intent"] = intent["id"]
        return self.books.intents[session["payment_intent"]]

    def _new_intent(self, yen: int, metadata: dict[str, str], capture: str, usage: str | None) -> dict[str, Any]:
        intent = {
            "id": self.books.name("pi"),
            "object": "payment_intent",
            "amount": yen,
            "amount_capturable": 0,
            "amount_received": 0,
            "capture_method": capture,
            "currency": "jpy",
            "customer": None,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": dict(metadata),
            "setup_future_usage": usage,
            "status": "requires_payment_method",
        }
        self.books.intents[intent["id"]] = intent
        return intent

    # --- operations ------------------------------------------------------------------------------------------------

    def whole(self, session: dict[str, Any], expand: Sequence[str]) -> dict[str, Any]:
        """A session as the API shows it, with what was asked to be expanded."""
        shown = {name: value for name, value in session.items() if not name.startswith("_")}
        if shown["payment_intent"] and any(part.startswith("payment_intent") for part in expand):
            intent = dict(self.books.intents[shown["payment_intent"]])
            if intent["latest_charge"] and "payment_intent.latest_charge" in expand:
                intent["latest_charge"] = self.books.charges[intent["latest_charge"]]
            shown["payment_intent"] = intent
        return shown

    def open(self, given: dict[str, str]) -> dict[str, Any]:
        if any(name.startswith("payment_method_types") for name in given):
            raise Problem(400, "invalid_request_error", "payment_method_types_no_longer_supported")
        if given.get("line_items[0][price_data][currency]") != "jpy" or given.get("mode") != "payment":
            raise Problem(400, "invalid_request_error", "parameter_invalid_empty")
        session_id = self.books.name("cs_test")
        unit = int(given["line_items[0][price_data][unit_amount]"])
        if unit < 50:
            raise Problem(400, "invalid_request_error", "amount_too_small")
        session = {
            "id": session_id,
            "object": "checkout.session",
            "amount_total": unit * int(given["line_items[0][quantity]"]),
            "client_reference_id": given.get("client_reference_id"),
            "currency": "jpy",
            "livemode": False,
            "metadata": {"reference": given.get("metadata[reference]", "")},
            "mode": "payment",
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "url": f"https://checkout.stripe.com/c/pay/{session_id}",
            "_usage": given.get("payment_intent_data[setup_future_usage]"),
            "_capture_method": given.get("payment_intent_data[capture_method]", "automatic"),
            "_intent_metadata": {"reference": given.get("payment_intent_data[metadata][reference]", "")},
        }
        self.books.sessions[session_id] = session
        return self.whole(session, [])

    def expire(self, session: dict[str, Any]) -> dict[str, Any]:
        if session["status"] != "open":
            raise Problem(400, "invalid_request_error", "checkout_session_not_open")
        session.update(status="expired", url=None)
        if session["payment_intent"]:
            self.books.intents[session["payment_intent"]]["status"] = "canceled"
        return self.whole(session, [])

    def capture(self, intent: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
        if intent["status"] != "requires_capture":
            raise unexpected(f"could not be captured: {intent['status']}")
        yen = int(given.get("amount_to_capture", intent["amount"]))
        intent.update(status="succeeded", amount_received=yen, amount_capturable=0)
        self.books.charges[intent["latest_charge"]].update(captured=True, amount_captured=yen)
        self.books.captures.append((intent["metadata"]["reference"], yen))
        return dict(intent)

    def charge_saved(self, given: dict[str, str]) -> dict[str, Any]:
        """A PaymentIntent that is created and confirmed at once, without the card holder."""
        if any(name.startswith("payment_method_types") for name in given):
            raise Problem(400, "invalid_request_error", "payment_method_types_no_longer_supported")
        assert (given["off_session"], given["confirm"], given["capture_method"]) == ("true", "true", "manual")
        kept = self.books.methods.get(given["payment_method"])
        if kept is None or kept["customer"] != given["customer"]:
            raise Problem(400, "invalid_request_error", "resource_missing", "No such PaymentMethod")
        intent = self._new_intent(int(given["amount"]), {"reference": given["metadata[reference]"]}, "manual", None)
        intent["customer"] = given["customer"]
        number = kept["number"]
        if number in OFF_SESSION:
            code, decline_code = OFF_SESSION[number]
            problem = Problem(402, "card_error", code)
            problem.body["error"] |= {"decline_code": decline_code, "payment_intent": dict(intent)}
            raise problem
        brand = next(name for start, name in BRANDS.items() if number.startswith(start))
        self._hold(intent, number, brand, given["payment_method"])
        return dict(intent)

    def detach(self, method: str) -> dict[str, Any]:
        if self.books.methods.pop(method, None) is None:
            raise Problem(400, "invalid_request_error", "payment_method_unexpected_state")
        return {"id": method, "object": "payment_method", "type": "card", "customer": None}

    def whole_intent(self, intent: dict[str, Any], expand: Sequence[str]) -> dict[str, Any]:
        charge = intent["latest_charge"]
        return intent | ({"latest_charge": self.books.charges[charge]} if charge and "latest_charge" in expand else {})

    def cancel(self, intent: dict[str, Any]) -> dict[str, Any]:
        if intent["status"] == "requires_payment_method" and not any(
            session["payment_intent"] == intent["id"] for session in self.books.sessions.values()
        ):
            intent.update(status="canceled")
            return dict(intent)
        if intent["status"] != "requires_capture":
            raise unexpected(f"could not be canceled: {intent['status']}")
        intent.update(status="canceled", amount_capturable=0)
        charge = self.books.charges[intent["latest_charge"]]
        charge.update(amount_refunded=charge["amount"])
        return dict(intent)

    def refund(self, given: dict[str, str]) -> dict[str, Any]:
        intent = self._found(self.books.intents, given["payment_intent"])
        yen = int(given["amount"])
        if intent["status"] != "succeeded":
            raise Problem(400, "invalid_request_error", "charge_not_captured")
        charge = self.books.charges[intent["latest_charge"]]
        if any(one["charge"] == charge["id"] and one["status"] != "won" for one in self.books.disputes):
            raise Problem(400, "invalid_request_error", "charge_disputed")
        if yen > charge["amount"] - charge["amount_refunded"]:
            raise Problem(400, "invalid_request_error", "amount_too_large")
        charge["amount_refunded"] += yen
        refund = {
            "id": self.books.name("re"),
            "object": "refund",
            "amount": yen,
            "currency": "jpy",
            "payment_intent": intent["id"],
            "status": "succeeded",
        }
        self.books.refunds.append(refund)
        return refund

    @staticmethod
    def _found(shelf: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in shelf:
            raise Problem(404, "invalid_request_error", "resource_missing")
        return shelf[name]

    def carry_out(self, operation: str, name: str, given: dict[str, str]) -> dict[str, Any]:
        expand = [value for key, value in given.items() if key.startswith("expand[")]
        sessions, intents = self.books.sessions, self.books.intents
        acts: dict[str, Callable[[], dict[str, Any]]] = {
            "open": lambda: self.open(given),
            "read": lambda: self.whole(self._found(sessions, name), expand),
            "list": lambda: self.list(given["payment_intent"], [part.removeprefix("data.") for part in expand]),
            "expire": lambda: self.expire(self._found(sessions, name)),
            "capture": lambda: self.capture(self._found(intents, name), given),
            "cancel": lambda: self.cancel(self._found(intents, name)),
            "refund": lambda: self.refund(given),
            "charge_saved": lambda: self.charge_saved(given),
            "forget": lambda: self.detach(name),
            "read_intent": lambda: self.whole_intent(self._found(intents, name), expand),
            "disputes": lambda: self.list_disputes(given["payment_intent"]),
        }
        return acts[operation]()

    def list(self, payment_id: str, expand: Sequence[str]) -> dict[str, Any]:
        found = [session for session in self.books.sessions.values() if session["payment_intent"] == payment_id]
        data = [self.whole(session, expand) for session in found]
        return {"object": "list", "url": "/v1/checkout/sessions", "has_more": False, "data": data}

    def list_disputes(self, payment_id: str) -> dict[str, Any]:
        data = [dispute for dispute in self.books.disputes if dispute["payment_intent"] == payment_id]
        return {"object": "list", "url": "/v1/disputes", "has_more": False, "data": data}


ROUTES = (
    ("POST", r"/v1/checkout/sessions", "open"),
    ("GET", r"/v1/checkout/sessions", "list"),
    ("GET", r"/v1/checkout/sessions/(\w+)", "read"),
    ("POST", r"/v1/checkout/sessions/(\w+)/expire", "expire"),
    ("POST", r"/v1/payment_intents/(\w+)/capture", "capture"),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", "cancel"),
    ("POST", r"/v1/refunds", "refund"),
    ("GET", r"/v1/disputes", "disputes"),
    ("POST", r"/v1/payment_intents", "charge_saved"),
    ("GET", r"/v1/payment_intents/(\w+)", "read_intent"),
    ("POST", r"/v1/payment_methods/(\w+)/detach", "forget"),
)


class Handler(BaseHTTPRequestHandler):
    server: StripeServer
    protocol_version = "HTTP/1.1"
    replayed = False

    def log_message(self, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        parts = urlsplit(self.path)
        given = dict(parse_qsl(body or parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.books.requests.append((self.command, parts.path, given, headers))
        for method, pattern, operation in ROUTES:
            match = re.fullmatch(pattern, parts.path)
            if match and method == self.command:
                waiting = self.server.faults.get(operation)
                fault = waiting.popleft() if waiting else None
                name = match[1] if match.groups() else ""
                answer = None
                self.replayed = False
                if fault is not None and fault.name == "kept_500":
                    answer, fault = self._answer(operation, name, given, headers, fails=True), None
                elif fault is None or fault.done:
                    answer = self._answer(operation, name, given, headers)
                self._deliver(answer or (500, {}), fault)
                return
        self._send(404, {"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}})

    def _answer(
        self, operation: str, name: str, given: dict[str, str], headers: dict[str, str], *, fails: bool = False
    ) -> tuple[int, dict[str, Any]]:
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
        key = headers.get("idempotency-key", "") if self.command == "POST" else ""
        fingerprint = hashlib.sha256(json.dumps([self.path, given], sort_keys=True).encode()).hexdigest()
        with self.server.lock:
            kept = self.server.books.answers.get(key)
            if key and kept:
                if kept[0] != fingerprint:
                    return 400, {"error": {"type": "idempotency_error", "message": "other parameters"}}
                self.replayed = True
                return kept[1], kept[2]
            if fails:  # the endpoint has begun and fails: that is the answer which is kept
                self.server.books.answers[key] = (
                    fingerprint,
                    500,
                    {"error": {"type": "api_error", "message": "failed"}},
                )
                return self.server.books.answers[key][1:]
            try:
                answer = 200, json.loads(json.dumps(self.server.carry_out(operation, name, given)))
            except Problem as problem:
                answer = problem.status, problem.body
                if not problem.kept:
                    return answer
            if key:
                self.server.books.answers[key] = (fingerprint, *answer)
            return answer

    def _whole(self, status: int, body: dict[str, Any], *, spoil: str = "") -> bytes:
        data = spoil.encode() or json.dumps(body).encode()
        head = f"HTTP/1.1 {status} {self.responses[status][0]}\r\nContent-Type: application/json\r\n"
        head += "Connection: close\r\n" if self.close_connection else ""
        head += "Idempotent-Replayed: true\r\n" if self.replayed else ""
        return head.encode() + f"Request-Id: req_1\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data

    def _send(self, status: int, body: dict[str, Any], *, spoil: str = "") -> None:
        self.wfile.write(self._whole(status, body, spoil=spoil))

    def _deliver(self, answer: tuple[int, dict[str, Any]], fault: Fault | None) -> None:
        if fault is None:
            self._send(*answer)
            return
        self.close_connection = True
        match fault.name:
            case "hang":
                self.server.stopping.wait(fault.seconds)
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "status_500":
                self._send(500, {"error": {"type": "api_error", "message": "Something went wrong"}})
            case "status_429":
                self._send(429, {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "slow"}})
            case "status_409":
                self._send(409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}})
            case "broken_body":
                self._send(200, {}, spoil='{"id": "pi_')
            case "broken_chunk":
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                self.wfile.write(head + b'40\r\n{"id": "pi_')
            case "slow":
                self.server.stopping.wait(fault.seconds)
                self._send(*answer)
            case "dribble":
                for byte in self._whole(*answer):
                    self.wfile.write(bytes([byte]))
                    if self.server.stopping.wait(fault.seconds / 100):
                        return
