"""Values of a product version in words: yen, factors, days, codes and whole things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import yen_in_words, yen_text
from sonae.domain.product.definition import Product
from sonae.domain.product_differences.names import CODES, FIELDS
from sonae.domain.rating import exact_decimal
from sonae.domain.text import Text

Names = Mapping[str, Text]
EXACT_YEN = frozenset(
    {"base_premium", "rounding_unit", "minimum_retained", "annual_premium", "term_premium", "monthly_equivalent"}
)
YEN_IN_WORDS = frozenset({
    "liability_limit", "cost_limit", "liability_limit_yen", "cost_limit_yen", "annual_sales_yen", "annual_sales", "cost_yen",
    "budget_yen", "from_yen", "to_yen",
})  # fmt: skip
WEEKDAYS = tuple(
    Text(f"{ja}曜", en)
    for ja, en in zip("月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
)
NONE, YES, NO = Text("なし", "none"), Text("はい", "yes"), Text("いいえ", "no")
CALLED_BY = ("role_name", "name", "wording", "label", "title", "heading", "question", "item", "what")
KNOWN_BY = ("code", "slug", "role", "name", "heading", "what")


def names_in(product: Product) -> dict[str, Text]:
    """What the codes of its industries, plans, cost lines and so on stand for."""
    named: tuple[Any, ...] = (
        *product.industries, *product.plans, *product.cost_lines, *product.services, *product.sections,
        *product.member_classes,
    )  # fmt: skip
    asked = {question.code: question.wording for question in product.questions}
    parties = {party.role: party.role_name for party in product.parties}
    return {**CODES, **asked, **parties, **{one.code: one.name for one in named}}


def key_of(thing: Any) -> str:
    """By what something of a list is known again in another version."""
    for field in KNOWN_BY:
        value = getattr(thing, field, None)
        if value:
            return value.ja if isinstance(value, Text) else str(value)
    return repr(thing)


def called(thing: Any) -> Text:
    """What something of a list is called."""
    for field in CALLED_BY:
        value = getattr(thing, field, None)
        if isinstance(value, Text):
            return value
    return Text(key_of(thing), key_of(thing))


def field_name(field: str, names: Names) -> Text:
    """The name of a field, or of a table's key."""
    return FIELDS.get(field) or names.get(field) or Text(field, field)


def in_words(value: Any, field: str, names: Names) -> Text | None:
    """None where there is nothing."""
    if value is None:
        return None
    match value:
        case Text():
            words = value if value.ja or value.en else NONE
        case bool():
            words = YES if value else NO
        case int():
            words = _number(value, field)
        case Fraction():
            words = _fraction(value, field)
        case date():
            words = date_in_words(value)
        case str():
            words = names.get(value, Text(value, value)) if value else NONE
        case _:
            words = _of_many(value, field, names)
    return words


def _of_many(value: Any, field: str, names: Names) -> Text:
    if is_dataclass(value):
        parts = [
            _labelled(field_name(one.name, names), getattr(value, one.name), one.name, names) for one in fields(value)
        ]
        return _joined([part for part in parts if part], "；", "; ")
    if isinstance(value, Mapping):
        parts = [_labelled(field_name(str(key), names), inner, str(key), names) for key, inner in value.items()]
        return _joined([part for part in parts if part], "；", "; ")
    return _joined([words for one in value if (words := in_words(one, field, names))], "、", ", ")


def _labelled(name: Text, value: Any, field: str, names: Names) -> Text | None:
    words = None if value in (None, "", ()) else in_words(value, field, names)
    return Text(f"{name.ja} {words.ja}", f"{name.en} {words.en}") if words else None


def _joined(parts: list[Text], ja: str, en: str) -> Text:
    return Text(ja.join(part.ja for part in parts), en.join(part.en for part in parts)) if parts else NONE


def _number(value: int, field: str) -> Text:
    if field in EXACT_YEN:
        return yen_text(value)
    if field in YEN_IN_WORDS:
        return yen_in_words(value)
    if field == "weekdays" and 1 <= value <= len(WEEKDAYS):
        return WEEKDAYS[value - 1]
    return Text(f"{value:,}", f"{value:,}")


def _fraction(value: Fraction, field: str) -> Text:
    try:
        written = exact_decimal(value, places=2)
    except ValueError:
        written = f"{value.numerator}/{value.denominator}"
    return Text(f"× {written}", f"× {written}") if field == "factor" else Text(written, written)
