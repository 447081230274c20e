"""The server keeps plans for the web and for short jobs, and for nobody else."""

from __future__ import annotations

import copy
import subprocess
import sys

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from sonae.config import jobs
from sonae.config.kept_plans import PREPARED_AFTER, keep_plans, with_kept_plans

SHORT_JOBS = {"sonae.send_mails", "sonae.settle_payment"}


def plans_kept_by(line: BaseDatabaseWrapper) -> int:
    """How many plans there are of a statement that was sent often enough."""
    with line.cursor() as cursor:
        for number in range(PREPARED_AFTER + 2):
            cursor.execute("SELECT %s::int", [number])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'")
        row = cursor.fetchone()
    assert row
    return int(row[0])


@pytest.mark.django_db
@pytest.mark.parametrize(("keeps", "plans"), [(False, 0), (True, 1)])
def test_only_a_process_that_asks_for_it_has_its_plans_kept(keeps: bool, plans: int) -> None:
    entry = copy.deepcopy(connection.settings_dict)
    if keeps:
        keep_plans(entry)
    own = ConnectionHandler({"default": entry})["default"]
    try:
        assert plans_kept_by(own) == plans
    finally:
        own.close()


def test_the_web_is_who_asks_for_it() -> None:
    look = (
        "from django.db import connections; print(connections.settings['default']['OPTIONS'].get('prepare_threshold'))"
    )
    for before, found in (("import django; django.setup()", None), ("import sonae.config.wsgi", PREPARED_AFTER)):
        done = subprocess.run(
            [sys.executable, "-c", f"{before}; {look}"], capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.strip() == str(found)


@pytest.mark.django_db
def test_a_short_job_has_them_kept_and_what_comes_after_it_on_the_same_line_has_not() -> None:
    @with_kept_plans
    def job(fails: bool) -> int:
        if fails:
            raise ZeroDivisionError
        return connection.connection.prepare_threshold

    before = connection.connection.prepare_threshold if connection.connection else None
    assert (before, job(fails=False), connection.connection.prepare_threshold) == (None, PREPARED_AFTER, None)
    with pytest.raises(ZeroDivisionError):
        job(fails=True)
    assert connection.connection.prepare_threshold is None


def test_the_short_jobs_are_those_of_mails_and_payments() -> None:
    with_plans = {name for name, task in jobs.app.tasks.items() if hasattr(task.func, "__wrapped__")}
    assert with_plans == SHORT_JOBS
