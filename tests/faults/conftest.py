"""A committed database of its own, the real processor on loopback, and our own web server where webhooks come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from sonae.apps.audit import milestones
from sonae.integrations.sandbox_card.secret_file import SharedSecrets
from sonae.integrations.sandbox_card.server import start_server
from tests.conftest import publish_programme
from tests.faults.world import ACCOUNT, KEY, SECRET, Processor, World


def database_url(name: str) -> str:
    """How to reach a database of the test server without Django."""
    at = connections["default"].settings_dict
    parts = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"], "dbname": name}
    return make_conninfo("", **{key: value for key, value in parts.items() if value})


@pytest.fixture(scope="session")
def fault_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of the empty test database that is written to for good. Logs can't be emptied, so it is thrown away whole."""
    settings = connections["default"].settings_dict
    template, name = settings["NAME"], f"{settings['NAME']}_faults"
    with django_db_blocker.unblock():
        connections["default"].close()
        with psycopg.connect(database_url("postgres"), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            settings["NAME"] = name
            try:
                publish_programme()
            finally:
                connections["default"].close()
                settings["NAME"] = template
            yield name
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def committed(fault_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Django works on that database during the test, from every thread, and commits for real."""
    settings = connections["default"].settings_dict
    template = settings["NAME"]
    with django_db_blocker.unblock():
        connections.close_all()
        settings["NAME"] = fault_database
        try:
            yield database_url(fault_database)
        finally:
            milestones.listen(None)
            connections.close_all()
            settings["NAME"] = template


@pytest.fixture(scope="session")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processor]:
    """Sandbox Card on a free port. Its webhooks are kept back or carried by the tests themselves."""
    journal = tmp_path_factory.mktemp("processor")
    secrets = SharedSecrets(api_key=KEY, webhook_secret=SECRET, account=ACCOUNT)
    server = start_server(
        journal_directory=journal, secrets=secrets, slow_seconds=0.3, hang_seconds=0.6, session_minutes=30
    )
    yield Processor(server, journal)
    server.stop()


@pytest.fixture
def world(committed: str, processor: Processor) -> Iterator[World]:
    with ExitStack() as stack:
        processor.control("reset")
        yield World(processor=processor, database=committed, stack=stack)
        processor.control("reset")
