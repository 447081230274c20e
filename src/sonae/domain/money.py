"""Whole yen: the one way to round, and how a sum is written (64,940円, 1億円, 5,000万円)."""

from __future__ import annotations

from fractions import Fraction

from sonae.domain.text import Text

MAN = 10_000
OKU = 100_000_000
CHO = 1_000_000_000_000


def round_half_up(value: int | Fraction, unit: int = 1) -> int:
    """The multiple of ``unit`` yen nearest to ``value``; a half goes up (towards plus infinity). Exact."""
    if unit <= 0:
        raise ValueError(f"a rounding unit is a positive number of yen, not {unit}")
    return (2 * value.numerator + value.denominator * unit) // (2 * value.denominator * unit) * unit


def round_up(value: int | Fraction, unit: int = 1) -> int:
    """The smallest multiple of ``unit`` yen that is not below ``value``. Exact."""
    if unit <= 0:
        raise ValueError(f"a rounding unit is a positive number of yen, not {unit}")
    return -(-value.numerator // (value.denominator * unit)) * unit


def format_yen(yen: int, language: str = "ja") -> str:
    """64,940円 or ¥64,940; the minus sign is a real one (−)."""
    sign = "−" if yen < 0 else ""
    return f"{sign}¥{abs(yen):,}" if language == "en" else f"{sign}{abs(yen):,}円"


def yen_text(yen: int) -> Text:
    """The exact figure in both languages."""
    return Text(format_yen(yen, "ja"), format_yen(yen, "en"))


def yen_in_words(yen: int) -> Text:
    """A limit or a sales figure as people say it: 1億円 / 100 million yen, 4,800万円, 1億2,000万円."""
    return Text(_in_japanese_units(yen), _in_millions(yen))


def _in_japanese_units(yen: int) -> str:
    sign, rest, words = ("−" if yen < 0 else ""), abs(yen), []
    for worth, unit in ((CHO, "兆"), (OKU, "億"), (MAN, "万"), (1, "")):
        count, rest = divmod(rest, worth)
        if count:
            words.append(f"{count:,}{unit}")
    return sign + ("".join(words) or "0") + "円"


def _in_millions(yen: int) -> str:
    if abs(yen) < 1_000_000 or yen % 100_000:
        return format_yen(yen, "en")
    unit, called = (CHO, "trillion") if abs(yen) >= CHO and yen % (CHO // 10) == 0 else (1_000_000, "million")
    sign, tenths = ("−" if yen < 0 else ""), abs(yen) * 10 // unit
    whole, tenth = divmod(tenths, 10)
    return f"{sign}{whole:,}{f'.{tenth}' if tenth else ''} {called} yen"
