"""F27: a new version comes while the old one serves; both serve beside each other; and the way back stays open."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import urllib3
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from sonae.config.database import DatabaseUnavailable
from sonae.config.schema import check_schema
from tests.faults.conftest import database_url, new_database
from tests.faults.test_slow_callers import SERVE, running

pytestmark = pytest.mark.faults
NEXT = "tests.faults.next_release.settings"
MOST_QUOTES = 100  # of one network address in a minute there may be 120
THIS = "sonae.config.settings.test"
COMMAND = [sys.executable, "-m", "sonae.config.command_line"]
MIGRATE = [*COMMAND[1:], "migrate"]
# As Django migrates by itself: it waits for the table as long as it takes, and everybody else behind it.
WITHOUT_PATIENCE = """
import sys
from sonae.config import schema
schema.LOCK_SECONDS = 0
from sonae.config.command_line import main
sys.exit(main(["migrate"]))
"""
PAGES = ("/", "/premium/?industry=retail&sales=900")
IN_THE_QUEUE = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
AND query LIKE '%ALTER TABLE programmes_schemeyear ADD%'
"""


@pytest.fixture
def database(published_database: str) -> Iterator[str]:
    """A published programme of its own; its address."""
    with new_database(f"{published_database}_deploy", template=published_database) as name:
        yield database_url(name)


