"""The loss facts as they ship: every figure bears its source row, and each defect that can be planted is found."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from sonae.config.command_line import main
from sonae.domain.incident_costs.check import check_against_product
from sonae.domain.incident_costs.parse import FACTS, RECORD, LossFactsInvalid, check_loss_facts, parse_loss_facts
from tests.domain.loss_facts import FOLDER, shipped, shipped_files
from tests.domain.versions import AFTER, BEFORE, product
from tests.domain.versions import FOLDER as PRODUCTS

DEFECTS = [
    # file, what stands there, what is planted, place (part of it), message or suggestion (part of it)
    (FACTS, "high_yen = 4_000_000", "high_yen = 5_000_000", "investigation", "the data 3,000,000 | 5,000,000"),
    (FACTS, "low_yen = 300_000", "low_yen = 200_000", "legal_advice", "the data 200,000"),
    (FACTS, "scenario_sources = [7]", "scenario_sources = [8]", "scenario_sources", "no source [8]"),
    (FACTS, "scenario_sources = [7]", "scenario_sources = 7", "scenario_sources", "numbers of sources"),
    (FACTS, "scenario_sources = [7]", "scenario_source = [7]", "scenario_source", 'Did you mean "scenario_sources"?'),
    (FACTS, "per = 50_000", "per = 5_000", "damages_leak", "5,000 people"),
    (FACTS, "as_of = 2024-02-09", "as_of = 2024-02-10", "response_consulting", "2024-02-10"),
    (
        RECORD,
        "| 3,000,000 | 4,000,000 | case",
        "| 3,000,000 | 4,500,000 | case",
        "investigation",
        "the row says 3,000,000 | 4,500,000",
    ),
    (RECORD, "| investigation | ", "| investigations | ", "investigation", "has no row"),
    (RECORD, "| investigation | ", "| investigatoin | ", "line", 'Did you mean "investigation"?'),
    (RECORD, "[1] cause and extent, 300 to 400 万円", "", "line", "does not say what its source says"),
    (RECORD, "| gifts | ", "| letters | ", "line", "two rows"),
    (RECORD, "| figure | low yen |", "| figures | low yen |", "investigation", "has no row"),
    (FACTS, 'mark = "read"', 'mark = "second_hand"', "mark", "not known"),
    (FACTS, 'mark = "read"', 'mark = "raed"', "mark", 'Did you mean "read"?'),
    (FACTS, 'sources = [2]\nmark = "read"', 'sources = []\nmark = "read"', "sources", "names its source"),
    (FACTS, "sources = [2]", "sources = [22]", "investigation_device", "no source [22]"),
    (FACTS, "sources = [2]", 'sources = ["2"]', "sources", "numbers of sources"),
    (FACTS, 'note = { ja = "専門の人が1台に', 'nota = { ja = "専門の人が1台に', "note", "an assumption says why"),
    (FACTS, 'note = { ja = "専門の人が1台に', 'nota = { ja = "専門の人が1台に', "nota", 'Did you mean "note"?'),
    (FACTS, "low_yen = 100_000\nhigh_yen = 1_000_000", "low_yen = 2_000_000\nhigh_yen = 1_000_000", "low_yen", "above"),
    (FACTS, "low_yen = 100_000", "low_yen = -1", "low_yen", "negative"),
    (FACTS, "low_yen = 100_000", "low_yen = 0.5", "low_yen", "whole number"),
    (FACTS, "low_yen = 100_000", "low_sen = 100_000", "low_sen", 'Did you mean "low_yen"?'),
    (FACTS, 'size = "devices"\nper = 1', 'size = "device"\nper = 1', "investigation_device", 'Did you mean "devices"?'),
    (FACTS, 'occurs_with = "people"', 'occurs_with = "poeple"', "newspaper", 'Did you mean "people"?'),
    (FACTS, 'days = "own_days"', 'days = "own_day"', "own_interruption", 'Did you mean "own_days"?'),
    (
        FACTS,
        '"dispute_single", "legal_advice", "letters"',
        '"dispute_singel", "legal_advice", "letters"',
        "misdirected_mail",
        'Did you mean "dispute_single"?',
    ),
    (
        FACTS,
        'not_named = ["own_interruption", "ransom"]',
        'not_named = ["own_interruption", "ransome"]',
        "ransomware",
        'Did you mean "ransom"?',
    ),
    (
        FACTS,
        'size = "people", value = 300',
        'size = "people", value = 2_000_000',
        "people",
        "lies outside 1 to 1,000,000",
    ),
    (
        FACTS,
        'size = "card_months", value = 0',
        'size = "own_days", value = 0',
        "data_theft",
        '"card_months", which is not asked for',
    ),
    (
        FACTS,
        'size = "card_months", value = 0',
        'size = "own_days", value = 0',
        "data_theft",
        'needs the size "own_days"',
    ),
    (FACTS, ', "card_monitoring"]', "]", "card_monitoring", "no incident uses it"),
    (FACTS, 'code = "gifts"', 'code = "letters"', "figures", "stands there twice"),
    (FACTS, "number = 2", "number = 1", "sources", "stands there twice"),
    (FACTS, "least = 1\nmost = 1_000_000", "least = 1\nmost = 0", "least", "above 0"),
    (FACTS, 'en = "Ransomware"', 'en = ""', "name.en", "the text is empty"),
    (FACTS, 'address = "https://s.', 'address = "s.', "address", "begins with https://"),
    (FACTS, "[[incidents]]", "[[incident]]", "incident", 'Did you mean "incidents"?'),
    (FACTS, "[[sources]]", "[[sources", "", "not valid TOML"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"), DEFECTS, ids=[f"{d[2]} in {d[3]}" for d in DEFECTS]
)
def test_a_planted_defect_is_found_with_its_place(file: str, old: str, new: str, place: str, message: str) -> None:
    files = shipped_files()
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new, 1).encode()
    findings = check_loss_facts(files)
    assert any(place in one.place and message in str(one) for one in findings), [str(one) for one in findings]
    with pytest.raises(LossFactsInvalid):
        parse_loss_facts(files)


@pytest.mark.parametrize("file", [FACTS, RECORD])
def test_a_missing_file_is_found(file: str) -> None:
    files = shipped_files()
    del files[file]
    assert [(one.file, one.message) for one in check_loss_facts(files)] == [(file, "the file is missing.")]


def test_what_ships_has_no_finding() -> None:
    assert check_loss_facts(shipped_files()) == []


@pytest.mark.parametrize("version", [BEFORE, AFTER])
def test_every_cost_line_is_one_of_the_product(version: str) -> None:
    assert check_against_product(shipped(), product(version), FACTS) == []


def test_a_cost_line_that_the_product_does_not_know_is_found() -> None:
    files = shipped_files()
    files[FACTS] = files[FACTS].replace(b'cost_line = "prevention"', b'cost_line = "prevntion"', 1)
    found = [str(one) for one in check_against_product(parse_loss_facts(files), product(), FACTS)]
    assert found == [f'{FACTS}: figures[prevention].cost_line: "prevntion" is not known. Did you mean "prevention"?']


def test_a_figure_of_the_programme_that_is_no_scenario_of_the_product_is_found() -> None:
    changed = {
        name: content.replace(b"10_000_000\nsources = [7]", b"9_000_000\nsources = [7]")
        for name, content in shipped_files().items()
    }
    changed[RECORD] = changed[RECORD].replace(b"| 10,000,000 | case | [7]", b"| 9,000,000 | case | [7]")
    facts = parse_loss_facts(changed)
    found = [str(one) for one in check_against_product(facts, product(), FACTS)]
    assert found == [
        f'{FACTS}: figures[restoration_data].high_yen: no scenario of the product costs 9,000,000 yen under "restoration".'
    ]
    assert check_against_product(facts, replace(product(), scenarios=()), FACTS) == []


def test_every_figure_of_the_data_stands_in_a_row_of_the_record() -> None:
    """Read here without the code that the check uses, so that the two can't be wrong together."""
    data = tomllib.loads((FOLDER / "incident-costs.toml").read_text())
    table = re.findall(
        r"^\| (\w+) \| ([\d,]+) \| ([\d,]+) \| ([^|]+) \| ([^|]+) \| (\w+) \| (\S+) \| \S",
        (FOLDER / "sources.md").read_text(),
        re.M,
    )
    rows = {
        code: (int(low.replace(",", "")), int(high.replace(",", "")), each, sources, mark, day)
        for code, low, high, each, sources, mark, day in table
    }
    wanted = {
        figure["code"]: (
            figure["low_yen"], figure["high_yen"], f"{figure['per']:,} {figure['size']}" if "size" in figure else "case",
            " ".join(f"[{n}]" for n in figure["sources"]) or "–", figure["mark"], figure["as_of"].isoformat(),
        )
        for figure in data["figures"]
    }  # fmt: skip
    assert rows == wanted
    assert len(rows) == 16


def test_the_command_lists_findings_and_tells_sound_from_unsound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loss-facts", "check", str(FOLDER), "--product", str(PRODUCTS / AFTER)]) == 0
    assert capsys.readouterr().out == "0 finding(s)\n"
    for name, content in shipped_files().items():
        (tmp_path / name).write_bytes(content.replace(b"high_yen = 4_000_000", b"high_yen = 4_000_001"))
    assert main(["loss-facts", "check", str(tmp_path)]) == 1
    assert "sources.md: investigation: the row says 3,000,000 | 4,000,000" in capsys.readouterr().out
    for name, content in shipped_files().items():
        (tmp_path / name).write_bytes(content.replace(b'cost_line = "prevention"', b'cost_line = "prevent"'))
    assert main(["loss-facts", "check", str(tmp_path), "--product", str(PRODUCTS / AFTER)]) == 1
    assert 'Did you mean "prevention"?' in capsys.readouterr().out
    assert main(["loss-facts", "check", str(tmp_path / "nowhere")]) == 2
    assert main(["loss-facts", "check", str(FOLDER), "--product", str(FOLDER)]) == 2
    assert "no such folder" in capsys.readouterr().err
