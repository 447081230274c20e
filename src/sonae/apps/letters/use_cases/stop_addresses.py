"""The stop list, and what mail servers send back."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.documents.outbox import message_id
from sonae.apps.letters.models import Bounce, StopEntry

LONGEST_ADDRESS = 254
Kind, Why = Bounce.Kind, StopEntry.Why
STOPS = {Kind.PERMANENT: Why.BOUNCED, Kind.COMPLAINT: Why.COMPLAINED}
SYSTEM = "system:bounces"
LOOKED_AT = 200  # mails of one address, the newest first


class AddressUnreadable(Exception):
    """What was given is no address."""


@transaction.atomic
def stop_address(*, address: str, why: str, actor: str, now: datetime) -> bool:
    """Whether it is new on the list. Raises AddressUnreadable."""
    folded = _folded(address)
    _, is_new = StopEntry.objects.get_or_create(
        address=folded, ended_at=None, defaults={"why": why, "added_by": actor, "added_at": now}
    )
    if is_new:
        record(now=now, actor=actor, action="letters.address_stopped", object_kind="stop_entry", object_id=_mark(folded),
               why=why)  # fmt: skip
    return is_new


@transaction.atomic
def allow_address(*, entry_id: int, actor: str, now: datetime) -> bool:
    """Whether it was on the list."""
    entry = StopEntry.objects.select_for_update().filter(pk=entry_id, ended_at=None).first()
    if entry is None:
        return False
    entry.ended_at, entry.ended_by = now, actor
    entry.save(update_fields=["ended_at", "ended_by"])
    record(now=now, actor=actor, action="letters.address_allowed", object_kind="stop_entry",
           object_id=_mark(entry.address))  # fmt: skip
    return True


@transaction.atomic
def note_bounce(*, address: str, kind: str, status: str, about: str, report: bytes, now: datetime) -> bool:
    """Whether the report is new. One that says that an address doesn't exist, or doesn't want us, stops the address.

    ``about``: the Message-ID of our mail, as the report gives it; may be empty. Raises AddressUnreadable.
    """
    folded = _folded(address)
    _, is_new = Bounce.objects.get_or_create(
        digest=hashlib.sha256(report + folded.encode()).hexdigest(),
        defaults={
            "address": folded, "kind": kind, "status": status[:20], "message": _message_of(folded, about),
            "received_at": now,
        },
    )  # fmt: skip
    if is_new and kind in STOPS:
        stop_address(address=folded, why=STOPS[Kind(kind)], actor=SYSTEM, now=now)
    return is_new


def _message_of(address: str, about: str) -> OutboxMessage | None:
    """Our mail with that Message-ID, among the newest to that address."""
    if not about:
        return None
    sent = OutboxMessage.objects.filter(recipient__iexact=address).defer("body").order_by("-id")[:LOOKED_AT]
    return next((one for one in sent if message_id(one) == about.strip()), None)


def _folded(address: str) -> str:
    folded = address.strip().lower()
    if "@" not in folded or len(folded) > LONGEST_ADDRESS or not folded.isprintable() or " " in folded:
        raise AddressUnreadable(folded[:80])
    return folded


def _mark(address: str) -> str:
    """The log names no address."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]
