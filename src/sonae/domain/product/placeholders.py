"""The closed list of facts that a text may name in braces, {P100.liability_limit}, so that no text repeats a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sonae.domain.money import yen_in_words, yen_text
from sonae.domain.product.definition import (
    Calendar,
    Contact,
    CostLine,
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
        values["payment_method"] = _in_a_sentence(payment.method_name)
    limits = [rule.annual_sales_yen for rule in rules if rule.annual_sales_yen is not None]
    if limits:
        values["sales_limit"] = yen_in_words(min(limits))
    return values


def cover_placeholder_values(
    sections: Iterable[Section], plans: Iterable[Plan], cost_lines: Iterable[CostLine], services: Iterable[Service]
) -> dict[str, Text]:
    """What texts that are read after the cover may name besides: the lists of plans, limits, cost lines and services."""
    plans, cost_lines, services = tuple(plans), tuple(cost_lines), tuple(services)
    names = {line.code: _in_a_sentence(line.name) for line in cost_lines}
    values = {
        "plan_names": _listed([plan.name for plan in plans]),
        "liability_limits": _any_of((plan.liability_limit for plan in plans), "、"),
        "cost_limits": _any_of((plan.cost_limit for plan in plans), "または"),
        "liability_cost_lines": _listed([names[line.code] for line in cost_lines if line.limit == "liability"]),
        "own_cost_lines": _listed([names[line.code] for line in cost_lines if line.limit == "cost"]),
        "services": _listed([_in_a_sentence(service.name) for service in services]),
    }
    values |= {f"line.{code}": name for code, name in names.items()}
    values |= {f"service.{service.code}": _in_a_sentence(service.name) for service in services}
    values |= {f"service.{one.code}.phone": Text(one.phone, one.phone) for one in services if one.phone}
    for section in sections:
        known = [names[code] for code in section.cost_lines if code in names]
        values[f"{section.code}.name"] = section.name
        values[f"{section.code}.cost_lines"] = _listed(known)
    return values


def _any_of(limits: Iterable[int], between: str) -> Text:
    """The different limits, smallest first: 1,000万円または5,000万円 / 10 million yen or 50 million yen."""
    return _listed([yen_in_words(limit) for limit in sorted(set(limits))], between, "or")


def _in_a_sentence(name: Text) -> Text:
    """A name as it stands within a sentence: in English without its capital."""
    return Text(name.ja, name.en[:1].lower() + name.en[1:])


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


def _listed(texts: list[Text], between: str = "、", last: str = "and") -> Text:
    english = [text.en for text in texts]
    joined = f"{', '.join(english[:-1])} {last} {english[-1]}" if len(english) > 1 else "".join(english)
    return Text(between.join(text.ja for text in texts), joined)


def unknown_placeholders(text: str, values: Mapping[str, Text]) -> list[str]:
    """The names in braces that are not on the list."""
    return [name for name in PLACEHOLDER.findall(text) if name not in values]


def repeated_facts(words: str, language: str, values: Mapping[str, Text]) -> list[str]:
    """The placeholders whose figure the words repeat: such a figure would stay behind when the fact changes."""
    repeated: dict[str, str] = {}
    written_out = PLACEHOLDER.sub("", words)
    for name, value in values.items():
        if name != "phone" and not name.endswith(("_limit", ".phone")):
            continue
        figure = value.in_language(language)
        # The plain search comes first because nearly every text ends there, and it takes a hundredth of the time.
        if figure in written_out and re.search(rf"(?<![\d.,]){re.escape(figure)}", written_out):
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
