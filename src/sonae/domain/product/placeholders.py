"""The closed list of facts that a text may name in braces, {P100.liability_limit}, so that no text repeats a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sonae.domain.money import yen_in_words, yen_text
from sonae.domain.product.definition import (
    Calendar,
    Contact,
    EligibilityRule,
    MemberClass,
    Party,
    Payment,
    Plan,
    Section,
    Service,
)
from sonae.domain.text import Text

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_HOURS_OF_HALF_A_DAY = 12


def placeholder_values(
    *,
    parties: Iterable[Party],
    contact: Contact | None,
    member_classes: Iterable[MemberClass],
    sections: Iterable[Section],
    plans: Iterable[Plan],
    calendar: Calendar | None,
    payment: Payment | None,
    rules: Iterable[EligibilityRule],
    base_premium: int,
) -> dict[str, Text]:
    """Every placeholder that this product knows, with its words in both languages."""
    values = {party.role: party.name for party in parties}
    values["base_premium"] = yen_text(base_premium)
    values["member_classes"] = _listed([member.name for member in member_classes])
    for plan in plans:
        values[f"{plan.code}.name"] = plan.name
        values[f"{plan.code}.liability_limit"] = yen_in_words(plan.liability_limit)
        values[f"{plan.code}.cost_limit"] = yen_in_words(plan.cost_limit)
    for section in sections:
        if section.liability_limit_yen is not None:
            values[f"{section.code}.liability_limit"] = yen_in_words(section.liability_limit_yen)
    if contact:
        values |= {"phone": Text(contact.phone, contact.phone), "window_hours": contact.hours}
    if calendar:
        values |= _calendar_values(calendar)
    if payment:
        brands = [Text(brand.name, brand.name) for brand in payment.brands]
        values |= {"card_brands": _listed(brands), "payment_frequency": payment.frequency_name}
    limits = [rule.annual_sales_yen for rule in rules if rule.annual_sales_yen is not None]
    if limits:
        values["sales_limit"] = yen_in_words(min(limits))
    return values


def service_values(services: Iterable[Service]) -> dict[str, Text]:
    """For texts that are read after the services: each one's name, and its own number where it has one."""
    values = {}
    for service in services:
        values[f"{service.code}.name"] = service.name
        if service.phone:
            values[f"{service.code}.phone"] = Text(service.phone, service.phone)
    return values


def _calendar_values(calendar: Calendar) -> dict[str, Text]:
    hour = calendar.term_start_hour
    half = "午前" if hour < _HOURS_OF_HALF_A_DAY else "午後"
    hour_ja = f"{half}{hour if hour <= _HOURS_OF_HALF_A_DAY else hour - _HOURS_OF_HALF_A_DAY}時"
    month = _MONTHS[calendar.term_start_month - 1]
    return {
        "deadline_day": Text(f"{calendar.application_deadline_day}日", _ordinal(calendar.application_deadline_day)),
        "quote_valid_days": Text(f"{calendar.quote_valid_days}日", f"{calendar.quote_valid_days} days"),
        "start_day": Text(f"{calendar.term_start_day}日", _ordinal(calendar.term_start_day)),
        "start_hour": Text(hour_ja, f"{hour:02d}:00 JST"),
        "expiry_day": Text(
            f"{calendar.term_start_month}月{calendar.term_start_day}日", f"{calendar.term_start_day} {month}"
        ),
        "expiry_month": Text(f"{calendar.term_start_month}月", month),
    }


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _ordinal(day: int) -> str:
    ending = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _listed(texts: list[Text]) -> Text:
    english = [text.en for text in texts]
    joined = f"{', '.join(english[:-1])} and {english[-1]}" if len(english) > 1 else "".join(english)
    return Text("、".join(text.ja for text in texts), joined)


def unknown_placeholders(text: str, values: Mapping[str, Text]) -> list[str]:
    """The names in braces that are not on the list."""
    return [name for name in PLACEHOLDER.findall(text) if name not in values]


def repeated_facts(words: str, language: str, values: Mapping[str, Text]) -> list[str]:
    """The placeholders whose figure the words repeat: such a figure would stay behind when the fact changes."""
    repeated: dict[str, str] = {}
    for name, value in values.items():
        figure = value.in_language(language)
        is_fact = name == "phone" or name.endswith(("_limit", ".phone"))
        if is_fact and re.search(rf"(?<![\d.,]){re.escape(figure)}", PLACEHOLDER.sub("", words)):
            repeated.setdefault(figure, name)
    return list(repeated.values())


def fill(text: Text, values: Mapping[str, Text]) -> Text:
    """The text with every known placeholder replaced; an unknown one stays as it was written."""

    def filled(words: str, language: str) -> str:
        def replacement(match: re.Match[str]) -> str:
            value = values.get(match[1])
            if value is None:
                return match[0]
            # A name that ends in a full stop (Co., Ltd.) takes none of its own at the end of a sentence.
            ends_twice = words[match.end() : match.end() + 1] == "."
            return value.in_language(language).removesuffix("." if ends_twice else "")

        return PLACEHOLDER.sub(replacement, words)

    return Text(filled(text.ja, "ja"), filled(text.en, "en"))
