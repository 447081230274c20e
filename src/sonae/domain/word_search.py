"""Finds words in short Japanese and English texts, whatever their width, case or kana; says where, to mark them.

Ｃａｒｄ finds card, ｶｰﾄﾞ and かーど find カード. Kanji are compared as they are; there is no dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST_QUERY = 60
MOST_WORDS = 8
_BETWEEN_WORDS = re.compile(r"[\s、。，．,・?!？！「」『』（）()/]+")
_CONTENT = re.compile(r"[a-z0-9]{2,}|[ァ-ヺー]{2,}|[一-龥々]{2,}")
_KATAKANA, _TO_HIRAGANA = range(0x30A1, 0x30F7), 0x60


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to but not including ``end``, in the text as it was written."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: the words as they were typed, and folded. ``loose`` if only the main words of it are used."""

    words: tuple[str, ...]
    loose: bool = False

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(folded for word in self.words if (folded := _folded(word)[0]))


def tidy(typed: str) -> str:
    """What was typed on one line, without signs that can't be seen. One letter more than the longest at most."""
    line = " ".join(typed[: 4 * LONGEST_QUERY].split())
    return "".join(sign for sign in line if sign.isprintable())[: LONGEST_QUERY + 1]


def read_query(typed: str) -> Query:
    """The words between blanks and stops. Too many of them can't all stand in one answer, so the rest is left out."""
    words = [word for word in _BETWEEN_WORDS.split(tidy(typed)) if word]
    return Query(tuple(dict.fromkeys(words))[:MOST_WORDS])


def loosen(query: Query) -> Query:
    """For a whole sentence: its runs of kanji, of katakana and of letters, which carry the meaning.

    保険料は経費になりますか becomes 保険料 and 経費.
    """
    runs = [run for word in query.words for run in _CONTENT.findall(unicodedata.normalize("NFKC", word).lower())]
    return Query(tuple(dict.fromkeys(runs))[:MOST_WORDS], loose=True)


def has_every_word(query: Query, *texts: str) -> bool:
    """Whether each word stands in one of the texts. Nothing asked is nothing found."""
    folded = [_kept(text)[0] for text in texts]
    return bool(query.folded) and all(any(word in text for text in folded) for word in query.folded)


def hits(query: Query, text: str) -> tuple[Span, ...]:
    """Where the words stand in the text; spans in order, those that touch each other as one."""
    folded, places = _kept(text)
    found: list[tuple[int, int]] = []
    for word in query.folded:
        at = folded.find(word)
        while at >= 0:
            found.append((places[at].start, places[at + len(word) - 1].end))
            at = folded.find(word, at + len(word))
    return _joined(sorted(found))


def _joined(found: list[tuple[int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for start, end in found:
        if spans and start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(end, spans[-1].end))
        else:
            spans.append(Span(start, end))
    return tuple(spans)


def _folded(text: str) -> tuple[str, tuple[Span, ...]]:
    """The text in one width, one case and one kana, and for each of its letters where it came from."""
    letters, places = [], []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _belongs_before(text[end]):
            end += 1
        for sign in unicodedata.normalize("NFKC", text[start:end]).casefold():
            letters.append(chr(ord(sign) - _TO_HIRAGANA) if ord(sign) in _KATAKANA else sign)
            places.append(Span(start, end))
        start = end
    return "".join(letters), tuple(places)


def _belongs_before(sign: str) -> bool:
    """A mark that makes one letter with the letter before it: the ﾞ of ｶﾞ, an accent that stands alone."""
    return sign in "ﾞﾟ" or unicodedata.combining(sign) != 0


@lru_cache(maxsize=1024)
def _kept(text: str) -> tuple[str, tuple[Span, ...]]:
    """The same for the texts that are searched again and again."""
    return _folded(text)
