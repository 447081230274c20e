"""What the 見積書 of a kept quote says."""

from __future__ import annotations

from sonae.apps.documents.facts import EstimateFacts, EstimatePlan, Frame
from sonae.apps.quotes.models import Quote
from sonae.domain.calendar import application_deadline, cover_starts_at
from sonae.domain.date_in_words import date_in_words
from sonae.domain.period import months_between
from sonae.domain.product.definition import Product
from sonae.domain.rating import QuoteAnswer
from sonae.domain.text import Text

FILE_NAMES = {"ja": "見積書_{number}.pdf", "en": "estimate_{number}.pdf"}


def file_name_of(quote: Quote, language: str) -> str:
    """見積書_Q2026-000123-4.pdf, or estimate_… for the English one."""
    return FILE_NAMES[language].format(number=quote.number)


def estimate_facts(*, quote: Quote, product: Product, answer: QuoteAnswer) -> dict[str, object]:
    """Plain JSON in both languages, to be frozen with the paper."""
    calendar = product.calendar
    names = {service.code: service.name for service in product.services}
    return EstimateFacts(
        frame=Frame.of(product, answer.product_digest),
        quote_number=quote.number,
        made_at=quote.made_at,
        valid_until=quote.valid_until,
        industry_name=product.industry(quote.industry).name,
        annual_sales=quote.annual_sales,
        cover_from=cover_starts_at(calendar, answer.start_on),
        cover_until=cover_starts_at(calendar, answer.expiry_on),
        months=months_between(answer.start_on, answer.expiry_on),
        plans=tuple(EstimatePlan.of(product.plan(premium.plan_code), premium) for premium in answer.plans),
        chosen_plan="",
        services=tuple(names[code] for code in product.section("paid").services),
        conditions=_conditions(product, answer),
    ).as_dict()


def _conditions(product: Product, answer: QuoteAnswer) -> tuple[Text, ...]:
    deadline = application_deadline(product.calendar, answer.start_on)
    classes_ja = "、".join(kind.name.ja for kind in product.member_classes)
    classes_en = ", ".join(kind.name.en for kind in product.member_classes)
    return (
        Text(
            f"この始期で始めるには、{date_in_words(deadline).ja}までにお申込みください。",
            f"To start on this day, apply by {deadline.isoformat()}.",
        ),
        Text(
            "業種または申告売上高が変わると、保険料も変わります。",
            "The premium changes if your industry or your declared annual sales change.",
        ),
        Text(
            f"ご加入いただけるのは会員（{classes_ja}）の方です。",
            f"Only members can join ({classes_en}).",
        ),
    )
