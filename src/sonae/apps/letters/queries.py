"""Letters, the mails of one of them, and the stop list; pages by key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from sonae.apps.documents.models import OutboxMessage
from sonae.apps.letters.models import Bounce, Letter, StopEntry

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a letter's mails."""

    written: int
    sent: int
    held: int  # it was stopped before they went out
    waiting: int
    bounced: int
    complained: int


def list_letters(*, before: int | None = None) -> list[Letter]:
    """The newest first, one more than a page holds."""
    found = Letter.objects.order_by("-id")
    return list((found.filter(pk__lt=before) if before else found)[: A_PAGE + 1])


def find_letter(*, letter_id: int) -> Letter | None:
    return Letter.objects.filter(pk=letter_id).first()


def result_of(letter: Letter) -> Result:
    """Counted from the mails themselves, in two statements."""
    sent, held = Q(sent_at__isnull=False), Q(sent_at=None, next_try_at=None)
    mails = OutboxMessage.objects.filter(key__startswith=letter.key).aggregate(
        written=Count("id"), sent=Count("id", filter=sent), held=Count("id", filter=held)
    )
    back = dict(
        Bounce.objects.filter(message__key__startswith=letter.key)
        .values_list("kind")
        .annotate(count=Count("message", distinct=True))
    )
    return Result(
        **mails,
        waiting=mails["written"] - mails["sent"] - mails["held"],
        bounced=back.get(Bounce.Kind.PERMANENT, 0),
        complained=back.get(Bounce.Kind.COMPLAINT, 0),
    )


def list_mails(letter: Letter, *, after: int = 0) -> list[OutboxMessage]:
    """As they were sent, in the order in which they were written, one more than a page holds."""
    mails = OutboxMessage.objects.filter(key__startswith=letter.key, pk__gt=after).prefetch_related("bounces")
    return list(mails.order_by("id")[: A_PAGE + 1])


def find_mail(letter: Letter, *, mail_id: int) -> OutboxMessage | None:
    return OutboxMessage.objects.filter(key__startswith=letter.key, pk=mail_id).prefetch_related("bounces").first()


def list_stopped(*, after: int = 0, typed: str = "") -> list[StopEntry]:
    """Addresses on the list, those that begin with what was typed; one more than a page holds."""
    found = StopEntry.objects.filter(ended_at=None, pk__gt=after, address__startswith=typed.strip().lower())
    return list(found.order_by("id")[: A_PAGE + 1])
