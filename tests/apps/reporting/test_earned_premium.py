"""Earned premium over all certificates is the sum of what each of them says, counted in groups or one by one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sonae.apps.reporting.earned_premium import earned_as_known, month_in_the_books, run_off
from sonae.domain.bordereau import month_end
from tests import cast
from tests.apps.reporting.test_close_bordereau import DECEMBER, NOVEMBER, act, at, sold
from tests.web.holdings import give_free_cover

pytestmark = pytest.mark.django_db
YEAR = date(2026, 12, 1)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def test_a_month_wrote_and_earned_so_much(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    sold(people, "70000002", at("2026-11-25"))
    changed = sold(people, "70000003", at("2026-11-26"))
    act(changed, 2, "change", date(2027, 3, 1), at("2027-04-10"), {"plan": "P300"}, 64_940, 95_140)
    give_free_cover(people.member, DECEMBER)
    (november,) = month_in_the_books(NOVEMBER)
    assert (november.scheme_year, november.certificates) == (YEAR, 3)
    assert (november.movement.written, november.movement.earned, november.movement.after.unearned) == (
        194_820,
        0,
        194_820,
    )
    (december,) = month_in_the_books(DECEMBER)
    assert (december.movement.written, december.movement.earned) == (0, 3 * 5_412)
    (april,) = month_in_the_books(date(2027, 4, 1))
    # two certificates earn 27,058 − 21,647 = 5,411 each, the changed one 12,123 with what it owes for March
    assert (april.movement.written, april.movement.earned) == (30_200, 2 * 5_411 + 12_123)
    moved = april.movement
    assert moved.before.unearned + moved.written - moved.earned == moved.after.unearned


def test_the_run_off_ends_at_nought(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    ended = sold(people, "70000002", at("2026-11-25"))
    act(ended, 2, "cancellation", date(2027, 3, 1), at("2027-02-10"), {}, 64_940, 16_240)
    rows = run_off(date(2027, 2, 1))
    assert rows[0][0] == DECEMBER
    assert (sum(yen for _, yen, _ in rows), rows[-1][2]) == (64_940 + 16_240, 0)
    assert rows[3] == (date(2027, 3, 1), 5_412 + 5, 81_180 - 2 * 16_235 - 5_417)


def test_untouched_certificates_cost_no_query_of_their_own(people: cast.Cast) -> None:
    counts = []
    for place in range(6):
        sold(people, f"7000000{place}", at("2026-11-24"))
        with CaptureQueriesContext(connection) as captured:
            assert earned_as_known(month_end(NOVEMBER))[YEAR].certificates == place + 1
        counts.append(len(captured))
    assert set(counts) == {2}
