"""What somebody typed, as PostgreSQL is asked for it: words that all have to be there, each in some kind of text.

The grams of a member are lexemes of one ``tsvector``. Pairs of letters stand as they are; what is looked for whole or by its
beginning has a capital before it, which no folded text has.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sonae.domain.name_folding import digits_of, fold, grams, one_off, one_off_pattern, pairs

LONGEST_TYPED = 120
MOST_WORDS = 8
EMAIL, TELEPHONE, FROM_THE_END, POSTCODE, NUMBER = "M", "T", "R", "Z", "N"
FEWEST_DIGITS = 4  # of a telephone: its end, or its beginning
NUMBER_LIKE = re.compile(r"[A-Z]{0,3}[0-9][0-9A-Z-]*", re.IGNORECASE)
DIGITS_AND_SIGNS = re.compile(r"[0-9()+ -]+")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ｰー－"), "-")


@dataclass(frozen=True, slots=True)
class Word:
    """One word. ``folded`` is empty for an e-mail address; ``digits`` are those of a number and of nothing else."""

    typed: str
    folded: str
    digits: str

    @property
    def is_email(self) -> bool:
        return "@" in self.typed

    @property
    def is_number(self) -> bool:
        return NUMBER_LIKE.fullmatch(self.typed) is not None


@dataclass(frozen=True, slots=True)
class Question:
    """All words of it. ``folded`` is the whole without its blanks, as a name may have been typed with some."""

    words: tuple[Word, ...]
    folded: str

    @property
    def is_number(self) -> bool:
        """A single word that may be the beginning of a member's or a certificate's number."""
        return len(self.words) == 1 and self.words[0].is_number


def read_question(typed: str) -> Question | None:
    """None where nothing that can be looked for was typed."""
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED])
    line = " ".join("".join(sign for sign in plain if sign.isprintable() or sign.isspace()).split())
    dashed = line.translate(DASHES)
    if DIGITS_AND_SIGNS.fullmatch(dashed):  # a telephone with blanks in it is one word
        line = "".join(dashed.split())
    words = [word for part in line.split()[:MOST_WORDS] if (word := _word(part)) is not None]
    return Question(tuple(words), fold("".join(one.typed for one in words))) if words else None


def _word(typed: str) -> Word | None:
    dashed = typed.translate(DASHES)
    if "@" in typed:
        return Word(typed.casefold(), "", "")
    if NUMBER_LIKE.fullmatch(dashed) or DIGITS_AND_SIGNS.fullmatch(dashed):
        whole = DIGITS_AND_SIGNS.fullmatch(dashed)
        digits = digits_of(dashed)
        return Word(dashed.upper(), fold(typed), digits if whole else "") if digits else None
    folded = fold(typed)
    return Word(typed, folded, "") if folded else None


def everything(question: Question) -> str:
    """All words, as a ``tsquery``."""
    return " & ".join(f"({_anywhere(word)})" for word in question.words)


def half_remembered(question: Question) -> str:
    """The same with one letter wrong, missing or too much in one of the words; empty where none is long enough for that."""
    ways = []
    for place, word in enumerate(question.words):
        if near := _nearly(word):
            others = (*question.words[:place], *question.words[place + 1 :])
            ways.append(" & ".join([f"({near})", *(f"({_anywhere(other)})" for other in others)]))
    return " | ".join(f"({way})" for way in ways)


def pattern_of(question: Question) -> str:
    """A regular expression for what was half remembered."""
    return "|".join(one_off_pattern(word.folded) for word in question.words if _nearly(word))


def contact_grams(*, emails: set[str], telephones: set[str], postcodes: set[str], number: str) -> set[str]:
    """What a member is found by whole, or by the beginning; a telephone by its end, too."""
    kept = {f"{NUMBER}{number}"} | {f"{EMAIL}{email}" for email in emails} | {f"{POSTCODE}{one}" for one in postcodes}
    for digits in telephones:
        kept |= {f"{TELEPHONE}{digits}", f"{FROM_THE_END}{digits[::-1]}"}
    return kept


def _anywhere(word: Word) -> str:
    if word.is_email:
        return _beginning(f"{EMAIL}{word.typed}")
    ways = [_within(word.folded)] if word.folded else []
    if word.is_number:
        ways.append(_beginning(f"{NUMBER}{word.typed}"))
    if word.digits:
        ways.append(_beginning(f"{POSTCODE}{word.digits}"))
    if len(word.digits) >= FEWEST_DIGITS:
        ways += [_beginning(f"{TELEPHONE}{word.digits}"), _beginning(f"{FROM_THE_END}{word.digits[::-1]}")]
    return " | ".join(ways)


def _within(folded: str) -> str:
    if len(folded) == 1:
        return _beginning(folded)
    return "(" + " & ".join(_lexeme(pair) for pair in dict.fromkeys(pairs(folded))) + ")"


def _nearly(word: Word) -> str:
    return " | ".join(
        "(" + " & ".join([*map(_lexeme, way.pairs), *map(_beginning, way.letters)]) + ")"
        for way in one_off(word.folded)
    )


def _lexeme(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _beginning(text: str) -> str:
    return f"{_lexeme(text)}:*"


def text_grams(*texts: str) -> set[str]:
    """The pairs of folded texts, each text by itself."""
    return set().union(*(grams(line) for text in texts for line in text.splitlines()))
