"""The mails about cover, in the applicant's language: their words, and how they are written down."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.apps.enrolment.models import Application
from sonae.apps.programmes.product_files import product_of
from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import format_yen
from sonae.domain.product.definition import Product
from sonae.domain.window import hour_words


def write_certificate_mail(*, application: Application, certificate: Certificate, now: datetime) -> None:
    """Tell the applicant that cover is issued."""
    words = _issued(application, certificate, product_of(application.scheme_year.product_version))
    _write(application, f"issued:{certificate.number}", words, now=now)


def write_refund_mail(*, application: Application, payment: Payment, captured_yen: int, now: datetime) -> None:
    """Tell the applicant that the money goes back because cover could not be issued."""
    words = _refunded(application, captured_yen, product_of(application.scheme_year.product_version))
    _write(application, f"refund:{payment.key}", words, now=now)


def _write(application: Application, key: str, words: tuple[str, str], *, now: datetime) -> None:
    subject, body = words
    write_mail(
        key=key, recipient=application.user.email, subject=subject, body=body, language=application.language, now=now
    )


def _issued(application: Application, certificate: Certificate, product: Product) -> tuple[str, str]:
    """Subject and body: your cover begins on this day, here are your papers."""
    plan = product.plan(application.plan_code).name.in_language(application.language)
    premium = format_yen(application.term_premium or 0, application.language)
    hour = hour_words(product.calendar.term_start_hour)
    page = f"{settings.SONAE_SITE_ADDRESS}{'/en' if application.language == 'en' else ''}/portal/"
    begins, ends = date_in_words(certificate.starts_on), date_in_words(application.scheme_year.expiry_on)
    if application.language == "en":
        return (
            f"Your cover is arranged ({certificate.number})",
            f"Thank you for your application.\n\n"
            f"Certificate number: {certificate.number}\n"
            f"Plan: {plan}\n"
            f"Cover: from {begins.en}, {hour.en} to {ends.en}, {hour.en} JST\n"
            f"Paid by card: {premium}\n\n"
            f"Your certificate and receipt are on your page:\n{page}\n\n"
            f"Until cover begins, the free cover applies as before. If anything in the papers is wrong, please call us.\n\n"
            f"{signature(product, 'en')}",
        )
    return (
        f"ご加入の手続きが終わりました（{certificate.number}）",
        f"お申込みありがとうございました。ご加入の手続きが終わりました。\n\n"
        f"加入者証番号：{certificate.number}\n"
        f"プラン：{plan}\n"
        f"補償の期間：{begins.ja} {hour.ja}から{ends.ja} {hour.ja}まで\n"
        f"カードでのお支払い：{premium}\n\n"
        f"加入者証と領収書は、加入者ページでご覧になれます。\n{page}\n\n"
        f"補償が始まるまでは、これまでどおり無料補償が続きます。書類の内容に誤りがありましたら、お電話ください。\n\n"
        f"{signature(product, 'ja')}",
    )


def _refunded(application: Application, captured_yen: int, product: Product) -> tuple[str, str]:
    """Subject and body: cover could not be issued, the whole sum goes back to the card."""
    refund = format_yen(captured_yen, application.language)
    if application.language == "en":
        return (
            f"We return your card payment ({application.number})",
            f"Your card was charged {refund}, but cover could not be issued for application {application.number}.\n"
            f"We return the whole sum to the same card. The day it arrives depends on the card company.\n\n"
            f"Cover has not begun. We will gladly look at it with you; please call us.\n\n{signature(product, 'en')}",
        )
    return (
        f"カードのお支払いを返金します（{application.number}）",
        f"申込番号{application.number}のお支払い{refund}について、ご加入の手続きができませんでした。\n"
        f"全額を同じカードへ返金します。返金の日はカード会社によって異なります。\n\n"
        f"補償は始まっていません。くわしくはお電話でご説明しますので、ご連絡ください。\n\n{signature(product, 'ja')}",
    )
