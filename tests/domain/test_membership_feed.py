"""Rows of the organiser's files, one by one: which are good and what they say, which are set aside and why."""

from __future__ import annotations

from datetime import date

import pytest

from sonae.domain.membership_feed.reading import read_feed
from sonae.domain.membership_feed.reasons import REASONS, reason_text
from sonae.domain.membership_feed.refusals import REFUSALS
from sonae.domain.membership_feed.rows import ReadRow, SetAside
from tests.domain.feeds import (
    DAY,
    HEADINGS,
    KAIKEI,
    KOMUTEN,
    LAYOUT,
    LISTED,
    MEMBERS,
    OF_CHANGES,
    SEISAKUSHO,
    code,
    reading,
    refused,
    rows,
    written,
)


def komuten(**changed: str) -> tuple[str, ...]:
    """The first member's row with some of its cells changed."""
    fields = ("number", "member_class", "name", "name_kana", "email", "telephone")
    return tuple(changed.get(field, cell) for field, cell in zip(fields, KOMUTEN, strict=True))


def test_a_list_says_who_is_a_member_on_its_day() -> None:
    assert rows(written(MEMBERS)) == [
        ReadRow(
            2,
            "listed",
            date(2026, 12, 1),
            "10000017",
            "basic",
            "見本工務店",
            "ミホンコウムテン",
            "komuten@mihon.example",
            "03-0000-0017",
        ),
        ReadRow(
            3,
            "listed",
            date(2026, 12, 1),
            "10000025",
            "total",
            "例示製作所",
            "レイジセイサクショ",
            "seisakusho@reiji.example",
            "03-0000-0025",
        ),
        ReadRow(
            4,
            "listed",
            date(2026, 12, 1),
            "20000031",
            "pap",
            "架空会計事務所",
            "カクウカイケイジムショ",
            "kaikei@kakuu.example",
            "03-0000-0031",
        ),
    ]


def test_changes_say_what_happened_and_when() -> None:
    content = written(
        [
            (*KOMUTEN, "入会", "2026/12/15"),
            (*SEISAKUSHO, "変更", ""),
            ("20000031", "", "", "", "", "", "退会", "2026年12月31日"),
        ],
        headings=OF_CHANGES,
    )
    assert rows(content, form="changes") == [
        LISTED[0]._replace(act="joined", effective_date=date(2026, 12, 15)),
        LISTED[1]._replace(act="changed", effective_date=DAY),
        ReadRow(4, "left", date(2026, 12, 31), "20000031", "", "", "", "", ""),
    ]


def test_a_row_that_says_left_needs_only_its_number() -> None:
    row = ("10000017", "?", "=1+1", "", "no address", "", "退会", "")
    assert rows(written([row], headings=OF_CHANGES), form="changes") == [
        ReadRow(2, "left", DAY, "10000017", "", "", "", "", "")
    ]


def test_columns_may_stand_in_any_order_with_others_among_them() -> None:
    headings = ("備考", "TEL", "会 社 名", "ﾌﾘｶﾞﾅ", "Ｅ-Ｍａｉｌ", "会員No", "会員区分", "")
    number, member_class, name, kana, email, telephone = KOMUTEN
    found = reading(written([("=1+1", telephone, name, kana, email, number, member_class, "")], headings=headings))
    assert found.ignored_columns == ("備考",)
    assert found.headings["name"] == "会 社 名"
    assert list(found) == [LISTED[0]]


def test_a_list_needs_number_class_and_name_only() -> None:
    content = b"member number,class,name\n10000017,basic,Mihon Works\n"
    assert rows(content) == [ReadRow(2, "listed", DAY, "10000017", "basic", "Mihon Works", "", "", "")]


