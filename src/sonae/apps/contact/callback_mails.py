"""That a booked call was moved or cancelled. Nothing that was typed stands in these mails either."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sonae.apps.contact.models import Consultation
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.domain.callback_slots import Slot
from sonae.domain.product.definition import Product
from sonae.domain.window import span_words


def write_moved_mail(*, consultation: Consultation, slot: Slot, product: Product, key: str, now: datetime) -> None:
    """When the call comes now."""
    span, page = span_words(slot.begins_at, slot.ends_at), callback_page(consultation)
    if consultation.language == "en":
        subject = f"Your call is booked for another time ({consultation.number})"
        body = (
            f"We will call you on {span.en} JST.\n\nTo move or cancel the call:\n{page}\n\n{signature(product, 'en')}"
        )
    else:
        subject = f"お電話の予約を変更しました（受付番号 {consultation.number}）"
        body = (
            f"お電話は、{span.ja}のあいだに差し上げます。\n\n"
            f"変更と取消しは、次のページでできます。\n{page}\n\n{signature(product, 'ja')}"
        )
    _write(consultation, key, subject, body, now=now)


def write_cancelled_mail(*, consultation: Consultation, product: Product, key: str, now: datetime) -> None:
    """That nobody calls at the time that was booked."""
    if consultation.language == "en":
        subject = f"Your call is cancelled ({consultation.number})"
        body = (
            f"The booked call is cancelled. We still have your request {consultation.number}; "
            f"to book another time, or if you no longer need us, use your page:\n{callback_page(consultation)}\n\n"
            f"{signature(product, 'en')}"
        )
    else:
        subject = f"お電話の予約を取り消しました（受付番号 {consultation.number}）"
        body = (
            f"お電話の予約を取り消しました。ご相談（受付番号 {consultation.number}）の記録は残っています。\n"
            f"あらためて予約されるときは、次のページをご覧ください。\n{callback_page(consultation)}\n\n"
            f"{signature(product, 'ja')}"
        )
    _write(consultation, key, subject, body, now=now)


def callback_page(consultation: Consultation) -> str:
    """Where the call is moved or cancelled."""
    prefix = "/en" if consultation.language == "en" else ""
    return f"{settings.SONAE_SITE_ADDRESS}{prefix}/consultation/{consultation.token}/call-back/"


def _write(consultation: Consultation, key: str, subject: str, body: str, *, now: datetime) -> None:
    write_mail(
        key=f"callback:{consultation.number}:{key}", recipient=consultation.email, subject=subject, body=body,
        language=consultation.language, now=now,
    )  # fmt: skip
