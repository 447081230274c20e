"""What reading lets through fits the tables, to the letter."""

from __future__ import annotations

import pytest

from sonae.apps.membership.models import FeedRow, SetAsideRow
from sonae.apps.parties.models import Member, MembershipFact
from sonae.domain.membership_feed.layout import ACTS, LONGEST
from sonae.domain.membership_feed.reasons import REASONS


@pytest.mark.parametrize("field", LONGEST)
def test_the_longest_value_is_the_longest_that_the_tables_take(field: str) -> None:
    fact = Member if field == "number" else MembershipFact
    assert [model._meta.get_field(field).max_length for model in (FeedRow, fact)] == [LONGEST[field]] * 2  # type: ignore[index, union-attr]


def test_acts_and_reasons_fit_too() -> None:
    assert {"listed", *ACTS} <= set(FeedRow.Act.values)
    assert max(map(len, REASONS)) <= (SetAsideRow._meta.get_field("reason").max_length or 0)
