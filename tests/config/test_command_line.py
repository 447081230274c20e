"""The command line says in one line what is in the way: an old schema, a port in use, a setting that is missing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from sonae.config.command_line import main
from sonae.config.starting import USAGE_ERROR

SITE = {"SONAE_SITE_ADDRESS": "https://a.example"}
EMPTY_DATABASE = f"sonae_empty_{os.getpid()}"


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """``sonae`` as its own process, with the settings that people run it with."""
    return subprocess.run(
        [sys.executable, "-m", "sonae.config.command_line", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database without any table of ours."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{EMPTY_DATABASE}"')
        yield psycopg.conninfo.make_conninfo(server, dbname=EMPTY_DATABASE)
        connection.execute(f'DROP DATABASE "{EMPTY_DATABASE}" WITH (FORCE)')


def test_a_schema_older_than_the_code_is_told_with_the_remedy(empty_database: str) -> None:
    done = run_command("sweep", DATABASE_URL=empty_database)
    assert done.returncode == USAGE_ERROR
    assert len(done.stderr.strip().splitlines()) == 1
    assert "schema is older than this code" in done.stderr
    assert "`sonae migrate`" in done.stderr


def test_an_account_without_rights_is_told_that_the_database_refused(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE ROLE sonae_guest LOGIN PASSWORD 'guest'")
        try:
            guest = psycopg.conninfo.make_conninfo(empty_database, user="sonae_guest", password="guest")
            done = run_command("migrate", DATABASE_URL=guest)
        finally:
            connection.execute("DROP ROLE sonae_guest")
    assert done.returncode == USAGE_ERROR
    assert done.stderr.startswith("sonae: The database refused: ")
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("flag", ["--port", "--card-port"])
def test_a_port_in_use_is_named_with_the_flag_that_chooses_another(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken, socket.socket() as free:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free.bind(("127.0.0.1", 0))
        ports = {"--port": free.getsockname()[1], "--card-port": free.getsockname()[1]}
        free.close()
        ports[flag] = taken.getsockname()[1]
        exit_code = main(["run", *(str(part) for pair in ports.items() for part in pair)])
    said = capsys.readouterr().err
    assert exit_code == USAGE_ERROR
    assert said == f"sonae: port {ports[flag]} on 127.0.0.1 is in use; choose another with {flag}\n"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "８０００"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["run", f"--port={port}"])
    assert refused.value.code == USAGE_ERROR
    assert "expected a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, "SONAE_SECRET_KEY"),
        ({"SONAE_SECRET_KEY": "x" * 60, "DATABASE_URL": ""}, "DATABASE_URL"),
        ({"SONAE_SECRET_KEY": "x" * 60}, "SONAE_SITE_ADDRESS"),
        ({"SONAE_SECRET_KEY": "x" * 60, **SITE}, "SONAE_HOSTS"),
        ({"SONAE_SECRET_KEY": "x" * 60, **SITE, "SONAE_HOSTS": "a.example"}, "SONAE_SMTP_HOST"),
    ],
)
def test_production_without_a_setting_it_needs_names_the_setting(environment: dict[str, str], missing: str) -> None:
    done = run_command("sweep", SONAE_PRODUCTION="1", **environment)
    assert done.returncode == USAGE_ERROR
    assert len(done.stderr.strip().splitlines()) == 1
    assert missing in done.stderr


def test_production_refuses_the_sandbox_card_processor() -> None:
    done = run_command(
        "sweep",
        SONAE_PRODUCTION="1",
        SONAE_SECRET_KEY="x" * 60,
        SONAE_HOSTS="a.example",
        **SITE,
        SONAE_SMTP_HOST="mail.example",
        SONAE_MAIL_FROM="no-reply@a.example",
    )
    assert done.returncode == USAGE_ERROR
    assert "SONAE_CARD_GATEWAY must name a real card processor" in done.stderr


def test_an_unreadable_day_is_told_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    done = run_command("scheme-year", "open", "first-of-december")
    assert done.returncode == USAGE_ERROR
    assert len(done.stderr.strip().splitlines()) == 1
