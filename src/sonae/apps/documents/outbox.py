"""Mails are rows first. Writing one and sending what is due are two acts; each message goes out once for each key."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.documents.models import OutboxMessage

AT_ONCE = 50


def write_mail(*, key: str, recipient: str, subject: str, body: str, language: str, now: datetime) -> None:
    """Put a mail into the outbox with the caller's transaction; a key that is there already is left as it is."""
    _, is_new = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "subject": " ".join(subject.split())[:200],  # a line break in a name can't become a header
            "body": body,
            "language": language,
            "created_at": now,
            "next_try_at": now,
        },
    )
    if is_new:
        later("sonae.send_mails")


def send_due_mails(*, now: datetime) -> int:
    """Send what is due and say how many went out. A mail server that is away only delays them: 1, 2, 4 … 60 minutes."""
    sent = 0
    while sent < AT_ONCE and _send_one(now=now):
        sent += 1
    return sent


def _send_one(*, now: datetime) -> bool:
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(sent_at__isnull=True, next_try_at__lte=now)
            .order_by("next_try_at", "id")
            .first()
        )
        if message is None:
            return False
        message.tries += 1
        try:
            EmailMessage(message.subject, message.body, to=[message.recipient]).send()
            message.sent_at, message.next_try_at = now, None
        except OSError:
            message.next_try_at = now + timedelta(minutes=min(60, 2 ** (message.tries - 1)))
        message.save()
    reached("mail.committed")
    return True
