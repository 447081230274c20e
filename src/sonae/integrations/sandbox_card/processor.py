"""What happens to a card payment: opened, authorised or declined, captured, voided, refunded, disputed.

State is the fold of the journal's lines, so what the API says and what the outside checker reads can't differ.
Every public method is called inside ``Processor.work()``: one at a time, in one transaction.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sonae.integrations.sandbox_card.cards import Behaviour
from sonae.integrations.sandbox_card.journal import Entry, Journal, entries_of, moment_text

TRIES_PER_SESSION = 10  # card testing by strangers ends here
AUTHORISATION_HOLDS = timedelta(days=7)


class Refusal(Exception):
    """The processor says no: an HTTP ``status``, a ``code`` for programs and a message for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Session:
    """The merchant's order to let a card holder pay. Never changes."""

    session_id: str
    payment_id: str
    page_token: str
    form_token: str
    opened_at: datetime
    expires_at: datetime
    reference: str
    charge_yen: int
    currency: str
    payee: str
    description: str
    email: str
    return_url: str
    cancel_url: str
    language: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """The card holder's bank has taken so much back: ``open`` until it decides, then ``won`` (by the merchant) or ``lost``."""

    dispute_id: str
    dispute_yen: int
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Payment:
    """Where a session stands."""

    session: Session
    state: str = "open"
    refunded_yen: int = 0
    brand: str = ""
    last4: str = ""
    failure_code: str = ""
    disputes: tuple[Dispute, ...] = ()
    saves_card: bool = False
    saved_card: Mapping[str, Any] = field(default_factory=dict)
    declines: int = 0
    capture_calls: int = 0
    authorised_at: datetime | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    challenge: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A webhook to send: the event as it will be signed, and how badly the post is to treat it."""

    event_id: str
    kind: str
    body: bytes
    treatment: str


def _after(payment: Payment, entry: Entry) -> Payment:
    """The payment after one more line of the journal."""
    detail = entry.detail
    changes: dict[str, Any] = {}
    match entry.kind:
        case "session.opened":
            changes = {"saves_card": detail.get("save_card", False)}
        case "card.saved":
            changes = {"saved_card": detail}
        case "payment.authorised":
            changes = {
                "state": "authorised",
                "authorised_at": entry.at,
                "brand": detail["brand"],
                "last4": detail["last4"],
                "failure_code": "",
                "behaviour": Behaviour(**detail["behaviour"]),
            }
        case "payment.declined":
            changes = {"failure_code": detail["code"], "declines": payment.declines + 1, "challenge": {}}
        case "challenge.opened":
            changes = {"challenge": detail}
        case "payment.captured" | "payment.voided":
            changes = {"state": entry.kind.removeprefix("payment.")}
        case "session.expired":
            changes = {"state": "expired"}
        case "payment.refunded":
            changes = {"refunded_yen": payment.refunded_yen + entry.yen}
        case "payment.disputed":
            changes = {"disputes": (*payment.disputes, Dispute(detail["dispute_id"], entry.yen))}
        case "payment.dispute_won" | "payment.dispute_lost":
            closed = entry.kind.removeprefix("payment.dispute_")
            changes = {
                "disputes": tuple(
                    replace(one, state=closed) if one.dispute_id == detail["dispute_id"] else one
                    for one in payment.disputes
                )
            }
        case "call.answered" | "call.dropped" if detail.get("operation") == "capture":
            changes = {"capture_calls": payment.capture_calls + 1}
    return replace(payment, **changes)


class Processor:
    """The books of Sandbox Card and the only hand that writes in them."""

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Callable[[], datetime],
        announce: Callable[[Announcement], None],
        account: str,
        session_lasts: timedelta = timedelta(minutes=30),
    ) -> None:
        self.journal = journal
        self.clock = clock
        self._announce = announce
        self._account = account
        self._session_lasts = session_lasts
        self._lock = threading.RLock()
        self._waiting: list[Announcement] = []

    @contextmanager
    def work(self) -> Iterator[None]:
        """One piece of work: alone, all or nothing; what it announces is sent only after it is in the journal."""
        with self._lock:
            before = len(self._waiting)
            try:
                with self.journal.transaction():
                    yield
            except BaseException:
                del self._waiting[before:]
                raise
            sent, self._waiting = self._waiting, []
        for announcement in sent:
            self._announce(announcement)

    # --- reading ---------------------------------------------------------------------------------------------------

    def payment_of_session(self, session_id: str) -> Payment:
        """Raises ``Refusal`` 404 for an unknown session."""
        return self._payment("session_id", session_id, "session")

    def payment_of_id(self, payment_id: str) -> Payment:
        """Raises ``Refusal`` 404 for an unknown payment."""
        return self._payment("payment_id", payment_id, "payment")

    def payment_of_page(self, page_token: str) -> Payment:
        """Raises ``Refusal`` 404 for an unknown page."""
        return self._payment("page_token", page_token, "page")

    def _payment(self, column: str, value: str, what: str) -> Payment:
        rows = self.journal.rows(f"SELECT * FROM sessions WHERE {column} = ?", value)  # noqa: S608 - column from above
        if not rows:
            raise Refusal(404, "resource_missing", f"There is no such {what}.")
        values = dict(rows[0])
        for name in ("opened_at", "expires_at"):
            values[name] = datetime.fromisoformat(values[name])
        payment = self._fold(Session(**values))
        if payment.state == "open" and self.clock() >= payment.session.expires_at:
            return self.expire(payment, reason="time")
        held_until = (payment.authorised_at or self.clock()) + AUTHORISATION_HOLDS
        if payment.state == "authorised" and self.clock() >= held_until:
            self.write(payment.session, "payment.voided", payment.session.charge_yen, reason="authorisation_expired")
            return self._fold(payment.session)
        return payment

    def _fold(self, session: Session) -> Payment:
        payment = Payment(session)
        rows = self.journal.rows("SELECT * FROM entries WHERE session_id = ? ORDER BY number", session.session_id)
        for entry in entries_of(rows):
            payment = _after(payment, entry)
        return payment

    # --- writing ---------------------------------------------------------------------------------------------------

    def write(self, session: Session, kind: str, yen: int = 0, *, treatment: str = "", **detail: Any) -> None:
        """One more line of the journal, and the event that tells of it."""
        now = self.clock()
        self.journal.add(
            "entries",
            at=moment_text(now),
            kind=kind,
            session_id=session.session_id,
            payment_id=session.payment_id,
            reference=session.reference,
            yen=yen,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
        )
        if kind.startswith("payment.") or kind == "session.expired":
            self._queue_event(session, kind, yen, treatment, now)

    def _queue_event(self, session: Session, kind: str, yen: int, treatment: str, now: datetime) -> None:
        event_id = f"evt_{secrets.token_hex(12)}"
        told = {
            "id": event_id,
            "type": kind,
            "account": self._account,
            "created": int(now.timestamp()),
            "data": {
                "session_id": session.session_id,
                "payment_id": "" if kind in ("session.expired", "payment.declined") else session.payment_id,
                "reference": session.reference,
                "yen": yen,
                "currency": session.currency,
            },
        }
        body = json.dumps(told, ensure_ascii=False)
        self.journal.add("events", event_id=event_id, at=moment_text(now), kind=kind, body=body, treatment=treatment)
        self._waiting.append(Announcement(event_id, kind, body.encode(), treatment))

    def note_call(self, payment: Payment, kind: str, **detail: str | int) -> None:
        """Write that the merchant called: ``call.answered`` or ``call.dropped``."""
        self.write(payment.session, kind, 0, treatment="", **detail)

    def open_session(
        self,
        *,
        reference: str,
        charge_yen: int,
        currency: str,
        payee: str,
        description: str,
        email: str,
        return_url: str,
        cancel_url: str,
        language: str,
        save_card: bool = False,
    ) -> Payment:
        """A new hosted page that nobody can guess. ``save_card``: the card that is typed on it is kept for the merchant."""
        now = self.clock()
        session = Session(
            session_id=f"ses_{secrets.token_hex(12)}",
            payment_id=f"pay_{secrets.token_hex(12)}",
            page_token=secrets.token_urlsafe(32),
            form_token=secrets.token_urlsafe(32),
            opened_at=now,
            expires_at=now + self._session_lasts,
            reference=reference,
            charge_yen=charge_yen,
            currency=currency,
            payee=payee,
            description=description,
            email=email,
            return_url=return_url,
            cancel_url=cancel_url,
            language=language,
        )
        values = asdict(session) | {"opened_at": moment_text(now), "expires_at": moment_text(session.expires_at)}
        self.journal.add("sessions", **values)
        self.write(session, "session.opened", charge_yen, save_card=save_card)
        return Payment(session, saves_card=save_card)

    def open_challenge(
        self, payment: Payment, *, brand: str, last4: str, expiry: tuple[int, int], behaviour: Behaviour
    ) -> str:
        """Let 3-D Secure ask the card holder; answers with the name of this try."""
        attempt = secrets.token_urlsafe(16)
        self.write(
            payment.session,
            "challenge.opened",
            attempt=attempt,
            brand=brand,
            last4=last4,
            expiry=list(expiry),
            behaviour=asdict(behaviour),
        )
        return attempt

    def authorise(
        self, payment: Payment, *, brand: str, last4: str, behaviour: Behaviour, three_d_secure: str
    ) -> Payment:
        """The issuer holds the sum. Once for each session."""
        if payment.state != "open":
            raise Refusal(409, "session_not_open", "This page is closed.")
        self.write(
            payment.session,
            "payment.authorised",
            payment.session.charge_yen,
            treatment=behaviour.webhook,
            brand=brand,
            last4=last4,
            behaviour=asdict(behaviour),
            three_d_secure=three_d_secure,
        )
        return self._fold(payment.session)

    def decline(self, payment: Payment, *, code: str, brand: str, last4: str) -> Payment:
        """The issuer says no; the page stays open for another card, a bounded number of times."""
        if payment.state != "open":
            raise Refusal(409, "session_not_open", "This page is closed.")
        self.write(payment.session, "payment.declined", code=code, brand=brand, last4=last4)
        if payment.declines + 1 >= TRIES_PER_SESSION:
            return self.expire(payment, reason="too_many_tries")
        return self._fold(payment.session)

    def capture(self, payment: Payment, *, charge_yen: int) -> Payment:
        """Charge what was authorised, the whole of it. Capturing again answers with what is captured."""
        if charge_yen != payment.session.charge_yen:
            raise Refusal(400, "charge_differs", "Only the whole authorised sum can be captured.")
        if payment.state == "captured":
            return payment
        if payment.state != "authorised":
            raise Refusal(409, "payment_unexpected_state", f"The payment is {payment.state}; it can't be captured.")
        if payment.behaviour.capture_fault == "declined":
            raise Refusal(402, "card_declined", "The issuer refused the capture.")
        self.write(payment.session, "payment.captured", charge_yen, treatment=payment.behaviour.webhook)
        if payment.behaviour.dispute:
            self.dispute(self._fold(payment.session))
        return self._fold(payment.session)

    def void(self, payment: Payment) -> Payment:
        """Give the authorisation back, or close the page; what is already so stays so."""
        match payment.state:
            case "open":
                return self.expire(payment, reason="merchant")
            case "authorised":
                self.write(payment.session, "payment.voided", payment.session.charge_yen, reason="merchant")
                return self._fold(payment.session)
            case "captured":
                raise Refusal(409, "payment_unexpected_state", "The payment is captured; refund it instead.")
        return payment

    def refund(self, payment: Payment, *, refund_yen: int) -> dict[str, Any]:
        """Give back part or all of a captured sum."""
        if payment.state != "captured":
            raise Refusal(409, "payment_unexpected_state", f"The payment is {payment.state}; nothing can be refunded.")
        if any(one.state == "open" for one in payment.disputes):
            raise Refusal(
                400, "charge_disputed", "The charge is in dispute; nothing can be refunded until it is decided."
            )
        lost = sum(one.dispute_yen for one in payment.disputes if one.state == "lost")
        if refund_yen > payment.session.charge_yen - payment.refunded_yen - lost:
            raise Refusal(400, "refund_exceeds_charge", "More than was charged can't be refunded.")
        refund_id = f"ref_{secrets.token_hex(12)}"
        self.write(payment.session, "payment.refunded", refund_yen, refund_id=refund_id)
        return {"refund_id": refund_id, "payment_id": payment.session.payment_id, "refund_yen": refund_yen}

    def dispute(self, payment: Payment, *, dispute_yen: int = 0) -> str:
        """The card holder disputes the charge, or so much of it: the money is taken back. Answers with the dispute's name."""
        if payment.state != "captured":
            raise Refusal(409, "payment_unexpected_state", "Only a captured payment can be disputed.")
        dispute_id = f"dis_{secrets.token_hex(12)}"
        left = payment.session.charge_yen - payment.refunded_yen
        self.write(payment.session, "payment.disputed", dispute_yen or left, dispute_id=dispute_id)
        return dispute_id

    def close_dispute(self, payment: Payment, *, won: bool) -> None:
        """The bank has decided every dispute that is open: the merchant has the money again, or the card holder keeps it.

        One that was lost may still be won, as after an appeal; and one that was won may be lost.
        """
        for one in payment.disputes:
            if one.state in {"open", "lost" if won else "won"}:
                kind = "payment.dispute_won" if won else "payment.dispute_lost"
                taken_again = {"taken_again": "yes"} if one.state == "won" else {}
                self.write(payment.session, kind, one.dispute_yen, dispute_id=one.dispute_id, **taken_again)

    def expire(self, payment: Payment, *, reason: str) -> Payment:
        """Close a page on which nothing is held."""
        self.write(payment.session, "session.expired", reason=reason)
        return self._fold(payment.session)
