"""The two card processors of the contract tests, each with its gateway, its card holder and its outside witness."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import stripe
import urllib3
from django.test import override_settings

from sonae.apps.billing.gateway import CardGateway, Checkout
from sonae.integrations.call_out import Circuit
from sonae.integrations.sandbox_card.card_holder import CardHolder
from sonae.integrations.sandbox_card.gateway import SandboxCardGateway
from sonae.integrations.sandbox_card.journal import payments_by_reference, read_entries
from sonae.integrations.sandbox_card.secret_file import SharedSecrets
from sonae.integrations.sandbox_card.server import start_server
from sonae.integrations.sandbox_card.signature import sign
from sonae.integrations.stripe.gateway import StripeGateway
from tests.integrations.stripe_server import KEY, StripeServer

SECRET = "whsec_tests"
ACCOUNT = "acct_tests"
VISA = "4242424242424242"


class World(Protocol):
    """What the contract tests need of a processor beside the gateway."""

    gateway: CardGateway
    signature_header: str

    def new_gateway(self, *, seconds: float, circuit: Circuit | None = None) -> CardGateway: ...
    def pay(self, checkout: Checkout, number: str = VISA) -> None: ...
    def break_next(self, operation: str, fault: str, *, done: bool, times: int = 1) -> None: ...
    def captures(self, reference: str) -> list[int]: ...
    def refunds(self, reference: str) -> list[int]: ...
    def sessions(self, reference: str) -> int: ...
    def dispute(self, payment_id: str) -> None: ...
    def close_dispute(self, payment_id: str, outcome: str) -> None: ...
    def event(self, **changes: Any) -> bytes: ...
    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> str: ...
    def stop(self) -> None: ...


class SandboxWorld:
    """Sandbox Card on a free port of this machine."""

    signature_header = "Sandbox-Signature"

    def __init__(self, directory: Path) -> None:
        secrets = SharedSecrets(api_key=KEY, webhook_secret=SECRET, account=ACCOUNT)
        self.directory = directory
        self.server = start_server(journal_directory=directory, secrets=secrets, hang_seconds=5, slow_seconds=5)
        self.gateway = self.new_gateway(seconds=5)
        self._holder = CardHolder()
        self._http = urllib3.PoolManager(retries=False)

    def new_gateway(self, *, seconds: float, circuit: Circuit | None = None) -> CardGateway:
        with override_settings(
            SONAE_SANDBOX_CARD_URL=self.server.url,
            SONAE_SANDBOX_CARD_KEY=KEY,
            SONAE_SANDBOX_CARD_WEBHOOK_SECRET=SECRET,
            SONAE_SANDBOX_CARD_ACCOUNT=ACCOUNT,
            SONAE_CARD_TIMEOUT_SECONDS=seconds,
        ):
            return SandboxCardGateway(circuit)

    def control(self, act: str, **given: Any) -> dict[str, Any]:
        reply = self._http.request(
            "POST", f"{self.server.url}/control/{act}", json=given, headers={"Authorization": f"Bearer {KEY}"}
        )
        assert reply.status == 200, reply.data
        answer: dict[str, Any] = reply.json()
        return answer

    def pay(self, checkout: Checkout, number: str = VISA, *, expiry: str = "12/99") -> None:
        self._holder.pay(checkout.url, number, expiry=expiry)

    def break_next(self, operation: str, fault: str, *, done: bool, times: int = 1) -> None:
        self.control("behaviour", next=[{"operation": operation, "fault": fault, "done": done, "times": times}])

    def _yen(self, reference: str, kind: str) -> list[int]:
        return [e.yen for e in read_entries(self.directory) if e.reference == reference and e.kind == kind]

    def captures(self, reference: str) -> list[int]:
        return self._yen(reference, "payment.captured")

    def refunds(self, reference: str) -> list[int]:
        refunds = self._yen(reference, "payment.refunded")
        totals = payments_by_reference(self.directory).get(reference)
        assert sum(refunds) == (totals.refunded_yen if totals else 0)
        return refunds

    def sessions(self, reference: str) -> int:
        return len(self._yen(reference, "session.opened"))

    def dispute(self, payment_id: str) -> None:
        self.control("dispute", payment_id=payment_id)

    def close_dispute(self, payment_id: str, outcome: str) -> None:
        self.control("close_dispute", payment_id=payment_id, outcome=outcome)

    def event(self, **changes: Any) -> bytes:
        data = {"session_id": "ses_1", "payment_id": "pay_1", "reference": "r", "yen": 64940, "currency": "jpy"}
        event = {"id": "evt_1", "type": "payment.captured", "account": ACCOUNT, "created": 1, "data": data}
        return json.dumps(event | changes).encode()

    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> str:
        return sign(body=body, secret=secret, at=int(at.timestamp()))

    def stop(self) -> None:
        self.server.stop()


class StripeWorld:
    """The real SDK against a local server with Stripe's shapes."""

    signature_header = "Stripe-Signature"
    OPERATIONS = {"void": "cancel"}

    def __init__(self) -> None:
        self.server = StripeServer()
        self.gateway = self.new_gateway(seconds=5)

    def new_gateway(self, *, seconds: float, circuit: Circuit | None = None) -> CardGateway:
        with override_settings(
            SONAE_STRIPE_KEY=KEY,
            SONAE_STRIPE_WEBHOOK_SECRET=SECRET,
            SONAE_STRIPE_API_BASE=self.server.url,
            SONAE_STRIPE_ACCOUNT=ACCOUNT,
            SONAE_CARD_TIMEOUT_SECONDS=seconds,
        ):
            return StripeGateway(circuit)

    def pay(self, checkout: Checkout, number: str = VISA) -> None:
        self.server.pay(checkout.session_id, number)

    def break_next(self, operation: str, fault: str, *, done: bool, times: int = 1) -> None:
        self.server.break_next(self.OPERATIONS.get(operation, operation), fault, done=done, times=times)

    def captures(self, reference: str) -> list[int]:
        return [yen for of, yen in self.server.books.captures if of == reference]

    def refunds(self, reference: str) -> list[int]:
        intents = self.server.books.intents
        books = self.server.books.refunds
        return [r["amount"] for r in books if intents[r["payment_intent"]]["metadata"]["reference"] == reference]

    def sessions(self, reference: str) -> int:
        return sum(s["client_reference_id"] == reference for s in self.server.books.sessions.values())

    def dispute(self, payment_id: str) -> None:
        self.server.dispute(payment_id)

    def close_dispute(self, payment_id: str, outcome: str) -> None:
        self.server.close_dispute(payment_id, outcome)

    def event(self, **changes: Any) -> bytes:
        thing = {"object": "payment_intent", "id": "pi_1", "amount": 64940, "currency": "jpy"}
        event = {"object": "event", "id": "evt_1", "type": "payment_intent.succeeded", "livemode": False}
        return json.dumps({**event, "data": {"object": thing}, **changes}).encode()

    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> str:
        made = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, int(at.timestamp()))
        assert isinstance(made, str)
        return made

    def stop(self) -> None:
        self.server.stop()


