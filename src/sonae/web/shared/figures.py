"""How figures and dates are written on pages: plain text in one of the two languages, no markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction

from sonae.domain.date_in_words import MONTHS, date_in_words
from sonae.domain.money import format_yen, round_half_up
from sonae.domain.window import day_words, hour_words
from sonae.web.shared.moment import JAPAN

REIWA_BEGINS = 2019  # 令和元年; the programme knows no earlier year

Words = Callable[[date, str], str]


def yen_parts(value: int, language: str) -> tuple[str, str, str]:
    """Sign of the currency, number, unit: ("", "64,940", "円") or ("¥", "64,940", "")."""
    number = f"{'−' if value < 0 else ''}{abs(value):,}"
    return ("¥", number, "") if language == "en" else ("", number, "円")


def split_units(words: str) -> list[tuple[str, str]]:
    """「1億2,000万円」 as figures and units, in order; each pair is (text, "unit" or "")."""
    found = re.findall(r"[¥−\d,.／]+|[^¥−\d,.／]+", words)
    return [(text, "" if re.search(r"\d", text) else "unit") for text in found]


def exact_yen(value: Fraction, language: str) -> str:
    """All decimals if there are at most four of them; otherwise two, marked as rounded."""
    for decimals in range(5):
        if (value * 10**decimals).denominator == 1:
            return _with_decimals(value, decimals, language)
    return f"{'about ' if language == 'en' else '約'}{_with_decimals(value, 2, language)}"


def _with_decimals(value: Fraction, decimals: int, language: str) -> str:
    whole, rest = divmod(round_half_up(value * 10**decimals), 10**decimals)
    text = format_yen(whole, language)
    if not decimals:
        return text
    return f"{text}.{rest:0{decimals}d}" if language == "en" else f"{text[:-1]}.{rest:0{decimals}d}円"


def factor(value: Fraction, denominator: int | None = None) -> str:
    """× 1.30; at least two decimals, more where they are there. With a denominator: × 9／12."""
    if denominator:
        return f"× {value * denominator}／{denominator}"
    for decimals in range(2, 7):
        if (value * 10**decimals).denominator == 1:
            return f"× {float(value):.{decimals}f}"
    return f"× {value.numerator}／{value.denominator}"


def date_words(value: date, language: str) -> str:
    return date_in_words(japan_day(value)).in_language(language)


def month_words(value: date, language: str) -> str:
    """The month of that day, for tables by month."""
    day = japan_day(value)
    return f"{MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月"


def date_words_with_era(value: date, language: str) -> str:
    words, year = date_words(value, language), japan_day(value).year - REIWA_BEGINS + 1
    if language == "en":
        return words
    return f"{words}（令和{'元' if year == 1 else year}年）"


def moment_words(value: date, language: str) -> str:
    """Members read 午後4時; English readers 16:00 JST. A date without a time stays a date."""
    words = date_words(value, language)
    if not isinstance(value, datetime):
        return words
    there = value.astimezone(JAPAN)
    if language == "en":
        return f"{words}, {there:%H:%M} JST"
    half = "午前" if there.hour < 12 else "午後"
    minutes = f"{there.minute}分" if there.minute else ""
    return f"{words} {half}{there.hour % 12}時{minutes}"


def near_moment_words(value: datetime, language: str) -> str:
    """A moment of the next days, with its weekday: 11月27日（金）午後5時 / 17:00 JST on Friday 27 November."""
    there = value.astimezone(JAPAN)
    day, hour = day_words(there.date()).in_language(language), hour_words(there.hour).in_language(language)
    return f"{hour} JST on {day}" if language == "en" else f"{day}{hour}"


def unbroken_parts(words: str) -> list[str]:
    """Where a long date may break: before the era's bracket and before the hour."""
    return [part for part in re.split(r"(?=（)|(?<= )(?=午)|(?<=, )", words) if part]


def japan_day(value: date) -> date:
    """The calendar day in Japan, whether a date or an aware moment was given."""
    return value.astimezone(JAPAN).date() if isinstance(value, datetime) else value
