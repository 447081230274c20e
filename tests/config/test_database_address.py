"""A database that can't be used ends the command with one line that says why, and with exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace, TracebackType

import psycopg
import pytest

from sonae.config import database
from sonae.config.command_line import main
from sonae.config.starting import USAGE_ERROR

SECRET = "very-secret-4711"


def said_by_migrate(url: str) -> str:
    """What ``sonae migrate`` says, as its own process, after it has failed the way it should."""
    done = subprocess.run(
        [sys.executable, "-m", "sonae.config.command_line", "migrate"],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == USAGE_ERROR
    assert done.stdout == ""
    return done.stderr


def one_line(said: str) -> str:
    """The only line, which begins with the command's name and holds neither a trace nor a password."""
    assert len(said.strip().splitlines()) == 1, said
    assert said.startswith("sonae: ")
    assert "Traceback" not in said
    assert SECRET not in said
    return said


def test_an_address_where_nobody_listens_is_named_in_one_line() -> None:
    said = one_line(said_by_migrate(f"postgresql://sonae:{SECRET}@127.0.0.1:1/sonae"))
    assert "can't be reached" in said
    assert "127.0.0.1" in said


@pytest.mark.parametrize(
    "url", [f"mysql://root:{SECRET}@127.0.0.1/sonae", f"sonae {SECRET}", "postgresql://[::1/sonae"]
)
def test_what_is_no_postgresql_address_is_refused_without_repeating_it(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(["migrate"]) == USAGE_ERROR
    assert "not a PostgreSQL address" in one_line(capsys.readouterr().err)


def test_an_unknown_account_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", _at_the_test_server(user="nobody_here", password=SECRET))
    assert main(["migrate"]) == USAGE_ERROR
    assert "can't be reached" in one_line(capsys.readouterr().err)


def test_a_database_that_does_not_exist_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", _at_the_test_server(dbname="no_such_database"))
    assert main(["migrate"]) == USAGE_ERROR
    assert "no_such_database" in one_line(capsys.readouterr().err)


class OldServer:
    """A connection to a server of another version."""

    def __init__(self, version: int) -> None:
        self.info = SimpleNamespace(server_version=version)

    def __enter__(self) -> OldServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def test_a_server_older_than_15_is_refused_and_15_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://sonae@127.0.0.1/sonae"
    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: OldServer(140_012))
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(["migrate"]) == USAGE_ERROR
    assert "PostgreSQL 14 is too old: Sonae needs 15 or newer." in one_line(capsys.readouterr().err)
    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: OldServer(150_000))
    database.check_server(url)


def test_options_of_the_address_reach_the_connection() -> None:
    entry = database.django_settings("postgresql://a%40b:p%2Fw@db.example:6432/cover?sslmode=verify-full")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"]) == ("a@b", "p/w", "db.example", "6432")
    assert entry["NAME"] == "cover"
    assert entry["OPTIONS"]["sslmode"] == "verify-full"


def _at_the_test_server(**changed: str) -> str:
    """The address of the server that the tests run on, with some parts changed."""
    return psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], **changed)
