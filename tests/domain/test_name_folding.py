"""Names, readings and addresses are compared in one spelling, and found when one of their letters is wrong or missing."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sonae.domain.name_folding import (
    FEWEST_KANJI,
    OLD_AND_NEW,
    digits_of,
    fold,
    grams,
    one_off,
    one_off_pattern,
    pairs,
)

TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("株式会社有限(カ)ユ々ー-1番号丁目一アあｱｶﾞ髙高Aa・㈱ 　"), st.characters()),
    max_size=24,
)
LETTERS = st.text(alphabet="青木工務店佐藤商会アオキ12", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("株式会社青木工務店", "青木工務店"),
        ("青木工務店（株）", "青木工務店"),
        ("㈱青木工務店", "青木工務店"),
        ("株　式会社 青木 工務店", "青木工務店"),
        ("ｶ)ｱｵｷｺｳﾑﾃﾝ", "アオキコウムテン"),
        ("アオキコウムテン（カ", "アオキコウムテン"),
        ("カブシキガイシャ　あおきこうむてん", "アオキコウムテン"),
        ("(カフェ)青木", "カフエ青木"),  # a bracket that is no company's form
        ("株式会社", "株式会社"),  # nothing else was asked for
        ("特定非営利活動法人あおぞら", "アオゾラ"),
        ("Sample Co., Ltd.", "sample"),
        ("ＳＡＭＰＬＥ", "sample"),
        ("髙﨑商店", "高崎商店"),
        ("渡邉 渡邊", "渡辺渡辺"),
        ("齊藤と齋藤", "斎藤ト斎藤"),
        ("佐々木", "佐佐木"),
        ("ｷﾔﾉﾝ", "キヤノン"),
        ("キャノン", "キヤノン"),
        ("コーヒー店", "コヒ店"),
        ("ちぢみ", "チジミ"),
        ("三ヶ月", "三ケ月"),
        ("東京都千代田区千代田1丁目2番3号", "東京都千代田区千代田123"),
        ("東京都千代田区千代田１－２－３", "東京都千代田区千代田123"),
        ("千代田一丁目", "千代田1"),
        ("・。、　", ""),
        ("", ""),
    ],
)
def test_what_is_said_alike_is_written_alike(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(TEXTS)
def test_folding_twice_is_folding_once_and_leaves_letters_and_digits_alone(written: str) -> None:
    folded = fold(written)
    assert fold(folded) == folded
    assert all(sign.isalnum() for sign in folded)


@given(TEXTS)
def test_the_width_of_a_text_does_not_matter(written: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in written)
    assert fold(wide) == fold(written)


def test_each_old_kanji_becomes_a_new_one_that_stays() -> None:
    found = OLD_AND_NEW.split()
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in found)
    assert len({pair[0] for pair in found}) == len(found)
    assert {pair[1] for pair in found}.isdisjoint({pair[0] for pair in found})


def test_pairs_are_neighbours_and_each_letter_begins_a_gram() -> None:
    assert pairs("青木店") == ("青木", "木店")
    assert grams("青木店") == {"青木", "木店", "店"}
    assert grams("青") == {"青"}
    assert not grams("")


@given(LETTERS, LETTERS, LETTERS)
def test_whatever_stands_in_a_text_has_its_grams_there(before: str, within: str, after: str) -> None:
    assert set(pairs(within)) <= grams(before + within + after)


def test_without_one_letter_the_pairs_beside_it_are_not_asked_for() -> None:
    assert [(way.pairs, way.letters) for way in one_off("青木商店")] == [
        (("木商", "商店"), ()), (("商店",), ("青",)), (("青木",), ("店",)), (("青木", "木商"), ()),
    ]  # fmt: skip


@pytest.mark.parametrize("short", ["", "青", "青木", "アオキ"])
def test_what_is_too_short_is_not_half_remembered(short: str) -> None:
    assert one_off(short) == ()


@given(LETTERS, st.integers(0, 11), st.sampled_from(["wrong", "missing", "too much"]), LETTERS, LETTERS)
def test_one_letter_wrong_missing_or_too_much_is_found(name: str, at: int, slip: str, before: str, after: str) -> None:
    at %= len(name)
    said = {
        "wrong": f"{name[:at]}誤{name[at + 1 :]}",
        "missing": f"{name[:at]}{name[at + 1 :]}",
        "too much": f"{name[:at]}余{name[at:]}",
    }[slip]
    ways = one_off(said)
    assume(ways)
    kept = before + name + after
    assert re.search(one_off_pattern(said), kept)
    assert any(
        set(way.pairs) <= grams(kept) and all(any(gram.startswith(one) for gram in grams(kept)) for one in way.letters)
        for way in ways
    )


def test_two_letters_wrong_are_not_found() -> None:
    assert not re.search(one_off_pattern("青本公務店"), "青木工務店")


def test_the_longest_that_can_be_typed_takes_no_time() -> None:
    said = "青木工務店" * 24
    began = time.perf_counter()
    assert len(one_off(said)) <= len(said)
    assert len(said) >= FEWEST_KANJI
    assert re.search(one_off_pattern(said), said * 20)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("typed", "digits"), [("０３－１２３４－００１７", "0312340017"), ("+81 3 (1234)", "8131234"), ("青", "")]
)
def test_of_a_telephone_only_its_digits_count(typed: str, digits: str) -> None:
    assert digits_of(typed) == digits
