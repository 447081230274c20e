"""Who is 御中 and who is 様."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.addressing import honorific

EXAMPLES = [
    ("株式会社サンプル工務店", "見本 太郎", "御中"),
    ("サンプル会計事務所", "見本 太郎", "御中"),  # a trade name is a firm's name
    ("見本 太郎", "見本太郎", "様"),  # trades under the own name
    ("サンプルデザイン　見本　太郎", "見本 太郎", "様"),  # trade name and own name
    ("見本太郎商店", "見本 太郎", "御中"),
    ("株式会社サンプル 御中", "", ""),
    ("見本太郎様", "", ""),
    ("サンプル設計", "", "御中"),
    ("", "見本 太郎", ""),
]


@pytest.mark.parametrize(("name", "run_by", "expected"), EXAMPLES)
def test_a_firm_is_onchu_and_a_person_is_sama(name: str, run_by: str, expected: str) -> None:
    assert honorific(name, run_by=run_by) == expected


@given(st.text(max_size=40), st.text(max_size=20))
def test_nobody_is_addressed_twice(name: str, run_by: str) -> None:
    assert honorific(name + honorific(name, run_by=run_by)) == ""
