"""On which line a finding stands."""

from __future__ import annotations

import pytest

from sonae.domain.product.places import find_line

TOML = """programme = "cyber"

[contact]
phone = "0"

[[plans]]
code = "P100"
limit = 1

[[plans]]
code = "P300"
limit = 2

[feed.headings]
number = ["x"]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("programme", 1),
        ("contact.phone", 4),
        ("contact.missing", 3),
        ("plans[0].limit", 8),
        ("plans[1].limit", 12),
        ("plans[P300].limit", 12),
        ("plans[1].missing", 10),
        ("plans[7].limit", None),
        ("phone", None),
        ("", None),
        ("line 3, factor_times", 3),
        ("line 12", 12),
        ("line x", None),
        ("line 99999999999999999999", None),
    ],
)
def test_a_place_is_found_in_its_file(place: str, line: int | None) -> None:
    assert find_line(TOML, place) == line
