"""The mails that people of the window write: an answer to a consultation, and the page on which somebody applies."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from sonae.apps.contact.models import Consultation
from sonae.apps.documents.mail_signature import signature
from sonae.domain.product.definition import Product


@dataclass(frozen=True, slots=True)
class Mail:
    """What is previewed is what is sent."""

    subject: str
    body: str


def answer_mail(consultation: Consultation, *, text: str, product: Product) -> Mail:
    """What was written, between greeting and signature, in the language in which the person asked."""
    page = _page(consultation)
    if consultation.language == "en":
        return Mail(
            f"Our answer to your request ({consultation.number})",
            f"Thank you for getting in touch.\n\n{text}\n\n"
            f"Your request is on this page:\n{page}\n\n"
            f"To ask further, call us and give the reference number {consultation.number}.\n\n{signature(product, 'en')}",
        )
    return Mail(
        f"ご相談へのお返事（受付番号 {consultation.number}）",
        f"お問い合わせありがとうございます。\n\n{text}\n\n"
        f"お送りいただいた内容は、次のページにあります。\n{page}\n\n"
        f"続けてのご質問は、受付番号{consultation.number}を添えてお電話ください。\n\n{signature(product, 'ja')}",
    )


def link_mail(consultation: Consultation, *, registration: str, product: Product) -> Mail:
    """Where to apply, what to read before, and who says so under which registration."""
    insurer, prefix = product.party("insurer").name, "/en" if consultation.language == "en" else ""
    apply, papers = (f"{settings.SONAE_SITE_ADDRESS}{prefix}/{page}/" for page in ("apply", "documents"))
    if consultation.language == "en":
        return Mail(
            f"The page to apply on ({consultation.number})",
            f"This is the page on which you apply yourself:\n{apply}\n\n"
            f"Please read the product summary and the points to note before:\n{papers}\n\n"
            f"You need not apply. The insurer is {insurer.en}.\n"
            f"Sent by a registered solicitor, registration number {registration}.\n\n{signature(product, 'en')}",
        )
    return Mail(
        f"お申込みのページのご案内（受付番号 {consultation.number}）",
        f"お申込みは、次のページからご自身で行っていただけます。\n{apply}\n\n"
        f"お申込みの前に、契約概要と注意喚起情報をお読みください。\n{papers}\n\n"
        f"お申込みは任意です。引受保険会社は{insurer.ja}です。\n"
        f"ご案内した登録募集人の登録番号：{registration}\n\n{signature(product, 'ja')}",
    )


def _page(consultation: Consultation) -> str:
    prefix = "/en" if consultation.language == "en" else ""
    return f"{settings.SONAE_SITE_ADDRESS}{prefix}/consultation/{consultation.token}/"
