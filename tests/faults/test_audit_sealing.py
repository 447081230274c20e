"""Sealing the audit log while entries are written and other rounds run: nothing is left out, and nobody waits who writes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from sonae.apps.audit.models import AuditEntry, AuditLink
from sonae.apps.audit.record import record
from sonae.apps.audit.use_cases import seal_entries as sealing
from sonae.apps.audit.use_cases.seal_entries import seal_entries
from sonae.apps.audit.verification import verify_log
from tests import clock
from tests.faults.conftest import committing_to, database_url, new_database
from tests.faults.world import all_at_once

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
WRITE = """
    INSERT INTO audit_auditentry (occurred_at, actor, action, object_kind, object_id, detail)
    VALUES (now(), 'user:1', 'feed.released', 'feed', %s, '{}')
"""
NEWEST_ALONE = """
    SELECT newest + 1, newest FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1) AS snapshot (newest)
"""


@pytest.fixture
def database(published_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of our own, so that the chain is this test's alone."""
    with (
        new_database(f"{published_database}_sealing", template=published_database) as name,
        committing_to(name, django_db_blocker),
    ):
        seal_entries(now=clock.now())
        yield database_url(name)


def act(name: str) -> None:
    record(now=clock.now(), actor="user:1", action="feed.released", object_kind="feed", object_id=name)


def unsealed() -> list[str]:
    """What the entries without a place are about."""
    return list(AuditEntry.objects.filter(link=None).order_by("id").values_list("object_id", flat=True))


def overtaken(database: str) -> None:
    """An entry is written, one that is written later is sealed first, and only then the earlier one is committed."""
    with psycopg.connect(database) as slow:
        slow.execute(WRITE, ["slow"])
        act("quick")
        assert seal_entries(now=clock.now()) == 1
        act("quicker")
        assert seal_entries(now=clock.now()) == 1
    assert unsealed() == ["slow"]


def test_an_entry_that_was_overtaken_is_sealed_once_its_transaction_has_ended(database: str) -> None:
    overtaken(database)
    assert seal_entries(now=clock.now()) == 1
    assert unsealed() == verify_log(now=clock.now()).findings == []


def test_without_the_oldest_open_transaction_an_overtaken_entry_would_be_left_out(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "SNAPSHOT", NEWEST_ALONE)
    overtaken(database)
    assert seal_entries(now=clock.now()) == 0
    assert unsealed() == ["slow"]


def test_an_entry_that_was_taken_back_is_no_gap(database: str) -> None:
    with psycopg.connect(database) as undone:
        undone.execute(WRITE, ["undone"])
        act("kept")
        undone.rollback()
    assert seal_entries(now=clock.now()) == 1
    assert verify_log(now=clock.now()).findings == []


def test_rounds_at_the_same_time_give_each_entry_one_place(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 7)
    for number in range(60):
        act(str(number))
    before = AuditLink.objects.count()
    counted = all_at_once([partial(seal_entries, now=clock.now())] * 4)
    assert sum(int(str(one)) for one in counted) == 60
    assert sorted(AuditLink.objects.values_list("position", flat=True)) == list(range(1, before + 61))
    assert verify_log(now=clock.now()).findings == []


def test_whoever_acts_does_not_wait_for_a_round_of_sealing(database: str) -> None:
    with psycopg.connect(database) as round_of_sealing:
        round_of_sealing.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.lock_chain.__globals__["SEALING"]])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        act("meanwhile")
        assert unsealed() == ["meanwhile"]
        round_of_sealing.rollback()
