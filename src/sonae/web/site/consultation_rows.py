"""What somebody sent, as pairs of a name and a value in the reader's language."""

from __future__ import annotations

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.window import times_of_day
from sonae.domain.money import format_yen
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.shared.language import active_language, in_language
from sonae.web.site.contact_forms import ConsultationForm, ReferralForm

Rows = list[tuple[str, str]]


def rows_of(consultation: Consultation, product: Product) -> Rows:
    """Only what was said, in the order of the form."""
    shown = {
        name: getattr(consultation, name) for name in ("firm", "name", "kana", "email", "telephone", "member_number")
    }
    if consultation.telephone:
        times = times_of_day(product.contact)
        shown["preferred_time"] = in_language(times.get(consultation.preferred_time, Text("", "")))
    if consultation.annual_sales is not None:
        industries = {one.code: one.name for one in product.industries}
        shown["industry"] = in_language(industries.get(consultation.industry, Text("", "")))
        shown["sales"] = format_yen(consultation.annual_sales, active_language())
    labels = _labels()
    return [(labels[name], value) for name, value in shown.items() if value]


def _labels() -> dict[str, str]:
    fields = ConsultationForm.base_fields | ReferralForm.base_fields
    return {name: str(field.label) for name, field in fields.items()}
