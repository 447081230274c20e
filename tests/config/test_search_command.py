"""``sonae search`` and the worker's jobs: what members are found by is written after a feed, every minute, and on demand."""

from __future__ import annotations

import pytest
from django.db import connection

from sonae.apps.search.models import FindableMember
from sonae.config import jobs, search_command
from sonae.config.command_line import main
from tests import clock
from tests.cast import call_in, enter_member
from tests.feeds import Row, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_tests_moment(monkeypatch: pytest.MonkeyPatch, programme: object) -> None:
    for module in (search_command, jobs):
        monkeypatch.setattr(module, "now", clock.now)
    monkeypatch.setattr(search_command, "start_django", lambda: None)


def said(capsys: pytest.CaptureFixture[str], verb: str) -> str:
    assert main(["search", verb]) == 0
    return capsys.readouterr().out.strip()


def test_refreshing_writes_what_is_new_and_rebuilding_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    call_in()
    assert said(capsys, "refresh") == "members written: 2"
    assert said(capsys, "refresh") == "members written: 0"
    assert said(capsys, "rebuild") == "members written: 2"


def test_the_worker_writes_after_a_feed_and_every_minute() -> None:
    call_in()
    assert jobs.refresh_search_now() == 2
    enter_member("30000001", "basic", "見本商店")
    assert jobs.search_round(timestamp=0) == 1
    assert FindableMember.objects.count() == 3


def test_a_feed_that_is_applied_asks_for_it() -> None:
    take([Row("10000017"), Row("10000025")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'sonae.refresh_search'")
        assert cursor.fetchone() == (1,)