def environment(database: str, settings: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": settings}


def say(database: str, settings: str, *arguments: str) -> tuple[int, str, str]:
    """One command of that version: how it ended, what it said, and what it complained of."""
    done = subprocess.run(
        [*COMMAND, *arguments], env=environment(database, settings), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.strip(), done.stderr.strip()


@contextmanager
def long_reader(database: str) -> Iterator[None]:
    """A report that has read the table of scheme years and is not done yet."""
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM programmes_schemeyear")
        yield
        reader.rollback()


def wait_for_the_queue(database: str, process: subprocess.Popen[str]) -> None:
    with psycopg.connect(database, autocommit=True) as look:
        for _ in range(600):
            if look.execute(IN_THE_QUEUE).fetchone() == (1,):
                return
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
    pytest.fail("the migration never came to the table")


def ask(port: int, *, patience: float) -> list[int]:
    """What visitors get, and 0 for each who waited for so many seconds in vain."""
    answers = []
    for page in PAGES:
        try:
            answers.append(
                urllib3.request("GET", f"http://127.0.0.1:{port}{page}", retries=False, timeout=patience).status
            )
        except urllib3.exceptions.HTTPError:
            answers.append(0)
    return answers


def begin_migration(database: str, program: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *program], env=environment(database, NEXT), stderr=subprocess.PIPE, text=True
    )


def test_while_a_migration_waits_for_a_long_reader_everybody_else_is_served(database: str, tmp_path: Path) -> None:
    with running(SERVE, database, tmp_path) as (port, _):
        assert ask(port, patience=30) == [200, 200]
        with long_reader(database):
            migration = begin_migration(database, MIGRATE)
            wait_for_the_queue(database, migration)
            served = [ask(port, patience=30) for _ in range(10)]
            assert migration.poll() is None
        assert migration.wait(90) == 0
        said = migration.communicate()[1]
        assert served == [[200, 200]] * 10
        assert "a table is in use, the step is tried again (1 of 30)" in said
        assert ask(port, patience=30) == [200, 200]
    assert say(database, NEXT, "migrate", "--plan") == (0, "", "")


def test_without_patience_everybody_waits_behind_the_migration(database: str, tmp_path: Path) -> None:
    with running(SERVE, database, tmp_path) as (port, _):
        assert ask(port, patience=30) == [200, 200]
        with long_reader(database):
            migration = begin_migration(database, ["-c", WITHOUT_PATIENCE])
            wait_for_the_queue(database, migration)
            assert ask(port, patience=6) == [0, 0]
        assert migration.wait(90) == 0
        migration.communicate()


def test_a_table_that_stays_in_use_ends_the_migration_with_a_line_and_nothing_half_done(database: str) -> None:
    hurried = WITHOUT_PATIENCE.replace("LOCK_SECONDS = 0", "LOCK_SECONDS = 1; schema.LOCK_TRIES = 2")
    with long_reader(database):
        migration = begin_migration(database, ["-c", hurried])
        said = migration.communicate(timeout=90)[1]
    assert migration.returncode == 2
    assert said.splitlines()[-1].startswith("sonae: A table stayed in use for 2 tries; the steps before it are done")
    assert say(database, NEXT, "migrate", "--plan")[:2] == (1, "to be done: next_release.0001_more")
    with psycopg.connect(database) as look:
        assert look.execute("SELECT to_regclass('next_release_remark')").fetchone() == (None,)
    assert say(database, NEXT, "migrate")[0] == 0


def test_old_and_new_code_serve_beside_each_other_and_the_old_one_can_be_gone_back_to(
    database: str, tmp_path: Path
) -> None:
    with running(SERVE, database, tmp_path) as (port, _):
        assert say(database, NEXT, "migrate")[0] == 0
        assert ask(port, patience=30) == [200, 200]  # the old server, which was there before
    code, _, said = say(database, THIS, "sweep")  # and one that is started now
    assert code == 0
    assert said.endswith("the database schema is newer than this code (1 steps, first next_release.0001_more)")
    assert say(database, THIS, "migrate", "--plan")[:2] == (1, "of newer code: next_release.0001_more")
    assert say(database, THIS, "scheme-year", "open", "2027-12-01")[0] == 0  # what it writes fits, too
    assert say(database, NEXT, "sweep")[::2] == (0, "")


@pytest.mark.django_db
def test_old_code_does_not_serve_once_what_it_needs_was_taken_away(caplog: pytest.LogCaptureFixture) -> None:
    MigrationRecorder(connection).record_applied("programmes", "0009_new_expiry")
    check_schema()
    assert "the database schema is newer than this code (1 steps, first programmes.0009_new_expiry)" in caplog.text
    MigrationRecorder(connection).record_applied("programmes", "0010_drop_expiry_contract")
    with pytest.raises(DatabaseUnavailable, match="0010_drop_expiry_contract took away what it needs; start the newer"):
        check_schema()


def test_a_migration_that_is_killed_is_done_whole_or_not_at_all(database: str) -> None:
    with long_reader(database):
        migration = begin_migration(database, MIGRATE)
        wait_for_the_queue(database, migration)
        migration.kill()
        migration.communicate()
    assert say(database, NEXT, "migrate", "--plan")[:2] == (1, "to be done: next_release.0001_more")
    assert say(database, NEXT, "migrate")[0] == 0


def test_requests_during_a_migration_are_all_answered_and_lose_nothing(database: str, tmp_path: Path) -> None:
    """Each quote that is asked for is counted in the database."""
    answers: list[int] = []
    over = threading.Event()

    def visit(port: int) -> None:
        pool = urllib3.PoolManager(retries=False, timeout=30)
        address, facts = f"http://127.0.0.1:{port}/api/v1/quotes", {"industry": "retail", "annual_sales": 9_000_000}
        while len(answers) < MOST_QUOTES and not over.wait(0.05):
            answers.append(pool.request("POST", address, json=facts).status)

    with running(SERVE, database, tmp_path) as (port, _):
        visitor = threading.Thread(target=visit, args=(port,), daemon=True)
        visitor.start()
        assert say(database, NEXT, "migrate")[0] == 0
        over.set()
        visitor.join(30)
    assert set(answers) == {200}
    with psycopg.connect(database) as look:
        counted = look.execute("SELECT sum(tries) FROM audit_throttle WHERE key LIKE 'quotes:%'").fetchone()
    assert counted == (len(answers),)
