"""An answer by e-mail: written by a person, sent through the outbox, kept word for word."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.contact.answer_mails import Mail, answer_mail
from sonae.apps.contact.consultation_log import Step, check_may_record, follow_up_step, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.documents.outbox import write_mail
from sonae.apps.parties.models import User
from sonae.domain.consultation import Channel, EventKind, Outcome
from sonae.domain.product.definition import Product


class NoAddress(Exception):
    """The person has given no e-mail address."""


def answer_by_mail(
    *, consultation: Consultation, text: str, follow_up_on: date | None, outcome: Outcome | None, product: Product,
    key: str, user: User, now: datetime,
) -> bool:  # fmt: skip
    """Whether it is new: the same form sent again sends no second mail. Raises ``MayNotRecord`` and ``NoAddress``."""
    check_may_record(user, [EventKind.ANSWERED], consultation=consultation.number, now=now)
    if not consultation.email:
        raise NoAddress
    mail = answer_mail(consultation, text=text, product=product)
    mail_key = f"answer:{consultation.number}:{key}"
    with transaction.atomic():
        steps = [Step(kind=EventKind.ANSWERED, channel=Channel.MAIL, text=as_sent(mail), mail_key=mail_key)]
        steps += follow_up_step(follow_up_on, promised_on=None, answers=True)
        if outcome is not None:
            steps.append(Step(kind=EventKind.CLOSED, outcome=outcome))
        is_new = write_steps(consultation=consultation, steps=steps, key=key, actor=f"user:{user.pk}", now=now)
        if is_new:
            write_mail(
                key=mail_key, recipient=consultation.email, subject=mail.subject, body=mail.body,
                language=consultation.language, now=now,
            )  # fmt: skip
    return is_new


def as_sent(mail: Mail) -> str:
    """Subject and body, as the record keeps them."""
    return f"{mail.subject}\n\n{mail.body}"
