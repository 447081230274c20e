"""What was set aside can be looked at page by page, and downloaded as a CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest

from sonae.apps.membership.models import Feed, SetAsideRow
from sonae.apps.membership.queries import list_feeds, list_set_aside
from sonae.apps.membership.set_aside_export import HEADER, set_aside_csv
from sonae.apps.programmes.models import Programme
from tests.feeds import Row, check, hand_in, rows_of

pytestmark = pytest.mark.django_db

PAYLOADS = (
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", '="a"', "=cmd|' /C calc'!A0", " =1",
)  # fmt: skip
RUN = tuple("=+-@\t\r\n＝＋－＠")


def rows_in(feed: Feed) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(set_aside_csv(feed)).removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_the_export_can_be_taken_for_a_formula(programme: Programme, payload: str) -> None:
    feed = hand_in(rows_of(1))
    SetAsideRow.objects.create(feed=feed, line=2, reason="formula", column=payload, raw=payload)
    (_, (line, reason, *cells)) = rows_in(feed)
    assert (line, reason) == ("2", "formula")
    assert [cell for cell in cells if cell.lstrip(" 　")[:1] in RUN] == []
    assert cells == [f"'{payload}"] * 2


def test_harmless_text_is_left_as_it_is_and_excel_is_told_the_encoding(programme: Programme) -> None:
    feed = check([*rows_of(1), Row("20000000", "gold", "髙﨑, “会計”")])
    assert "".join(set_aside_csv(feed)).encode().startswith(b"\xef\xbb\xbf")
    assert rows_in(feed) == [
        [*HEADER],
        ["3", "unknown_class", "会員種別", '20000000,gold,"髙﨑, “会計”",,,'],
    ]


def test_many_rows_come_piece_by_piece(programme: Programme) -> None:
    feed = hand_in(rows_of(1))
    SetAsideRow.objects.bulk_create(
        SetAsideRow(feed=feed, line=line, reason="ragged", raw="a") for line in range(2, 5_002)
    )
    assert len(list(set_aside_csv(feed))) == 3
    assert len(rows_in(feed)) == 5_001


def test_rows_are_shown_page_by_page_in_the_order_of_the_file(programme: Programme) -> None:
    feed = hand_in(rows_of(1))
    SetAsideRow.objects.bulk_create(
        SetAsideRow(feed=feed, line=line, reason="ragged", raw="a") for line in reversed(range(250))
    )
    page = list_set_aside(feed=feed, page=3)
    assert ([row.line for row in page.rows], page.total, page.page, page.pages) == (list(range(200, 250)), 250, 3, 3)
    assert [list_set_aside(feed=feed, page=number).page for number in (0, 9)] == [1, 3]


def test_feeds_are_listed_the_newest_first_and_by_state(programme: Programme) -> None:
    first, second = hand_in(rows_of(1)), check(rows_of(2))
    assert [feed.pk for feed in list_feeds()] == [second.pk, first.pk]
    assert [feed.pk for feed in list_feeds(states=("received",))] == [first.pk]
