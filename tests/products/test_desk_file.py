"""desk.toml: each slip is found with its place; and the scripts say what the law asks."""

from __future__ import annotations

import pytest

from sonae.domain.product.check import check_product
from sonae.domain.product.desk import CallbackRules, DeskRules
from sonae.domain.product.digest import product_digest
from sonae.domain.product.parse import parse_product
from tests.domain.versions import AFTER, BEFORE, files_of, product


def findings_with(old: str, new: str) -> list[str]:
    files = files_of(AFTER)
    text = files["desk.toml"].decode()
    assert old in text
    files["desk.toml"] = text.replace(old, new, 1).encode()
    return [str(finding) for finding in check_product(files)]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("slot_minutes = 30", "slot_minute = 30", 'Did you mean "slot_minute"?'),
        ("slot_minutes = 30", "slot_minutes = 35", "slots of 35 minutes don't fill the window's 480 minutes"),
        ("slot_minutes = 30", "slot_minutes = 4", "callbacks.slot_minutes: 4 is too small; at least 5 is expected."),
        ("places = 2", "places = 101", "callbacks.places: 101 is too large; at most 100 is expected."),
        ("places = 2", "places = -1", "callbacks.places: -1 is negative"),
        ("open_days_ahead = 10", "open_days_ahead = 0", "there are places, but no day for which they can be booked"),
        ('places_tag = "assumed"\n', "", "the number has no tag"),
        ('"plan_table"', '"plan_tabel"', 'the paper "plan_tabel" is not known. Did you mean "plan_table"?'),
        ("[scripts.administrative]", "[scripts.administrativ]", "administrative"),
        ("{operator}", "{operater}", 'Did you mean "operator"?'),
        ("title = { ja", "titel = { ja", 'Did you mean "titel"?'),
    ],
)
def test_each_slip_is_found(old: str, new: str, finding: str) -> None:
    found = findings_with(old, new)
    assert any(finding in one for one in found), found


def test_both_shipped_versions_say_the_same_for_the_desk() -> None:
    assert files_of(BEFORE)["desk.toml"] == files_of(AFTER)["desk.toml"]
    rules = product().desk.callbacks
    assert (rules.slot_minutes, rules.places, rules.open_days_ahead, rules.notice_minutes) == (30, 2, 10, 60)
    assert {tag for place, tag in product().tags.items() if place.startswith("desk.toml")} == {"assumed"}


def test_a_version_from_before_it_was_asked_for_can_still_be_read() -> None:
    files = files_of(BEFORE)
    before = product_digest(files)
    del files["desk.toml"]
    assert parse_product(files).desk == DeskRules()
    assert check_product(files) == []
    assert not CallbackRules().are_booked
    assert product_digest(files) != before  # the scripts are part of what was published


def test_without_a_registration_nothing_is_recommended_and_with_one_the_single_insurer_is_named() -> None:
    """Law rows 1, 4 and 6: what is not to be done without a registration; one insurer; needs, then reason."""
    plain, soliciting = product().desk.administrative, product().desk.soliciting
    assert "登録募集人へ引き継ぐ" in plain.steps[-1].ja
    for forbidden in ("すすめる", "商品を説明する", "申込みを受ける"):
        assert any(forbidden in one.ja for one in plain.not_to_do)
    assert product().party("insurer").name.ja in soliciting.opening.ja
    assert "意向" in soliciting.steps[0].ja
    assert any("理由を記録" in one.ja for one in soliciting.not_to_do)
    for script in (plain, soliciting):
        assert len(script.steps) == len({step.en for step in script.steps}) > 0
