"""Tries are counted exactly however many come at once, and no transaction but the count's own gives up waiting for the disk."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.throttle import allow
from tests import clock
from tests.faults.world import all_at_once

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
MINUTE = timedelta(minutes=1)
TRIES, MOST = 24, 7


def test_of_many_tries_at_once_exactly_the_first_are_allowed(committed: str) -> None:
    key = f"test:{secrets.token_hex(8)}"
    count = partial(allow, key=key, most=MOST, within=MINUTE, now=clock.MORNING)
    assert sorted(map(str, all_at_once([count] * TRIES))) == ["False"] * (TRIES - MOST) + ["True"] * MOST
    later = clock.MORNING + MINUTE
    assert all_at_once([partial(allow, key=key, most=1, within=MINUTE, now=later)]) == [True]


def test_a_count_alone_does_not_wait_for_the_disk(committed: str) -> None:
    assert waits_for_the_disk() == "on"
    with CaptureQueriesContext(connection) as sent:
        allow(key=f"test:{secrets.token_hex(8)}", most=1, within=MINUTE, now=clock.MORNING)
    assert "synchronous_commit" in sent.captured_queries[0]["sql"]
    assert waits_for_the_disk() == "on"


def test_a_transaction_that_counts_waits_for_the_disk_as_before(committed: str) -> None:
    with transaction.atomic():
        allow(key=f"test:{secrets.token_hex(8)}", most=1, within=MINUTE, now=clock.MORNING)
        assert waits_for_the_disk() == "on"


def test_the_setting_of_a_count_alone_would_reach_through_a_whole_transaction(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the distinction taken away, whatever else the transaction writes could be lost after its commit."""
    monkeypatch.setattr("sonae.apps.audit.throttle.WITHIN_A_TRANSACTION", allow.__globals__["ALONE"])
    with transaction.atomic():
        allow(key=f"test:{secrets.token_hex(8)}", most=1, within=MINUTE, now=clock.MORNING)
        assert waits_for_the_disk() == "off"


def waits_for_the_disk() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])
