"""Mails are rows first. Writing one and sending what is due are two acts; each message goes out at least once for each key.

A worker that dies after the mail server has taken a mail and before it is written down sends it once more. Both have the same
Message-ID, by which mail servers and programs know them for one; the log says that a mail goes out again.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import ssl
import unicodedata
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.documents.models import OutboxMessage

log = logging.getLogger("sonae.outbox")
AT_ONCE = 50
# What a library calls an error of the connection, not of the one mail: nobody listens, answers or believes us.
AWAY = (
    smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
)  # fmt: skip


class MailServerAway(Exception):
    """No mail can be sent at the moment."""


def write_mail(*, key: str, recipient: str, subject: str, body: str, language: str, now: datetime) -> None:
    """Put a mail into the outbox with the caller's transaction; a key that is there already is left as it is."""
    message = OutboxMessage(
        key=key, recipient=recipient, subject=_one_line(subject), body=body, language=language, created_at=now, next_try_at=now
    )  # fmt: skip
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)  # one statement; what is there stays
    later("sonae.send_mails")


def _one_line(subject: str) -> str:
    """A line break or another control character in a name can't become a header."""
    printable = "".join(letter if unicodedata.category(letter) != "Cc" else " " for letter in subject)
    return " ".join(printable.split())[:200]


def send_due_mails(*, now: datetime) -> int:
    """Send what is due and say how many went out. A mail that can't be sent steps back: 1, 2, 4 … 60 minutes.

    Where the mail server itself is away, one mail finds that out for all of them, so that no round waits fifty times for it; the
    others are due still when it is back.
    """
    sent = 0
    for _ in range(AT_ONCE):
        message = _claim_one(now=now)
        if message is None:
            break
        reached("mail.claimed")
        try:
            sent += _send(message, now=now)
        except MailServerAway:
            break
    return sent


@transaction.atomic
def _claim_one(*, now: datetime) -> OutboxMessage | None:
    """Take the next message by planning its next try first: no transaction is open while the mail server is spoken to,
    nobody else takes it meanwhile, and one that can't be sent steps back behind the others."""
    message = (
        OutboxMessage.objects.select_for_update(skip_locked=True)
        .filter(sent_at__isnull=True, next_try_at__lte=now)
        .order_by("next_try_at", "id")
        .first()
    )
    if message is not None:
        message.tries += 1
        message.next_try_at = now + timedelta(minutes=min(60, 2 ** min(message.tries - 1, 6)))
        message.save(update_fields=["tries", "next_try_at"])
    return message


def _send(message: OutboxMessage, *, now: datetime) -> bool:
    if message.tries > 1:
        log.warning("mail %s goes out again: try %d", message.key, message.tries)
    headers = {"Message-ID": message_id(message)}
    try:
        EmailMessage(message.subject, message.body, to=[message.recipient], headers=headers).send()
    except (
        Exception
    ) as error:  # whatever a mail server, an address or a text can raise; the next try is planned already
        if _is_away(error):
            log.warning("the mail server is away, mail %s and all others wait: %s", message.key, _why(error))
            raise MailServerAway from error
        log.warning("mail %s delayed: %s", message.key, type(error).__name__)
        return False
    reached("mail.sent")
    OutboxMessage.objects.filter(pk=message.pk, sent_at__isnull=True).update(sent_at=now, next_try_at=None)
    reached("mail.committed")
    return True


def _is_away(error: Exception) -> bool:
    """Errors of SMTP are errors of the system to Python; most of them are about one mail."""
    return isinstance(error, AWAY) or (isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException))


def _why(error: BaseException) -> str:
    """Nothing that the server said: it may repeat addresses."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    return type(error).__name__


def message_id(message: OutboxMessage) -> str:
    """One for each row, however often it is sent, and without telling the row's key."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "sonae.invalid"
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