class Applicant:
    """Opens checkouts with keys and references of their own, as the enrolment does."""

    _numbers = itertools.count(1)

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, *, charge_yen: int = 64940, gateway: CardGateway | None = None, **changes: Any) -> Checkout:
        reference = changes.setdefault("reference", self.new_reference())
        given: dict[str, Any] = {
            "key": f"open:{reference}",
            "charge_yen": charge_yen,
            "description": "サイバー保険 2026年度",
            "email": "aiko@example.jp",
            "return_url": "http://127.0.0.1:8000/apply/paid/",
            "cancel_url": "http://127.0.0.1:8000/apply/pay/",
            "language": "ja",
            "save_card": False,
        }
        return (gateway or self.world.gateway).open_checkout(**given | changes)

    def new_reference(self) -> str:
        return f"application-{next(self._numbers)}"

    def authorised(self, *, charge_yen: int = 64940) -> tuple[str, str, str]:
        """Reference, session and payment of a page that was paid on."""
        reference = self.new_reference()
        checkout = self.open(charge_yen=charge_yen, reference=reference)
        self.world.pay(checkout)
        payment = self.world.gateway.read_payment(session_id=checkout.session_id)
        return reference, payment.session_id, payment.payment_id


WORLDS: dict[str, Callable[[Path], World]] = {"sandbox_card": SandboxWorld, "stripe": lambda _: StripeWorld()}
