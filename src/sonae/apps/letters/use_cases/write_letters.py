"""Write the mails of letters that are due, some thousand members at a time. Killed and started again it goes on behind them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.letters.mail import mail_of
from sonae.apps.letters.models import Letter
from sonae.apps.letters.recipients import count_recipients, last_of_next, recipients_between
from sonae.apps.letters.use_cases.schedule_letter import end_letter
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.domain.calendar import japan_date

AT_ONCE = 2_000
ACTOR = "system:letters"
State = Letter.State
# More members than was agreed to, by a tenth and by fifty: a list that grew overnight is looked at again.
GROWN_PERMILLE, GROWN_LEAST = 100, 50


def write_due_letters(*, now: datetime, at_once: int = AT_ONCE) -> int:
    """How many mails were written."""
    written = 0
    due = Letter.objects.filter(state__in=(State.SCHEDULED, State.SENDING), send_at__lte=now).order_by("send_at", "id")
    for letter_id in due.values_list("id", flat=True):
        while (more := _write_some(letter_id, at_once, now)) is not None:
            written += more
            reached("letters.chunk")
    return written


@transaction.atomic
def _write_some(letter_id: int, most: int, now: datetime) -> int | None:
    """None when there is nothing left to do, or it was stopped, or somebody else is at it."""
    letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=letter_id).first()
    if letter is None or letter.state not in {State.SCHEDULED, State.SENDING}:
        return None
    if letter.state == State.SCHEDULED and not _begin(letter, now):
        return None
    up_to = last_of_next(after=letter.done_to, most=most)
    if up_to is None:
        end_letter(letter, State.DONE, now=now)
        record(now=now, actor=ACTOR, action="letter.done", object_kind="letter", object_id=letter.pk,
               written=letter.written)  # fmt: skip
        return None
    product = current_product(japan_date(now), published_versions())
    if product is None:
        return None
    mails = []
    for one in recipients_between(letter, after=letter.done_to, up_to=up_to, now=now):
        subject, body = mail_of(letter, one.values, product)
        mails.append(
            OutboxMessage(
                key=f"{letter.key}{one.member_id}",
                recipient=one.email,
                subject=subject,
                body=body,
                language="ja",
                created_at=now,
                next_try_at=now,
            )
        )
    OutboxMessage.objects.bulk_create(mails, ignore_conflicts=True)
    reached("letters.written")
    letter.done_to, letter.written = up_to, letter.written + len(mails)
    letter.save(update_fields=["done_to", "written"])
    later("sonae.send_mails")
    return len(mails)


def _begin(letter: Letter, now: datetime) -> bool:
    """Whether it goes out; the brake stops one that would reach many more than was agreed to."""
    agreed, recipients = (letter.numbers or {})["recipients"], count_recipients(letter, now=now).recipients
    grown = recipients - agreed
    if grown >= GROWN_LEAST and grown * 1000 > agreed * GROWN_PERMILLE:
        end_letter(letter, State.STOPPED, by=ACTOR, reason=f"{agreed:,} → {recipients:,}", now=now)
        record(now=now, actor=ACTOR, action="letter.held", object_kind="letter", object_id=letter.pk, agreed=agreed,
               recipients=recipients)  # fmt: skip
        return False
    letter.state = State.SENDING
    letter.save(update_fields=["state"])
    return True
