"""Reports of mail servers: not delivered (RFC 3464) and not wanted (RFC 5965), as they come back to the sender's mailbox."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import cast

LARGEST_REPORT = 2_000_000  # bytes; a report brings our mail back with it
MOST_RECIPIENTS = 100
MOST_PARTS = 30


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail to one address. ``kind``: permanent, temporary or complaint."""

    address: str
    kind: str
    status: str
    about: str  # the Message-ID of the mail


def read_report(raw: bytes) -> list[Report]:
    """One for each address that the report speaks of; none where it is no report, or says that the mail was delivered."""
    if len(raw) > LARGEST_REPORT:
        return []
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if message.get_content_type() != "multipart/report":
        return []
    parts = [part for part, _ in zip(message.walk(), range(MOST_PARTS), strict=False)]
    about = _about(parts)
    for part in parts:
        match part.get_content_type():
            case "message/delivery-status":
                return list(_not_delivered(part, about))[:MOST_RECIPIENTS]
            case "message/feedback-report":
                return list(_not_wanted(part, about))[:MOST_RECIPIENTS]
    return []


def _not_delivered(part: EmailMessage, about: str) -> Iterator[Report]:
    for fields in _groups(part):
        address, action, status = (_field(fields, name) for name in ("Final-Recipient", "Action", "Status"))
        if not address or action.lower() not in {"failed", "delayed"}:
            continue
        kind = "permanent" if action.lower() == "failed" and status.startswith("5") else "temporary"
        yield Report(address.rpartition(";")[2].strip(), kind, status, about)


def _not_wanted(part: EmailMessage, about: str) -> Iterator[Report]:
    for fields in _groups(part):
        if address := _field(fields, "Original-Rcpt-To").strip("<> "):
            yield Report(address, "complaint", _field(fields, "Feedback-Type"), about)


def _groups(part: EmailMessage) -> list[EmailMessage]:
    """The groups of fields of a report: for a delivery-status the parser makes each a message of its own."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [cast(EmailMessage, one) for one in payload]
    return [email.message_from_string(str(payload), policy=email.policy.default)]


def _about(parts: list[EmailMessage]) -> str:
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            if inner is not None and (found := _field(cast(EmailMessage, inner), "Message-ID")):
                return found
        if part.get_content_type() == "text/rfc822-headers":
            headers = email.message_from_string(str(part.get_payload()), policy=email.policy.default)
            if found := _field(headers, "Message-ID"):
                return found
    return ""


def _field(fields: EmailMessage, name: str) -> str:
    """One line; what the standard library can't read of a hostile header counts as absent."""
    try:
        return " ".join(str(fields.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""
