"""Words are found whatever their width, case or kana, and are marked where they stand in the text as it was written."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.word_search import (
    LONGEST_QUERY,
    MOST_WORDS,
    Query,
    has_every_word,
    hits,
    loosen,
    read_query,
    tidy,
)


def found(typed: str, text: str) -> list[str]:
    """The parts of the text that are hit."""
    return [text[hit.start : hit.end] for hit in hits(read_query(typed), text)]


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("ＶＩＳＡ", "Visaが使えます", ["Visa"]),
        ("ｶｰﾄﾞ", "クレジットカードのお支払い", ["カード"]),
        ("かーど", "クレジットカードのお支払い", ["カード"]),
        ("カード", "かーど番号とｶｰﾄﾞ会社", ["かーど", "ｶｰﾄﾞ"]),
        ("ポスト", "ﾎﾟｽﾄに入れる", ["ﾎﾟｽﾄ"]),
        ("２０日", "20日までのお申込み", ["20日"]),
        ("解約", "解約と解除", ["解約"]),
        ("約款", "約束", []),
        ("straße", "STRASSE", ["STRASSE"]),
        ("cafe\u0301", "Café", ["Café"]),
        ("保険料", "保険料保険料", ["保険料保険料"]),
    ],
)
def test_a_word_is_marked_as_it_stands_in_the_text(typed: str, text: str, marked: list[str]) -> None:
    assert found(typed, text) == marked


def test_kanji_are_compared_as_they_are() -> None:
    assert found("保険", "保検") == []


def test_every_word_has_to_stand_somewhere_in_question_or_answer() -> None:
    query = read_query("カード　保存")
    assert query.words == ("カード", "保存")
    assert has_every_word(query, "カード番号は", "保存しません")
    assert not has_every_word(query, "カード番号は", "残しません")


@pytest.mark.parametrize("typed", ["", "   ", "　", "。、？", "\x00\x07", "\u202e\u200b"])
def test_nothing_asked_is_nothing_found(typed: str) -> None:
    assert not has_every_word(read_query(typed), "なんでも")
    assert hits(read_query(typed), "なんでも") == ()


def test_words_stand_between_blanks_and_stops_each_once() -> None:
    assert read_query("カード、解約。カード　renewal?").words == ("カード", "解約", "renewal")
    assert len(read_query(" ".join("あいうえおかきくけこ")).words) == MOST_WORDS


def test_a_sentence_is_looked_for_by_the_words_that_carry_its_meaning() -> None:
    assert loosen(read_query("保険料は経費になりますか")) == Query(("保険料", "経費"), loose=True)
    assert loosen(read_query("ｻｲﾊﾞｰ攻撃とＶＩＳＡ")).words == ("サイバー", "攻撃", "visa")
    assert loosen(read_query("どうすればいい")).words == ()


def test_what_was_typed_is_tidied_to_one_line_that_can_be_shown() -> None:
    assert tidy("  カード\r\n\u202e番号\x00　") == "カード 番号"
    assert len(tidy("あ" * 10_000)) == LONGEST_QUERY + 1


def test_hits_that_touch_or_overlap_are_one() -> None:
    assert found("保険 険料 料金", "保険料金と保険") == ["保険料金", "保険"]


@given(st.text(max_size=80), st.text(max_size=200))
def test_marking_never_changes_a_text(typed: str, text: str) -> None:
    spans = hits(read_query(typed), text)
    done = 0
    for span in spans:
        assert done <= span.start < span.end <= len(text)
        done = span.end
    assert all(before.end < after.start for before, after in pairwise(spans))


@given(st.text(min_size=1, max_size=30))
def test_every_text_without_stops_finds_itself(text: str) -> None:
    query = Query((text,))
    assert not query.folded or has_every_word(query, f"前{text}後")


def test_a_long_text_takes_no_time() -> None:
    began = time.process_time()
    for bomb in ("ﷺ" * 50_000, "e" + "\u0301" * 50_000, "か" * 50_000, "ﾞ" * 50_000):
        hits(read_query(bomb), "かがき" * 200)
        assert not has_every_word(read_query(bomb), "さしすせそ")
    assert time.process_time() - began < 0.5
