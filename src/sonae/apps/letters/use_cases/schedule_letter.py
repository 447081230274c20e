"""Send a letter to oneself, ask for it to be sent, schedule it, stop it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.documents.outbox import write_mail
from sonae.apps.letters.mail import mail_of, sample_values
from sonae.apps.letters.models import Letter
from sonae.apps.letters.recipients import count_recipients
from sonae.apps.letters.use_cases.save_letter import ChangedMeanwhile, NotADraft
from sonae.domain.product.definition import Product

KIND = "send_letter"
State = Letter.State
TEST_MARK = "【見本】"


class NobodyToWriteTo(Exception):
    """Nobody fits, or nobody who fits has an address."""


class NothingToStop(Exception):
    """It is a draft, or it is over."""


def send_sample(*, letter: Letter, recipient: str, product: Product, actor: str, now: datetime) -> None:
    """The letter with invented data, to the person who asks for it."""
    subject, body = mail_of(letter, sample_values(letter), product)
    with transaction.atomic():
        write_mail(
            key=f"letter-sample:{letter.pk}:{secrets.token_hex(8)}",
            recipient=recipient,
            subject=f"{TEST_MARK}{subject}",
            body=body,
            language="ja",
            now=now,
        )
        record(now=now, actor=actor, action="letter.sample_sent", object_kind="letter", object_id=letter.pk)


@transaction.atomic
def ask_to_send(
    *, letter_id: int, seen_revision: int, send_at: datetime, reason: str, actor: str, now: datetime
) -> SecondLook | None:
    """Scheduled at once (None) for up to ``SONAE_LETTER_ALONE`` members; for more, the look that waits for a second person.

    Raises NotADraft, ChangedMeanwhile, NobodyToWriteTo and ReasonMissing.
    """
    reason = said_reason(reason)
    letter = _draft(letter_id, seen_revision)
    numbers = count_recipients(letter, now=now)
    if not numbers.recipients:
        raise NobodyToWriteTo
    facts = {**numbers.as_dict(), "revision": letter.revision, "send_at": send_at.isoformat()}
    if numbers.recipients > settings.SONAE_LETTER_ALONE:
        look, _ = ask_second_look(kind=KIND, object_id=letter.pk, facts=facts, reason=reason, actor=actor, now=now)
        return look
    _schedule(letter, facts, actor=actor, now=now)
    return None


@transaction.atomic
def schedule_agreed_letter(look: SecondLook, *, now: datetime) -> None:
    """As it was when it was asked for. Raises NotADraft and ChangedMeanwhile."""
    letter = _draft(int(look.object_id), look.facts["revision"])
    _schedule(letter, look.facts, actor=look.asked_by, now=now)


@transaction.atomic
def stop_letter(*, letter_id: int, reason: str, actor: str, now: datetime) -> Letter:
    """No further mail is written, and what has not gone out yet stays. Raises NothingToStop, ReasonMissing, Letter.DoesNotExist."""
    reason = said_reason(reason)
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state not in {State.SCHEDULED, State.SENDING}:
        raise NothingToStop
    end_letter(letter, State.STOPPED, by=actor, reason=reason, now=now)
    held = OutboxMessage.objects.filter(key__startswith=letter.key, sent_at=None).update(next_try_at=None)
    record(now=now, actor=actor, action="letter.stopped", object_kind="letter", object_id=letter.pk, reason=reason,
           held=held)  # fmt: skip
    return letter


def end_letter(letter: Letter, state: str, *, now: datetime, by: str = "", reason: str = "") -> None:
    """The caller holds its lock."""
    letter.state, letter.ended_at, letter.stopped_by, letter.stop_reason = state, now, by, reason
    letter.save(update_fields=["state", "ended_at", "stopped_by", "stop_reason"])


def _draft(letter_id: int, seen_revision: int) -> Letter:
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state != State.DRAFT:
        raise NotADraft
    if letter.revision != seen_revision:
        raise ChangedMeanwhile
    return letter


def _schedule(letter: Letter, facts: dict[str, object], *, actor: str, now: datetime) -> None:
    letter.state, letter.numbers, letter.changed_at = State.SCHEDULED, facts, now
    letter.send_at = max(datetime.fromisoformat(str(facts["send_at"])), now)
    letter.save(update_fields=["state", "numbers", "changed_at", "send_at"])
    record(now=now, actor=actor, action="letter.scheduled", object_kind="letter", object_id=letter.pk,
           recipients=int(str(facts["recipients"])), send_at=letter.send_at.isoformat())  # fmt: skip
    later("sonae.write_letters")
