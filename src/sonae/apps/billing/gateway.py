"""What Sonae asks of a card processor, and the answers it must be able to tell apart.

One Protocol, two implementations (``integrations/sandbox_card`` and ``integrations/stripe``), chosen by the dotted name in
``SONAE_CARD_GATEWAY``. Yen has no minor unit: ``charge_yen`` is what the card holder pays, in both directions.
Card numbers are typed on the processor's own page and never reach this server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class CardState(StrEnum):
    """Where a card payment stands at the processor. It only moves forward."""

    OPEN = "open"  # the hosted page has been opened, nothing is authorised yet; a declined try leaves it open
    AUTHORISED = "authorised"  # the issuer holds the sum; nothing is charged until capture
    CAPTURED = "captured"  # charged
    VOIDED = "voided"  # the authorisation was given back; nothing was charged
    EXPIRED = "expired"  # the hosted page was left or timed out; nothing was charged


class DisputeState(StrEnum):
    """Where a dispute stands: the card holder says to its bank that the charge is not right (chargeback)."""

    OPEN = "open"  # the processor has taken the money back and keeps it until the bank decides
    WON = "won"  # it has come back to us
    LOST = "lost"  # it stays with the card holder


@dataclass(frozen=True, slots=True)
class CardDispute:
    """One dispute of a charge. Questions of a bank that move no money aren't disputes."""

    dispute_id: str
    dispute_yen: int
    state: DisputeState


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card that its holder let us charge again. ``token`` is the processor's name for it; the number never reaches us."""

    token: str
    brand: str
    last4: str
    expiry_year: int
    expiry_month: int


@dataclass(frozen=True, slots=True)
class Checkout:
    """A hosted card page that waits for the card holder."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class CardPayment:
    """What the processor says of one payment now. ``reference`` is the reference given at ``open_checkout``."""

    session_id: str
    payment_id: str
    state: CardState
    reference: str
    charge_yen: int
    currency: str
    refunded_yen: int = 0
    brand: str = ""
    last4: str = ""
    failure_code: str = ""  # why the last try was declined, in the processor's words
    disputes: tuple[CardDispute, ...] = ()
    kept_card: KeptCard | None = None  # where the page was opened with ``save_card`` and a card was taken on it

    @property
    def disputed(self) -> bool:
        """Whether the charge is or was in dispute."""
        return bool(self.disputes)


class SavedCardOutcome(StrEnum):
    """What became of charging a kept card without its holder."""

    AUTHORISED = "authorised"  # the sum is held, exactly as after the card page
    DECLINED = "declined"  # the issuer said no; nothing is held
    HOLDER_NEEDED = "holder_needed"  # the issuer wants to see the holder: lead them to the card page


@dataclass(frozen=True, slots=True)
class SavedCardAnswer:
    """``session_id`` names the payment at ``read_payment`` and ``void``, whatever the outcome; ``code`` is the issuer's reason."""

    outcome: SavedCardOutcome
    session_id: str
    payment_id: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class CardRefund:
    """A refund as the processor holds it."""

    refund_id: str
    refund_yen: int


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A signed message from the processor. It only says where to look: the payment is always read afresh."""

    event_id: str
    kind: str
    session_id: str
    payment_id: str
    reference: str = ""  # where the processor's own payment is named, which we may not have met yet


class GatewayError(Exception):
    """Base of everything a gateway raises."""


class GatewayUnknown(GatewayError):
    """The call may or may not have been carried out (time-out, reset, 5xx, broken reply). Ask again with the same key."""


class GatewayRefused(GatewayError):
    """The processor said no, for good. ``code`` is its reason."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class GatewayUnavailable(GatewayError):
    """Not attempted: the circuit is open or the connection was refused before anything was sent."""


class ForgedEvent(GatewayError):
    """A webhook whose signature, age, account or body is not what the processor sends."""


class CardGateway(Protocol):
    """Every method may raise any ``GatewayError``. None is called inside a transaction."""

    name: str

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
        """Open a hosted page that authorises ``charge_yen`` without capturing. The same ``key`` gives the same page back.

        ``save_card``: its holder has agreed that the card is kept for later charges.
        """

    def charge_saved_card(
        self, *, key: str, reference: str, charge_yen: int, description: str, token: str
    ) -> SavedCardAnswer:
        """Authorise, not capture, on a kept card without its holder, once for each ``key``.

        ``GatewayRefused``: the card can't be charged at all (it was let go of). After ``GatewayUnknown`` ask with the same key.
        """

    def forget_card(self, *, token: str, key: str) -> None:
        """Let go of a kept card for good; letting go again is no error."""

    def read_payment(self, *, session_id: str) -> CardPayment:
        """What the processor says now."""

    def capture(self, *, payment_id: str, charge_yen: int, key: str) -> CardPayment:
        """Charge an authorised payment, once for each ``key``; capturing what is captured answers with it."""

    def void(self, *, session_id: str, payment_id: str, key: str) -> CardPayment:
        """Give an authorisation back, or close a page that nobody paid on (``payment_id`` may be empty)."""

    def refund(self, *, payment_id: str, refund_yen: int, key: str) -> CardRefund:
        """Give back part or all of a captured payment, once for each ``key``."""

    def read_event(self, *, body: bytes, headers: dict[str, str], now: datetime) -> GatewayEvent:
        """Check signature, age (300 s at most) and account of a webhook. Raises ``ForgedEvent``."""


@cache
def card_gateway() -> CardGateway:
    """The gateway named in the settings."""
    gateway: CardGateway = import_string(settings.SONAE_CARD_GATEWAY)()
    return gateway