#   what is tidied, and what comes out of it
TIDIED = [
    ("number in full width", {"number": "１００００ ０１７"}, {}),
    ("class in half-width kana", {"member_class": "ﾍﾞｰｼｯｸ ﾌﾟﾗﾝ"}, {}),
    ("class by its code", {"member_class": " BASIC "}, {}),
    ("kana in half width", {"name_kana": "ﾐﾎﾝｺｳﾑﾃﾝ"}, {}),
    ("e-mail in full width", {"email": " ｋｏｍｕｔｅｎ＠ｍｉｈｏｎ．ｅｘａｍｐｌｅ "}, {}),
    ("telephone in full width", {"telephone": "０３‐００００ー００１７"}, {}),
    ("telephone of another country's form", {"telephone": "+81-3-0000-0017"}, {"telephone": "+81-3-0000-0017"}),
    ("telephone with brackets", {"telephone": "(03) 0000-0017"}, {"telephone": "(03)0000-0017"}),
    ("no e-mail and no telephone", {"email": "", "telephone": " "}, {"email": "", "telephone": ""}),
    ("blanks around a name", {"name": " 　見本工務店　"}, {}),
    ("line break within a name", {"name": "株式会社\n見本工務店"}, {"name": "株式会社 見本工務店"}),
    ("full-width blanks within a name", {"name": "見本　　太郎"}, {"name": "見本　太郎"}),
    ("letters that must not become others", {"name": "㈱髙﨑①商店"}, {"name": "㈱髙﨑①商店"}),
    ("full-width letters of a name", {"name": "ＡＢＣ商店"}, {"name": "ＡＢＣ商店"}),
    ("wave dash by its other code", {"name": "見本〜例示"}, {"name": "見本～例示"}),
    ("minus by its other code", {"name": "見本−例示"}, {"name": "見本－例示"}),
    ("kana with a separate mark", {"name": "見本カ\u3099ラス"}, {"name": "見本ガラス"}),
    ("a name that begins with a long vowel", {"name": "ーあ商店"}, {"name": "ーあ商店"}),
    ("a name in Latin letters", {"name": "M&M's  Works"}, {"name": "M&M's Works"}),
    ("a letter beyond the basic plane", {"name": "𠮷野商店"}, {"name": "𠮷野商店"}),
    ("an old carrier's address", {"email": "a..b.@mihon.example"}, {"email": "a..b.@mihon.example"}),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "wanted"), [one[1:] for one in TIDIED], ids=[one[0] for one in TIDIED])
def test_a_row_is_tidied(cells: dict[str, str], wanted: dict[str, str]) -> None:
    assert rows(written([komuten(**cells)])) == [LISTED[0]._replace(**wanted)]


#   what is wrong, reason, heading of the column, and whether the number can be read all the same
SET_ASIDE = [
    ("no number", {"number": " "}, "missing_number", "会員番号", ""),
    ("number with letters", {"number": "1000-0017"}, "number_form", "会員番号", ""),
    ("number that lost its leading zero", {"number": "0000017"}, "number_form", "会員番号", ""),
    ("number of a spreadsheet", {"number": "1.0000017E7"}, "number_form", "会員番号", ""),
    ("number as a formula", {"number": '="10000017"'}, "formula", "会員番号", ""),
    ("no class", {"member_class": ""}, "missing_class", "会員種別", "10000017"),
    ("unknown class", {"member_class": "プレミアムプラン"}, "unknown_class", "会員種別", "10000017"),
    ("class as a formula", {"member_class": "=A1"}, "formula", "会員種別", "10000017"),
    ("no name", {"name": "　 "}, "missing_name", "会員名", "10000017"),
    ("name too long", {"name": "見" * 121}, "too_long", "会員名", "10000017"),
    ("kana too long", {"name_kana": "ミ" * 161}, "too_long", "フリガナ", "10000017"),
    ("e-mail too long", {"email": "a@" + "b.c" * 90}, "too_long", "メールアドレス", "10000017"),
    ("telephone too long", {"telephone": "03-0000-0017-00000000"}, "too_long", "電話番号", "10000017"),
    ("name with a bell", {"name": "見本\x07工務店"}, "control_characters", "会員名", "10000017"),
    ("name written backwards", {"name": "見本\u202e店務工"}, "control_characters", "会員名", "10000017"),
    ("name with a letter nobody sees", {"name": "見本\u200b工務店"}, "control_characters", "会員名", "10000017"),
    ("name with a private letter", {"name": "見本\ue000工務店"}, "unreadable_character", "会員名", "10000017"),
    ("name with a lost letter", {"name": "見本\ufffd工務店"}, "unreadable_character", "会員名", "10000017"),
    ("kana with a bell", {"name_kana": "ミホン\x07"}, "control_characters", "フリガナ", "10000017"),
    ("e-mail without a host", {"email": "komuten@mihon"}, "bad_email", "メールアドレス", "10000017"),
    ("two e-mails", {"email": "a@mihon.example;b@mihon.example"}, "bad_email", "メールアドレス", "10000017"),
    ("e-mail with a second header", {"email": "a@mihon.example\nBcc: b"}, "bad_email", "メールアドレス", "10000017"),
    ("telephone in words", {"telephone": "なし"}, "bad_telephone", "電話番号", "10000017"),
    ("telephone that lost its zero", {"telephone": "300000017"}, "bad_telephone", "電話番号", "10000017"),
    ("telephone that reckons", {"telephone": "+1+2"}, "bad_telephone", "電話番号", "10000017"),
    ("telephone as a formula", {"telephone": "=0300000017"}, "formula", "電話番号", "10000017"),
    ("telephone that begins with minus", {"telephone": "-03-0000-0017"}, "formula", "電話番号", "10000017"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "reason", "column", "number"), [one[1:] for one in SET_ASIDE], ids=[one[0] for one in SET_ASIDE]
)
def test_a_bad_row_is_set_aside_and_the_others_go_on(
    cells: dict[str, str], reason: str, column: str, number: str
) -> None:
    bad = komuten(**cells)
    found = rows(written([bad, SEISAKUSHO]))
    raw = written([bad]).decode().split("\r\n", 1)[1].removesuffix("\r\n")
    assert found[0] == SetAside(2, reason, column, raw, number)
    lines_more = raw.count("\n")
    assert found[1:] == [LISTED[1]._replace(line=3 + lines_more)]


