"""A letter's text: which places there are, what is wrong with it, and what each member gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.letter_text import OF_A_PAID_COVER, PLACE_NAMES, Place, filled, findings_of, one_line, places_in
from sonae.domain.text import Text

VALUES = {
    Place.NAME: Text("青木工務店", "青木工務店"),
    Place.NUMBER: Text("10000017", "10000017"),
    Place.CERTIFICATE: Text("C2026-000001-0", "C2026-000001-0"),
    Place.EXPIRY: Text("2027年12月1日", "1 December 2027"),
}


def test_each_member_gets_its_own() -> None:
    assert filled("[[会員名]] さま（[[会員番号]]）", VALUES, "ja") == "青木工務店 さま（10000017）"
    assert filled("Expiry: [[ expiry ]]", VALUES, "en") == "Expiry: 1 December 2027"
    assert filled("満期：[[expiry]]", VALUES, "ja") == "満期：2027年12月1日"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[会員めい]] さま", "「[[会員名]]」でしょうか"),
        ("[[パスワード]]", "という差し込みはありません"),
        ("[[会員名] さま", "余っています"),
        ("会員名]] さま", "余っています"),
        ("[[満期]] まで", "有料プランの加入者だけ"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    assert said in " ".join(one.said.ja for one in findings_of(text, has_paid_cover=False))


def test_who_is_written_to_decides_about_the_places_of_a_paid_cover() -> None:
    text = "[[加入者証番号]]は[[満期]]に満期です。"
    assert findings_of(text, has_paid_cover=True) == []
    assert len(findings_of(text, has_paid_cover=False)) == 2


def test_what_a_member_is_called_is_never_a_place() -> None:
    named = {**VALUES, Place.NAME: Text("[[会員番号]]", "[[会員番号]]")}
    assert filled("[[会員名]]", named, "ja") == "[[会員番号]]"


@given(st.text(max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    if "[[" not in text and "]]" not in text:
        assert filled(text, VALUES, "ja") == text
        assert findings_of(text, has_paid_cover=False) == []


@given(st.lists(st.sampled_from(sorted(PLACE_NAMES)), max_size=6), st.sampled_from(["ja", "en"]))
def test_a_text_without_findings_fills_without_anything_left(places: list[Place], language: str) -> None:
    text = "、".join(f"[[{PLACE_NAMES[place].in_language(language)}]]" for place in places)
    has_paid = bool(OF_A_PAID_COVER & set(places))
    assert findings_of(text, has_paid_cover=has_paid) == []
    assert places_in(text) == frozenset(places)
    assert "[[" not in filled(text, VALUES, language)


def test_a_subject_is_one_line() -> None:
    assert one_line("お知らせ\r\nBcc: someone@example.jp") == "お知らせ Bcc: someone@example.jp"
    assert len(one_line("あ" * 500)) == 120
