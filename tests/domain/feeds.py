"""Files of members for tests, as bytes, and how they come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sonae.domain.membership_feed.layout import FeedLayout, Form
from sonae.domain.membership_feed.reading import FeedReading, OpenWorkbook, read_feed
from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.domain.membership_feed.rows import ReadRow, SetAside
from tests.domain.versions import product

LAYOUT = product().membership_feed
DAY = date(2026, 12, 1)
HEADINGS = ("会員番号", "会員種別", "会員名", "フリガナ", "メールアドレス", "電話番号")
OF_CHANGES = (*HEADINGS, "異動区分", "異動日")
KOMUTEN = ("10000017", "ベーシックプラン", "見本工務店", "ミホンコウムテン", "komuten@mihon.example", "03-0000-0017")
SEISAKUSHO = (
    "10000025",
    "トータルプラン",
    "例示製作所",
    "レイジセイサクショ",
    "seisakusho@reiji.example",
    "03-0000-0025",
)
KAIKEI = ("20000031", "弥生PAP会員", "架空会計事務所", "カクウカイケイジムショ", "kaikei@kakuu.example", "03-0000-0031")
MEMBERS = (KOMUTEN, SEISAKUSHO, KAIKEI)
CODES = {"ベーシックプラン": "basic", "トータルプラン": "total", "弥生PAP会員": "pap"}


def written(
    rows: Iterable[Sequence[str]],
    *,
    headings: Sequence[str] = HEADINGS,
    encoding: str = "utf-8",
    delimiter: str = ",",
    end: str = "\r\n",
    quoted: bool = False,
) -> bytes:
    """A file as other systems write it: a cell is quoted where it has to be, or all of them are."""

    def cell(text: str) -> str:
        must = quoted or any(mark in text for mark in (delimiter, '"', "\r", "\n"))
        return '"' + text.replace('"', '""') + '"' if must else text

    return "".join(delimiter.join(map(cell, row)) + end for row in (headings, *rows)).encode(encoding)


def reading(
    content: bytes | Sequence[bytes],
    *,
    form: Form = "list",
    layout: FeedLayout = LAYOUT,
    open_workbook: OpenWorkbook | None = None,
) -> FeedReading:
    chunks = [content] if isinstance(content, bytes) else content
    return read_feed(chunks, layout=layout, form=form, effective_date=DAY, open_workbook=open_workbook)


def rows(
    content: bytes | Sequence[bytes], *, form: Form = "list", open_workbook: OpenWorkbook | None = None
) -> list[ReadRow | SetAside]:
    return list(reading(content, form=form, open_workbook=open_workbook))


def refused(
    content: bytes | Sequence[bytes], *, form: Form = "list", open_workbook: OpenWorkbook | None = None
) -> FeedRefused | None:
    """The refusal, from the beginning or from further down; None where the file is read to its end."""
    try:
        rows(content, form=form, open_workbook=open_workbook)
    except FeedRefused as refusal:
        return refusal
    return None


def code(refusal: FeedRefused | None) -> str:
    """The code of the refusal, whose text can be said; empty where there is none."""
    return refusal.code if refusal and refusal.text.ja and refusal.text.en else ""


def listed(row: Sequence[str], line: int) -> ReadRow:
    """What a plain row of a list comes out as."""
    number, member_class, name, kana, email, telephone = row
    return ReadRow(line, "listed", DAY, number, CODES[member_class], name, kana, email, telephone)


LISTED = [listed(row, line) for line, row in enumerate(MEMBERS, start=2)]
