"""A rehearsal says what the offers will be, and the offers are what it said; nothing of it stays but the report."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection

from sonae.apps.audit.models import AuditEntry
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.use_cases.rehearse_turn import rehearsals_due, rehearse_turn
from sonae.apps.renewal.years import TurnNotOpen
from sonae.domain.calendar import JAPAN
from tests.renewals import NEXT, OFFERS_DAY, act, enter_members, give_covers

pytestmark = pytest.mark.usefixtures("programme")
REHEARSED_AT = datetime(2026, 9, 17, 10, tzinfo=JAPAN)


def world() -> None:
    give_covers(enter_members(6), {}, {"industry": "manufacturing", "annual_sales": 40_000_000})
    give_covers(enter_members(2, told=[("left", date(2026, 6, 1))]))
    give_covers(enter_members(1), {"annual_sales": "many"})
    (large,) = give_covers(enter_members(1, email=False))
    act(large, 2, "change", date(2026, 5, 1), {"annual_sales": 100_000_000, "industry": "medical"}).save()


def every_row() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = int(cursor.fetchone()[0])
    return counts


def test_the_forecast_is_what_the_offers_turn_out_to_be() -> None:
    world()
    report = rehearse_turn(year_start=NEXT, actor="user:1", now=REHEARSED_AT).report
    expected = {
        "expiring": 10, "offered": 6, "left": 2, "referred": 1, "letters": 9, "mails": 8, "dearer": 3, "cheaper": 0,
    }  # fmt: skip
    assert {name: report[name] for name in expected} == expected
    assert report["reasons"] == {"LEFT": 2, "SALES_LIMIT": 1, "MEDICAL": 1}
    assert report["problems"] == {"facts_missing": 1}
    assert (report["yen_before"], report["yen_after"]) == (3 * 64_940 + 3 * 68_670, 3 * 64_940 + 3 * 82_410)
    assert report["sample"] == 9
    assert report["minutes"] is not None
    after = make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1).after
    assert after is not None
    for name in ("offered", "left", "referred", "yen_before", "yen_after"):
        assert after[name] == report[name], name
    assert (after["parked"], after["mails"]) == (1, 8)


def test_nothing_of_a_rehearsal_stays_but_the_report() -> None:
    world()
    before = every_row()
    rehearse_turn(year_start=NEXT, actor="user:1", now=REHEARSED_AT)
    after = every_row()
    changed = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    assert changed == {"renewal_rehearsal": 1, "audit_auditentry": 1}
    assert AuditEntry.objects.latest("id").action == "renewal.rehearsed"


def test_it_is_due_from_its_day_until_the_offers_and_once() -> None:
    assert rehearsals_due(now=datetime(2026, 9, 16, 23, 59, 50, tzinfo=JAPAN)) == []
    (turn,) = rehearsals_due(now=REHEARSED_AT)
    assert turn.year.start_on == NEXT
    rehearse_turn(year_start=NEXT, actor="system:renewal", now=REHEARSED_AT)
    assert rehearsals_due(now=REHEARSED_AT) == []
    assert rehearsals_due(now=OFFERS_DAY) == []


def test_a_turn_that_is_not_open_can_not_be_rehearsed() -> None:
    with pytest.raises(TurnNotOpen, match="2027-12-01"):
        rehearse_turn(year_start=date(2027, 12, 1), actor="user:1", now=REHEARSED_AT)