@pytest.mark.parametrize("start", [*"=+-@＝＋－＠−", "\t=", "\r=", "\n=", " =", "\u3000@"])
@pytest.mark.parametrize("field", ["name", "name_kana", "email"])
def test_a_value_that_begins_like_a_formula_is_set_aside(field: str, start: str) -> None:
    row = rows(written([komuten(**{field: f"{start}a@b.example"}), KAIKEI], quoted=True))[0]
    assert isinstance(row, SetAside)
    assert row.reason == "formula"


#   what a row of changes says, and why it is set aside
CHANGES = [
    ("no act", "", "", "missing_act", "異動区分"),
    ("unknown act", "休会", "", "unknown_act", "異動区分"),
    ("act as a formula", "=1", "", "formula", "異動区分"),
    ("day that no month has", "入会", "2026-02-30", "impossible_date", "異動日"),
    ("month that no year has", "入会", "2026/13/01", "impossible_date", "異動日"),
    ("day of another age", "入会", "0206-12-01", "impossible_date", "異動日"),
    ("day with a time", "入会", "2026-12-01 10:00:00", "impossible_date", "異動日"),
    ("day in digits that can be read two ways", "入会", "2026121", "impossible_date", "異動日"),
    ("day in words", "入会", "来月", "impossible_date", "異動日"),
    ("day as a formula", "入会", "=TODAY()", "formula", "異動日"),
]


@pytest.mark.parametrize(
    ("act", "day", "reason", "column"), [one[1:] for one in CHANGES], ids=[one[0] for one in CHANGES]
)
def test_a_bad_change_is_set_aside(act: str, day: str, reason: str, column: str) -> None:
    found = rows(written([(*KOMUTEN, act, day)], headings=OF_CHANGES), form="changes")
    assert [(row.reason, row.column, row.number) for row in found if isinstance(row, SetAside)] == [
        (reason, column, "10000017")
    ]
    assert len(found) == 1


@pytest.mark.parametrize(
    "day", ["2026-12-01", "2026/12/1", "2026.12.01", "20261201", "2026年12月1日", "２０２６／１２／１", ""]
)
def test_a_day_is_read_in_every_usual_form(day: str) -> None:
    (row,) = rows(written([(*KOMUTEN, "入会", day)], headings=OF_CHANGES), form="changes")
    assert isinstance(row, ReadRow)
    assert row.effective_date == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("lines", "reason", "raw"),
    [
        (("10000017,ベーシックプラン",), "ragged", "10000017,ベーシックプラン"),
        ((",".join(KOMUTEN) + ",余分",), "ragged", ",".join(KOMUTEN) + ",余分"),
        (('10000017,"見本"工務店",,,,',), "broken_quotes", '10000017,"見本"工務店",,,,'),
    ],
)
def test_a_row_whose_cells_cannot_be_told_apart_is_set_aside(lines: tuple[str, ...], reason: str, raw: str) -> None:
    content = "\n".join((",".join(HEADINGS), *lines, ",".join(SEISAKUSHO), "")).encode()
    assert rows(content) == [SetAside(2, reason, "", raw, "10000017"), LISTED[1]]


