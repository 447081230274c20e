"""A closed list as CSV and as a workbook: the same for ever, with nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from sonae.apps.certificates.models import Transaction
from sonae.apps.reporting import list_export
from sonae.apps.reporting.list_export import NoSuchProfile, digest_again, export, file_name, profiles_of
from sonae.apps.reporting.models import Bordereau
from sonae.integrations.spreadsheet import writing
from sonae.integrations.spreadsheet.writing import write_workbook
from tests import cast
from tests.apps.reporting.test_close_bordereau import NOVEMBER, at, close, sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(programme: object, monkeypatch: pytest.MonkeyPatch) -> Bordereau:
    monkeypatch.setattr(list_export, "AT_ONCE", 2)
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    people = cast.call_in()
    for place in range(5):
        sold(people, f"7000000{place}", at("2026-11-24"), premium=64_940 + place)
    return close(NOVEMBER, at("2026-12-01"))


def csv_of(bordereau: Bordereau, profile: str = "premium", language: str = "ja") -> bytes:
    return b"".join(export(bordereau, profile=profile, form="csv", language=language))


def xlsx_of(bordereau: Bordereau) -> bytes:
    return b"".join(export(bordereau, profile="premium", form="xlsx", language="ja"))


def test_a_csv_has_every_line_under_the_columns_of_the_profile(closed: Bordereau) -> None:
    content = csv_of(closed)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["行番号"] for row in rows] == ["1", "2", "3", "4", "5"]
    first = rows[0]
    assert (first["計上月"], first["加入者証番号"]) == ("2026-11", "C-70000000")
    assert (first["プラン"], first["業種"]) == ("1億円プラン", "その他サービス業等")
    assert (first["保険料（円）"], first["手数料（円）"], first["差引保険料（円）"], first["保険始期"]) == (
        "64940", "12988", "51952", "2026-12-01",
    )  # fmt: skip
    lloyds = list(csv.DictReader(io.StringIO(csv_of(closed, "lloyds-5-2").decode("utf-8-sig"), newline="")))
    assert lloyds[0]["CR0059 Gross Premium Paid This Time"] == "64940"
    with pytest.raises(NoSuchProfile):
        csv_of(closed, "claims")


def test_a_workbook_says_the_same(closed: Bordereau) -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(closed))).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["行番号", 1, 2, 3, 4, 5]
    heading = {str(name): place for place, name in enumerate(rows[0])}
    assert (rows[1][heading["保険料（円）"]], rows[1][heading["保険始期"]]) == (64_940, date(2026, 12, 1))


def test_a_closed_month_answers_the_same_for_ever(closed: Bordereau) -> None:
    before = csv_of(closed), xlsx_of(closed), digest_again(closed)
    certificate = Transaction.objects.earliest("id").certificate
    certificate.cancelled_on = date(2027, 3, 1)
    certificate.save(update_fields=["cancelled_on"])
    certificate.member.number = "79999999"
    certificate.member.save()
    assert (csv_of(closed), xlsx_of(closed), digest_again(closed)) == before
    assert before[2] == closed.digest
    assert file_name(closed, "premium", "csv") == "bordereau-2026-11-premium.csv"
    assert [one.code for one in profiles_of(closed)] == ["premium", "lloyds-5-2"]


# Markup that a writer could take for its own: XlsxWriter does, and the second cell is a formula then.
AS_MARKUP = '<r><t>a</t></r></is></c><c r="B2"><f>HYPERLINK("x")</f></c><c r="C2" t="inlineStr"><is><r><t>b</t></r>'


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "＝1+1", "@SUM(1)", "+1", "-1", "|x", "%x", "\t=1", "'=1", "a\x01b\ufffe", "<b>&\"'", " 前後 ", "]]>",
     "_x003D_1", "_x005F_x003D_1", "_x003d_x0031_", AS_MARKUP],
)  # fmt: skip
def test_a_text_stays_a_text(name: str) -> None:
    book = b"".join(write_workbook(["名前"], [[name, 1, date(2026, 12, 1), None, -5]], sheet="2026-11"))
    row = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python(skip_empty_area=False)[1]
    assert row == [name.replace("\x01", "").replace("\ufffe", ""), 1.0, date(2026, 12, 1), "", -5.0]
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_nothing_in_a_workbook_says_when_it_was_made() -> None:
    book = b"".join(write_workbook(["名前"], [["青木工務店"]], sheet="2026-11"))
    entries = zipfile.ZipFile(io.BytesIO(book)).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert not [entry.filename for entry in entries if entry.filename.startswith("docProps/")]


def test_more_rows_than_a_sheet_takes_go_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROWS_OF_A_SHEET", 4)
    for count, sheets in ((0, 1), (3, 1), (4, 2), (7, 3)):
        book = b"".join(write_workbook(["n"], ([n] for n in range(count)), sheet="x"))
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(book))
        assert len(workbook.sheet_names) == sheets
        found = [row[0] for name in workbook.sheet_names for row in workbook.get_sheet_by_name(name).to_python()[1:]]
        assert found == list(range(count))


def test_rows_are_asked_for_as_the_file_is_taken() -> None:
    asked: list[int] = []

    def rows() -> object:
        for number in range(writing.AT_ONCE * 3):
            asked.append(number)
            yield [number]

    pieces = write_workbook(["n"], rows(), sheet="x")  # type: ignore[arg-type]
    next(pieces)
    assert len(asked) <= writing.AT_ONCE + 1
