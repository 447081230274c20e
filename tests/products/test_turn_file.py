"""turn.toml: each slip is found with its place."""

from __future__ import annotations

import pytest

from sonae.domain.product.check import check_product
from sonae.domain.product.parse import parse_product
from sonae.domain.product.turn import TurnRules
from tests.domain.versions import AFTER, BEFORE, files_of


def findings_with(old: str, new: str) -> list[str]:
    files = files_of(AFTER)
    text = files["turn.toml"].decode()
    assert old in text
    files["turn.toml"] = text.replace(old, new, 1).encode()
    return [str(finding) for finding in check_product(files)]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("offers_days_before = 60", "offer_days_before = 60", 'Did you mean "offer_days_before"?'),
        ("offers_days_before = 60", "offers_days_before = 11", "the offers come on or after the deadline (2027-11-20)"),
        ("rehearsal_days_before = 75", "rehearsal_days_before = 59", "the rehearsal comes after the offers"),
        ("[30, 18, 12]", "[18, 30, 12]", "each number is smaller than the one before"),
        ("[30, 18, 12]", "[30, 18, 10]", "a reminder of 2027-11-21 lies outside"),
        ("[30, 18, 12]", "[60, 18, 12]", "a reminder of 2027-10-02 lies outside"),
        ("warnings_days_before = [7]", "warnings_days_before = [11]", "a warning of 2027-11-20 comes before"),
        ("warnings_days_before = [7]", "warnings_days_before = [0]", "the last one lies a day before the expiry"),
        ("[1, 20]", "[20, 1]", "each number is larger than the one before"),
        ("[1, 20]", "[1, 31]", "a notice of 2028-01-01 offers what could be taken up until 2027-12-31"),
        ("late_days = 41", "late_days = 301", "turn.toml: late_days: 301 is too large; at most 300 is expected."),
        ("late_days = 41", "late_days = -1", "turn.toml: late_days: -1 is negative"),
        ('late_days_tag = "assumed"\n', "", "turn.toml: late_days: the number has no tag."),
        ('late_start = "next_start"', 'late_start = "next_stat"', 'Did you mean "next_start"?'),
        ("[reasons.LEFT]", "[reasons.LEAVE]", "LEFT"),
        ("{expiry_day}", "{expiry_date}", 'Did you mean "expiry_day"?'),
    ],
)
def test_each_slip_is_found(old: str, new: str, finding: str) -> None:
    found = findings_with(old, new)
    assert any(finding in one for one in found), found


def test_both_shipped_versions_say_the_same_of_the_turn() -> None:
    assert files_of(BEFORE)["turn.toml"] == files_of(AFTER)["turn.toml"]
    tags = parse_product(files_of(AFTER)).tags
    assert {place: tag for place, tag in tags.items() if place.startswith("turn.toml")} == {
        f"turn.toml: {key}": "assumed"
        for key in (
            "rehearsal_days_before", "offers_days_before", "reminders_days_before[0]", "reminders_days_before[1]",
            "reminders_days_before[2]", "warnings_days_before[0]", "notices_days_after[0]", "notices_days_after[1]",
            "late_days",
        )
    }  # fmt: skip


def test_a_version_from_before_it_was_asked_for_can_still_be_read() -> None:
    files = files_of(BEFORE)
    del files["turn.toml"]
    assert parse_product(files).turn == TurnRules()
    assert check_product(files) == []