def test_a_row_may_end_in_more_commas_than_the_headings() -> None:
    assert rows(written([(*KOMUTEN, "", " ")])) == [LISTED[0]]


def test_rows_with_nothing_in_them_are_passed_over_and_lines_are_counted_on() -> None:
    content = (
        "\n\n" + ",".join(HEADINGS) + "\n,,,,,\n" + ",".join(KOMUTEN) + "\n  \n" + ",".join(SEISAKUSHO) + "\n\x1a"
    ).encode()
    assert rows(content) == [LISTED[0]._replace(line=5), LISTED[1]._replace(line=7)]


def test_what_is_kept_of_a_bad_row_is_cut_after_a_thousand_letters() -> None:
    (bad, _) = rows(written([komuten(name="見" * 5_000), SEISAKUSHO]))
    assert isinstance(bad, SetAside)
    assert bad.raw == ("10000017,ベーシックプラン," + "見" * 5_000)[:1_000]


def test_the_file_says_its_encoding_and_delimiter() -> None:
    found = [
        reading(written(MEMBERS, encoding=encoding, delimiter=mark))
        for encoding in ("utf-8", "cp932", "utf-16")
        for mark in ",\t"
    ]
    assert [(one.encoding, one.delimiter) for one in found] == [
        ("UTF-8", ","), ("UTF-8", "\t"), ("CP932", ","), ("CP932", "\t"), ("UTF-16", ","), ("UTF-16", "\t"),
    ]  # fmt: skip


def test_a_renamed_heading_is_refused_with_the_one_that_was_meant() -> None:
    refusal = refused(written(MEMBERS, headings=("会員番号", "会員種別名", *HEADINGS[2:])))
    assert refusal is not None
    assert refusal.details == {"wanted": "会員種別", "near": "会員種別名", "known": refusal.details["known"]}
    assert refusal.text.ja == "見出しの行に「会員種別」がありません。「会員種別名」は「会員種別」のことですか。"
    assert refusal.text.en == "The line of headings has no “会員種別”. Did you mean “会員種別” by “会員種別名”?"


def test_a_heading_that_resembles_none_is_refused_with_those_that_are_understood() -> None:
    refusal = refused(written(MEMBERS, headings=("ID", *HEADINGS[1:])))
    assert refusal is not None
    assert refusal.text.ja.startswith("見出しの行に「会員番号」がありません。使える見出し：会員番号、会員No、")


def test_a_file_of_changes_that_is_sent_as_a_list_is_refused() -> None:
    content = written([(*KOMUTEN, "変更", "")], headings=OF_CHANGES)
    assert code(refused(content)) == "changes_in_list"
    assert code(refused(content, form="changes")) == ""


def test_a_list_that_is_sent_as_changes_is_refused() -> None:
    assert code(refused(written(MEMBERS), form="changes")) == "heading_missing"


def test_a_list_without_one_good_row_is_refused_and_changes_are_not() -> None:
    bad = [komuten(name=""), komuten(number="")]
    refusal = refused(written(bad))
    assert (code(refusal), refusal and refusal.details) == ("no_good_row", {"set_aside": 2})
    changes = written([(*KOMUTEN, "休会", "")], headings=OF_CHANGES)
    assert [type(row) for row in rows(changes, form="changes")] == [SetAside]


def test_bytes_that_can_be_gone_through_only_once_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="iterated again"):
        read_feed(iter([written(MEMBERS)]), layout=LAYOUT, form="list", effective_date=DAY)


@pytest.mark.parametrize("texts", [REASONS, REFUSALS])
def test_every_reason_and_refusal_is_said_in_both_languages(texts: dict[str, object]) -> None:
    for one in texts:
        text = reason_text(one) if one in REASONS else REFUSALS[one]
        assert text.ja.endswith("。") or one == "heading_missing"
        assert text.en.endswith((".", "}"))
