"""Cards that card holders let the merchant keep, and what happens when one is charged without its holder on the page.

The merchant gets a name for the card and never its number, which isn't kept here either.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sonae.integrations.sandbox_card.cards import Behaviour
from sonae.integrations.sandbox_card.journal import moment_text
from sonae.integrations.sandbox_card.processor import Payment, Processor, Refusal


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A kept card. ``forgotten``: the merchant has let go of it."""

    token: str
    brand: str
    last4: str
    expiry_year: int
    expiry_month: int
    behaviour: Behaviour
    forgotten: bool


def keep_card(
    processor: Processor, payment: Payment, *, brand: str, last4: str, expiry: tuple[int, int], behaviour: Behaviour
) -> None:
    """Keep the card that was just typed, where the merchant asked for it when it opened the page."""
    if not payment.saves_card:
        return
    year, month = expiry
    token = f"card_{secrets.token_hex(12)}"
    processor.journal.add(
        "saved_cards",
        token=token,
        at=moment_text(processor.clock()),
        session_id=payment.session.session_id,
        brand=brand,
        last4=last4,
        expiry_year=year,
        expiry_month=month,
        behaviour=json.dumps(asdict(behaviour)),
    )
    processor.write(
        payment.session, "card.saved", token=token, brand=brand, last4=last4, expiry_year=year, expiry_month=month
    )


def find_saved_card(processor: Processor, token: str) -> SavedCard:
    """Raises ``Refusal`` 404 for a name that was never given."""
    rows = processor.journal.rows("SELECT * FROM saved_cards WHERE token = ?", token)
    if not rows:
        raise Refusal(404, "resource_missing", "There is no such card.")
    row = rows[0]
    forgotten = bool(processor.journal.rows("SELECT 1 FROM forgotten_cards WHERE token = ?", token))
    behaviour = Behaviour(**json.loads(row["behaviour"]))
    return SavedCard(token, row["brand"], row["last4"], row["expiry_year"], row["expiry_month"], behaviour, forgotten)


def forget_card(processor: Processor, token: str) -> SavedCard:
    """The merchant lets go of it; letting go again changes nothing."""
    card = find_saved_card(processor, token)
    if not card.forgotten:
        processor.journal.add("forgotten_cards", token=token, at=moment_text(processor.clock()))
    return find_saved_card(processor, token)


def charge_saved_card(processor: Processor, card: SavedCard, given: Mapping[str, Any]) -> tuple[Payment, str]:
    """Hold the sum on a kept card. Answers with the payment and the outcome: ``authorised``, ``declined``, ``holder_needed``.

    What isn't authorised ends at once: there is no page on which somebody could try again.
    """
    if card.forgotten:
        raise Refusal(409, "card_forgotten", "The card was let go of.")
    payment = processor.open_session(**given)
    code = _refusal_of(processor, card)
    if not code:
        held = processor.authorise(
            payment, brand=card.brand, last4=card.last4, behaviour=card.behaviour, three_d_secure="merchant_initiated"
        )
        return held, "authorised"
    processor.decline(payment, code=code, brand=card.brand, last4=card.last4)
    ended = processor.expire(processor.payment_of_session(payment.session.session_id), reason=code)
    return ended, "holder_needed" if code == "authentication_required" else "declined"


def _refusal_of(processor: Processor, card: SavedCard) -> str:
    today = processor.clock()
    if (card.expiry_year, card.expiry_month) < (today.year, today.month):
        return "expired_card"
    if card.behaviour.saved_decline:
        return card.behaviour.saved_decline
    return "authentication_required" if card.behaviour.challenge else ""
