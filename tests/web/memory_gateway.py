"""A card processor that lives in the test: every call does what the test has arranged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sonae.apps.billing.gateway import CardPayment, CardRefund, CardState, Checkout, ForgedEvent, GatewayEvent


@dataclass
class MemoryGateway:
    """Keeps payments by session. ``fail_with`` is raised by the next calls of the named methods.

    Two of them in one database need a ``mark`` each: their sessions and payments are known by it.
    """

    name: str = "memory"
    mark: str = ""
    payments: dict[str, CardPayment] = field(default_factory=dict)
    by_key: dict[str, Checkout] = field(default_factory=dict)
    fail_with: dict[str, Exception] = field(default_factory=dict)
    captures: int = 0

    def _maybe_fail(self, method: str) -> None:
        if method in self.fail_with:
            raise self.fail_with[method]

    def open_checkout(
        self, *, key: str, reference: str, charge_yen: int, description: str, email: str,
        return_url: str, cancel_url: str, language: str,
    ) -> Checkout:  # fmt: skip
        self._maybe_fail("open_checkout")
        if key not in self.by_key:
            session = f"cs_{self.mark}{len(self.by_key) + 1}"
            self.by_key[key] = Checkout(session, f"http://127.0.0.1:8001/pay/{session}")
            self.payments[session] = CardPayment(session, "", CardState.OPEN, reference, charge_yen, "jpy")
        return self.by_key[key]

    def card_holder_pays(self, brand: str = "visa", last4: str = "4242") -> None:
        """Authorise on the newest page."""
        self._change(
            state=CardState.AUTHORISED, payment_id=f"pi_{self.mark}{len(self.payments)}", brand=brand, last4=last4
        )

    def card_is_declined(self) -> None:
        """The newest page stays open; the last try was declined."""
        self._change(failure_code="card_declined")

    def _change(self, **fields: object) -> None:
        session = list(self.payments)[-1]
        self.payments[session] = replace(self.payments[session], **fields)

    def read_payment(self, *, session_id: str) -> CardPayment:
        self._maybe_fail("read_payment")
        return self.payments[session_id]

    def capture(self, *, payment_id: str, charge_yen: int, key: str) -> CardPayment:
        self._maybe_fail("capture")
        session = next(s for s, payment in self.payments.items() if payment.payment_id == payment_id)
        if self.payments[session].state != CardState.CAPTURED:
            self.captures += 1
            self.payments[session] = replace(self.payments[session], state=CardState.CAPTURED)
        return self.payments[session]

    def void(self, *, session_id: str, payment_id: str, key: str) -> CardPayment:
        self._maybe_fail("void")
        self.payments[session_id] = replace(self.payments[session_id], state=CardState.VOIDED)
        return self.payments[session_id]

    def refund(self, *, payment_id: str, refund_yen: int, key: str) -> CardRefund:
        return CardRefund("re_1", refund_yen)

    def read_event(self, *, body: bytes, headers: dict[str, str], now: datetime) -> GatewayEvent:
        raise ForgedEvent("no events here")
