"""The card gateway that talks to Stripe: hosted Checkout, 3-D Secure, authorise first, capture when cover is issued.

The SDK's own retries are off: a repeat is decided where the key and the payment's state are known. Yen has no
minor unit at Stripe either, so sums go over as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import requests
import stripe
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from sonae.apps.billing.gateway import (
    CardDispute,
    CardPayment,
    CardRefund,
    CardState,
    Checkout,
    GatewayEvent,
    GatewayRefused,
    GatewayUnavailable,
    GatewayUnknown,
    SavedCardAnswer,
)
from sonae.integrations.call_out import CallOut, Circuit
from sonae.integrations.certificate_faults import certificate_fault
from sonae.integrations.stripe.payment import (
    is_disputed,
    payment_of_intent,
    payment_of_session,
    read_checkout,
    read_dispute,
    read_refund,
)
from sonae.integrations.stripe.saved_card import charged_without_holder
from sonae.integrations.stripe.webhook import read_webhook

if TYPE_CHECKING:
    from stripe import RequestOptions
    from stripe.checkout import Session
    from stripe.params import PaymentIntentCreateParams, RefundCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionListParams

# The version that the answers are read in. It belongs to the SDK's major version; a test holds the two together.
API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS = 2.0
UNEXPECTED_STATE = "payment_intent_unexpected_state"
KEPT_FAILURE = "failed_before"  # our word: Stripe keeps a 500 under its key for a day and repeats it
MOST_DISPUTES = 20  # of one charge; there is hardly ever a second
INTENT = "pi_"  # how the names of payments begin; those of pages begin otherwise
ALREADY_FORGOTTEN = {"resource_missing", "payment_method_unexpected_state"}
WHOLE_PAYMENT = ["payment_intent.latest_charge"]

Answer = TypeVar("Answer")


class StripeGateway:
    """Implements ``CardGateway`` with the official SDK. One object serves all threads of a process."""

    name = "stripe"

    def __init__(self, circuit: Circuit | None = None) -> None:
        seconds = float(getattr(settings, "SONAE_CARD_TIMEOUT_SECONDS", 10.0))
        connect = min(CONNECT_SECONDS, seconds)
        base = getattr(settings, "SONAE_STRIPE_API_BASE", "")
        self._account: str = getattr(settings, "SONAE_STRIPE_ACCOUNT", "")
        self._webhook_secret: str = settings.SONAE_STRIPE_WEBHOOK_SECRET
        self._live = settings.SONAE_STRIPE_KEY.startswith(("sk_live_", "rk_live_"))
        self._three_d_secure: str = getattr(settings, "SONAE_STRIPE_THREE_D_SECURE", "any")
        self._stripe = stripe.StripeClient(
            settings.SONAE_STRIPE_KEY,
            stripe_version=API_VERSION,
            base_addresses={"api": base} if base else None,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(connect, seconds), session=requests.Session()),
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
        """Open a Checkout page. The same ``key`` gives the same page back."""
        params: SessionCreateParams = {
            "mode": "payment",
            "locale": "en" if language == "en" else "ja",
            "client_reference_id": reference,
            "metadata": {"reference": reference},
            "success_url": return_url,
            "cancel_url": cancel_url,
            "allowed_payment_method_types": ["card"],
            "payment_method_options": {"card": {"request_three_d_secure": self._three_d_secure}},
            "payment_intent_data": {
                "capture_method": "manual",
                "description": description,
                "metadata": {"reference": reference},
            },
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "jpy", "unit_amount": charge_yen, "product_data": {"name": description}},
                }
            ],
        }
        if email:
            params["customer_email"] = email
        if save_card:
            # Stripe keeps a card under a record of its holder.
            params["payment_intent_data"]["setup_future_usage"] = "off_session"
            params["customer_creation"] = "always"
        sessions = self._stripe.v1.checkout.sessions
        return self._ask(lambda: read_checkout(sessions.create(params, {"idempotency_key": key})))

    def read_payment(self, *, session_id: str) -> CardPayment:
        """What Stripe says now. A payment on a kept card had no page, and is named by itself."""
        if session_id.startswith(INTENT):
            return self._ask(lambda: self._read_intent(session_id))
        sessions = self._stripe.v1.checkout.sessions
        return self._ask(lambda: self._whole(sessions.retrieve(session_id, {"expand": WHOLE_PAYMENT})))

    def _read_intent(self, payment_id: str) -> CardPayment:
        intent = self._stripe.v1.payment_intents.retrieve(payment_id, {"expand": ["latest_charge"]})
        charge = intent.latest_charge
        disputes = self._disputes_of(intent.id) if isinstance(charge, stripe.Charge) and charge.disputed else ()
        return payment_of_intent(intent, disputes)

    def _disputes_of(self, payment_id: str) -> tuple[CardDispute, ...]:
        found = self._stripe.v1.disputes.list({"payment_intent": payment_id, "limit": MOST_DISPUTES}).data
        return tuple(filter(None, map(read_dispute, found)))

    def _whole(self, session: Session) -> CardPayment:
        """The payment with its disputes, for which there is a call of its own."""
        intent = session.payment_intent
        if not is_disputed(session) or not isinstance(intent, stripe.PaymentIntent):
            return payment_of_session(session)
        return payment_of_session(session, self._disputes_of(intent.id))

    def capture(self, *, payment_id: str, charge_yen: int, key: str) -> CardPayment:
        """Charge the authorised sum, once for each ``key``; capturing what is captured answers with it."""
        before = self._find_payment(payment_id)
        if before.charge_yen != charge_yen:
            raise GatewayRefused("charge_differs", "only the whole authorised sum can be captured")
        if before.state == CardState.CAPTURED:
            return before
        try:
            try:
                self._capture(payment_id, charge_yen, key=key)
            except GatewayRefused as refusal:
                if refusal.code != KEPT_FAILURE:
                    raise
                # That try has ended, and the payment is held still. It can be captured only once, whatever the key.
                self._capture(payment_id, charge_yen, key=f"{key}:{secrets.token_hex(8)}")
        except GatewayRefused as refusal:
            # Another call was quicker: then the payment is captured, and that is the answer.
            now = self._read_back(before.session_id)
            if refusal.code != UNEXPECTED_STATE or now.state != CardState.CAPTURED:
                raise
            return now
        # A reply lost from here on hides a charge that was made: unknown is the word for it.
        return self._read_back(before.session_id)

    def _capture(self, payment_id: str, charge_yen: int, *, key: str) -> None:
        intents = self._stripe.v1.payment_intents
        self._ask(
            lambda: intents.capture(payment_id, {"amount_to_capture": charge_yen}, {"idempotency_key": key}).status
        )

    def void(self, *, session_id: str, payment_id: str, key: str) -> CardPayment:
        """Give the authorisation back, or close the page.

        Stripe cancels the payment of a Checkout only while it is held; an open page is expired instead.
        """
        before = self.read_payment(session_id=session_id) if session_id else self._find_payment(payment_id)
        stripe_v1 = self._stripe.v1
        match before.state:
            case CardState.OPEN if before.session_id.startswith(INTENT):
                self._cancel(before.session_id, key=f"{key}:cancel")
            case CardState.OPEN:
                options: RequestOptions = {"idempotency_key": f"{key}:expire"}
                self._ask(lambda: stripe_v1.checkout.sessions.expire(before.session_id, {}, options).status)
            case CardState.AUTHORISED:
                self._cancel(before.payment_id, key=f"{key}:cancel")
            case CardState.CAPTURED:
                raise GatewayRefused(UNEXPECTED_STATE, "the payment is captured; refund it instead")
            case _:
                return before
        return self._read_back(before.session_id)

    def _cancel(self, payment_id: str, *, key: str) -> None:
        intents = self._stripe.v1.payment_intents
        self._ask(lambda: intents.cancel(payment_id, {}, {"idempotency_key": key}).status)

    def charge_saved_card(
        self, *, key: str, reference: str, charge_yen: int, description: str, token: str
    ) -> SavedCardAnswer:
        """Authorise on a kept card without its holder, once for each ``key``."""
        holder, _, method = token.partition("/")
        wish: PaymentIntentCreateParams = {
            "amount": charge_yen,
            "currency": "jpy",
            "customer": holder,
            "payment_method": method,
            "allowed_payment_method_types": ["card"],
            "capture_method": "manual",
            "confirm": True,
            "off_session": True,
            "description": description,
            "metadata": {"reference": reference},
        }
        intents = self._stripe.v1.payment_intents
        return self._ask(lambda: charged_without_holder(lambda: intents.create(wish, {"idempotency_key": key})))

    def forget_card(self, *, token: str, key: str) -> None:
        """Take the card off its holder's record. One that isn't there any more is as it should be."""
        methods, method = self._stripe.v1.payment_methods, token.partition("/")[2]
        try:
            self._ask(lambda: methods.detach(method, {}, {"idempotency_key": key}).id)
        except GatewayRefused as refusal:
            if refusal.code not in ALREADY_FORGOTTEN:
                raise

    def refund(self, *, payment_id: str, refund_yen: int, key: str) -> CardRefund:
        """Give back part or all, once for each ``key``."""
        refunds = self._stripe.v1.refunds
        wish: RefundCreateParams = {"payment_intent": payment_id, "amount": refund_yen}
        try:
            return self._ask(lambda: read_refund(refunds.create(wish, {"idempotency_key": key})))
        except GatewayRefused as refusal:
            if refusal.code != KEPT_FAILURE:
                raise
            # Another key could give the money back twice: it is asked for again when Stripe has forgotten this one.
            raise GatewayUnknown("the processor failed and says so again") from refusal

    def read_event(self, *, body: bytes, headers: dict[str, str], now: datetime) -> GatewayEvent:
        """Believe a webhook only with our signature, fresh, of our account and of our mode (live or test)."""
        return read_webhook(
            body=body, headers=headers, now=now, secret=self._webhook_secret, account=self._account, live=self._live
        )

    def _find_payment(self, payment_id: str) -> CardPayment:
        """The payment by its own id. Its page is looked for, because the page holds the reference and the sum."""
        wish: SessionListParams = {
            "payment_intent": payment_id,
            "limit": 1,
            "expand": [f"data.{part}" for part in WHOLE_PAYMENT],
        }

        def first() -> CardPayment:
            found = self._stripe.v1.checkout.sessions.list(wish).data
            if not found:
                return self._read_intent(payment_id)
            return self._whole(found[0])

        return self._ask(first)

    def _read_back(self, session_id: str) -> CardPayment:
        """Read after a change that was made: whatever hinders the reading, the change is not undone by it."""
        try:
            return self.read_payment(session_id=session_id)
        except (GatewayRefused, GatewayUnavailable) as error:
            raise GatewayUnknown("done, but it could not be read back") from error

    def _ask(self, work: Callable[[], Answer]) -> Answer:
        return self._calls.run(lambda: _translated(work))


def _translated(work: Callable[[], Answer]) -> Answer:
    """Run a call of the SDK and put its errors into our three words."""
    try:
        return work()
    except stripe.APIConnectionError as error:
        if fault := certificate_fault(error):
            raise GatewayUnavailable(f"nothing was said to the processor; {fault}") from error
        if _never_connected(error):
            raise GatewayUnavailable("nobody answers the door of the processor") from error
        raise GatewayUnknown("the reply was lost") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise GatewayUnavailable("the processor does not accept our key; nothing was attempted") from error
    except stripe.IdempotencyError as error:
        raise GatewayRefused("idempotency_key_reused", error.user_message or "") from error
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if not error.http_status or not 400 <= error.http_status < 500 or error.http_status in (409, 429):
            raise GatewayUnknown(f"the processor could not say (HTTP {error.http_status})") from error
        raise GatewayRefused(error.code or "invalid_request", error.user_message or "") from error
    except stripe.StripeError as error:  # 429, 409 (the same key is under way), 5xx, a body that can't be read
        if (error.http_status or 0) >= 500 and _is_replayed(error):
            raise GatewayRefused(KEPT_FAILURE, "the processor failed at the first try and keeps to it") from error
        raise GatewayUnknown(f"the processor could not say (HTTP {error.http_status})") from error
    except (ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
        # The SDK stumbled over an answer that is JSON but not Stripe's.
        raise GatewayUnknown("the reply can't be read") from error


def _is_replayed(error: stripe.StripeError) -> bool:
    headers = error.headers or {}
    return any(name.lower() == "idempotent-replayed" and value == "true" for name, value in headers.items())


def _never_connected(error: stripe.APIConnectionError) -> bool:
    """True when the connection was refused or timed out before a byte was sent."""
    cause = error.__cause__
    if not isinstance(cause, requests.exceptions.ConnectionError):
        return False
    reason = getattr(cause.args[0], "reason", None) if cause.args else None
    return isinstance(reason, (NewConnectionError, ConnectTimeoutError))
