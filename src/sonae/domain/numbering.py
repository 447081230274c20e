"""Numbers that people read out and type in: C2026-000123-4, with a check digit that catches slips of the finger.

The sequence comes from the database. Such a number is no secret: what must not be guessed needs a token of its own.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

NumberKind = Literal["certificate", "application", "quote", "receipt", "consultation", "case", "claim", "outside_event"]

_LETTERS: dict[NumberKind, str] = {
    "certificate": "C", "application": "A", "quote": "Q", "receipt": "R", "consultation": "S", "case": "J", "claim": "H",
    "outside_event": "E",
}  # fmt: skip
_KINDS: dict[str, NumberKind] = {letter: kind for kind, letter in _LETTERS.items()}
_WRITTEN = re.compile(r"([ACEHJQRS])(\d{4})-?(\d{6,})-?(\d)", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))

# Damm's totally anti-symmetric quasigroup of order ten: catches every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class NumberInvalid(ValueError):
    """What was typed is no number of ours, or one with a slip in it."""


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """What a number says: its kind, the year it belongs to, and its place in the sequence."""

    kind: NumberKind
    year: int
    sequence: int


def certificate_number(year: int, sequence: int) -> str:
    """For the scheme year that starts in ``year``. ValueError unless 1000 ≤ year ≤ 9999 and sequence ≥ 1."""
    return _written("certificate", year, sequence)


def application_number(year: int, sequence: int) -> str:
    """For the year in which the application was begun; the same errors."""
    return _written("application", year, sequence)


def receipt_number(year: int, sequence: int) -> str:
    """For the year of the payment; the same errors."""
    return _written("receipt", year, sequence)


def quote_number(year: int, sequence: int) -> str:
    """For the year in which the quote was kept; the same errors."""
    return _written("quote", year, sequence)


def consultation_number(year: int, sequence: int) -> str:
    """For the year in which the consultation came in; the same errors. S as in 相談, sōdan."""
    return _written("consultation", year, sequence)


def case_number(year: int, sequence: int) -> str:
    """For the year in which the case was received; the same errors. J as in 事故, jiko."""
    return _written("case", year, sequence)


def claim_number(year: int, sequence: int) -> str:
    """For the year in which the claim was noted; the same errors. H as in 保険金, hokenkin."""
    return _written("claim", year, sequence)


def outside_event_number(year: int, sequence: int) -> str:
    """For the year in which the event became known to us; the same errors."""
    return _written("outside_event", year, sequence)


def read_number(given: str) -> ReadNumber:
    """Reads full-width digits, small letters and missing hyphens too. NumberInvalid if the check digit does not fit."""
    tidy = unicodedata.normalize("NFKC", given).translate(_DASHES).replace(" ", "").upper()
    match = _WRITTEN.fullmatch(tidy)
    if match is None:
        raise NumberInvalid(f"{given!r} is not written like C2026-000123-4")
    letter, year, sequence, digit = match.groups()
    if check_digit(year + sequence) != int(digit):
        raise NumberInvalid(f"{given!r} has a slip in it: the last digit does not fit")
    return ReadNumber(_KINDS[letter], int(year), int(sequence))


def check_digit(digits: str) -> int:
    """The digit that makes the whole row come out as 0."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def _written(kind: NumberKind, year: int, sequence: int) -> str:
    if not 1000 <= year <= 9999 or sequence < 1:
        raise ValueError(f"a number needs a year of four digits and a sequence from 1, not {year} and {sequence}")
    body = f"{sequence:06d}"
    return f"{_LETTERS[kind]}{year}-{body}-{check_digit(str(year) + body)}"
