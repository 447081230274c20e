"""A registered solicitor sends somebody the page on which they apply themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.contact.answer_mails import link_mail
from sonae.apps.contact.consultation_log import Step, check_may_record, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.use_cases.answer_by_mail import NoAddress, as_sent
from sonae.apps.documents.outbox import write_mail
from sonae.apps.parties.models import User
from sonae.domain.consultation import Channel, EventKind
from sonae.domain.product.definition import Product


def send_application_link(*, consultation: Consultation, product: Product, key: str, user: User, now: datetime) -> bool:
    """Whether it is new. Raises ``MayNotRecord`` and ``NoAddress``."""
    registration = check_may_record(user, [EventKind.LINK_SENT], consultation=consultation.number, now=now)
    if not consultation.email:
        raise NoAddress
    mail = link_mail(consultation, registration=registration, product=product)
    mail_key = f"link:{consultation.number}:{key}"
    with transaction.atomic():
        step = Step(kind=EventKind.LINK_SENT, channel=Channel.MAIL, text=as_sent(mail), mail_key=mail_key)
        is_new = write_steps(
            consultation=consultation,
            steps=[step],
            key=key,
            actor=f"user:{user.pk}",
            now=now,
            registration=registration,
        )
        if is_new:
            write_mail(
                key=mail_key, recipient=consultation.email, subject=mail.subject, body=mail.body,
                language=consultation.language, now=now,
            )  # fmt: skip
    return is_new
