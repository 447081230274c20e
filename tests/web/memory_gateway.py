"""A card processor that lives in the test: every call does what the test has arranged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sonae.apps.billing.gateway import (
    CardDispute,
    CardPayment,
    CardRefund,
    CardState,
    Checkout,
    DisputeState,
    ForgedEvent,
    GatewayEvent,
    KeptCard,
    SavedCardAnswer,
    SavedCardOutcome,
)


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
    refunds: list[int] = field(default_factory=list)
    saves: bool = False
    saved_outcome: SavedCardOutcome = SavedCardOutcome.AUTHORISED
    saved_answers: dict[str, SavedCardAnswer] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)

    def _maybe_fail(self, method: str) -> None:
        if method in self.fail_with:
            raise self.fail_with[method]

    def open_checkout(
        self, *, key: str, reference: str, charge_yen: int, description: str, email: str,
        return_url: str, cancel_url: str, language: str, save_card: bool,
    ) -> Checkout:  # fmt: skip
        self._maybe_fail("open_checkout")
        self.saves = save_card
        if key not in self.by_key:
            session = f"cs_{self.mark}{len(self.by_key) + 1}"
            self.by_key[key] = Checkout(session, f"http://127.0.0.1:8001/pay/{session}")
            self.payments[session] = CardPayment(session, "", CardState.OPEN, reference, charge_yen, "jpy")
        return self.by_key[key]

    def card_holder_pays(self, brand: str = "visa", last4: str = "4242") -> None:
        """Authorise on the newest page."""
        kept = KeptCard(f"card_{self.mark}{len(self.payments)}", brand, last4, 2030, 6) if self.saves else None
        self._change(
            state=CardState.AUTHORISED, payment_id=f"pi_{self.mark}{len(self.payments)}", brand=brand, last4=last4,
            kept_card=kept,
        )  # fmt: skip

    def charge_saved_card(
        self, *, key: str, reference: str, charge_yen: int, description: str, token: str
    ) -> SavedCardAnswer:
        self._maybe_fail("charge_saved_card")
        if key not in self.saved_answers:
            name = f"pi_{self.mark}saved{len(self.saved_answers) + 1}"
            state = CardState.AUTHORISED if self.saved_outcome == SavedCardOutcome.AUTHORISED else CardState.OPEN
            self.payments[name] = CardPayment(
                name, name, state, reference, charge_yen, "jpy", brand="visa", last4="4242"
            )
            code = "" if state == CardState.AUTHORISED else "said_no"
            self.saved_answers[key] = SavedCardAnswer(self.saved_outcome, name, name, code)
        return self.saved_answers[key]

    def forget_card(self, *, token: str, key: str) -> None:
        self._maybe_fail("forget_card")
        self.forgotten.append(token)

    def card_is_declined(self) -> None:
        """The newest page stays open; the last try was declined."""
        self._change(failure_code="card_declined")

    def bank_takes_back(self, dispute_yen: int, state: DisputeState = DisputeState.OPEN, name: str = "dis_1") -> None:
        """A dispute of the newest payment, as it stands now."""
        session = list(self.payments)[-1]
        others = tuple(one for one in self.payments[session].disputes if one.dispute_id != name)
        self._change(disputes=(*others, CardDispute(name, dispute_yen, state)))

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
        self._maybe_fail("refund")
        self.refunds.append(refund_yen)
        return CardRefund("re_1", refund_yen)

    def read_event(self, *, body: bytes, headers: dict[str, str], now: datetime) -> GatewayEvent:
        raise ForgedEvent("no events here")
