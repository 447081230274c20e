"""Exactly what a consent lets us pass on, field by field and in its own words; nothing that it doesn't name."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.enrolment.evidence import digest_of
from sonae.apps.programmes.product_files import product_of
from sonae.domain.product.definition import Product
from sonae.domain.referral import PASSED_FIELDS
from sonae.domain.text import Text
from sonae.domain.window import preferred_times

Value = str | int


class ConsentUnreadable(Exception):
    """The consent is to other words than its version has, or names something that nobody knows how to pass: nothing is passed."""


@dataclass(frozen=True, slots=True)
class PassedItem:
    """One line of the consent, and what of the consultation it covers."""

    item: str
    purpose: str
    fields: dict[str, Value]


def passed_items(consultation: Consultation, consent: Consent) -> list[PassedItem]:
    """In the order of the consent; what was never said is no field. Raises ConsentUnreadable."""
    product = product_of(consultation.product_version)
    if shown_digest(consent_text(product, consultation.language)) != consent.digest:
        raise ConsentUnreadable
    items = []
    for named, said in zip(product.consultation.referral.items, consent.text["items"], strict=True):
        if named.code not in PASSED_FIELDS or named.recipient != consent.recipient:
            raise ConsentUnreadable
        values = {field: _told(consultation, field, product) for field in PASSED_FIELDS[named.code]}
        told = {field: value for field, value in values.items() if value not in ("", None)}
        items.append(PassedItem(said["item"], said["purpose"], told))
    return items


def _told(consultation: Consultation, field: str, product: Product) -> Value | None:
    """As the agency reads it: an industry and a time of day by their names."""
    value: Value | None = getattr(consultation, field)
    match field:
        case "industry":
            return next((one.name.ja for one in product.industries if one.code == value), value)
        case "preferred_time":
            return preferred_times(product.contact).get(str(value), Text("", "")).ja if consultation.telephone else ""
        case _:
            return value


def values_of(items: list[PassedItem]) -> dict[str, Value]:
    """Field → value of all items together: this is what the agency gets."""
    return {field: value for item in items for field, value in item.fields.items()}


def passed_digest(number: str, values: dict[str, Value]) -> str:
    """SHA-256 over the number of the referral and everything that is passed."""
    return digest_of({"number": number, "passed": values})
