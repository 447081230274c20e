"""A committed database of its own, the real processor on loopback, and our own web server where webhooks come in."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker
from waitress import wasyncore
from waitress.server import create_server

from sonae.apps.audit import milestones
from sonae.apps.billing.gateway import card_gateway
from sonae.integrations.sandbox_card.secret_file import SharedSecrets
from sonae.integrations.sandbox_card.server import start_server
from tests.conftest import publish_programme
from tests.faults.own_server import OwnServer
from tests.faults.world import ACCOUNT, KEY, SECRET, Processor, World


def database_url(name: str) -> str:
    """How to reach a database of the test server without Django."""
    at = connections["default"].settings_dict
    parts = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"], "dbname": name}
    return make_conninfo("", **{key: value for key, value in parts.items() if value})


@contextmanager
def new_database(name: str, *, template: str = "template1") -> Iterator[str]:
    """A copy of the template, thrown away whole in the end: its logs can't be emptied."""
    connections.close_all()
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def published_database(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The programme and nothing else. Nobody works on it: whoever counts what is there takes a copy and has it to himself."""
    owner = f"{os.environ.get('SONAE_TEST_DB', '')}{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with new_database(f"test_sonae_faults_{owner or 'alone'}_published") as name:
        with django_db_blocker.unblock(), working_on(name):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            publish_programme()
        yield name


@pytest.fixture(scope="session")
def fault_database(published_database: str) -> Iterator[str]:
    """The one that all worlds share and write to for good: each test has its own members, and those of others stay."""
    with new_database(published_database.removesuffix("_published"), template=published_database) as name:
        yield name


@contextmanager
def working_on(name: str) -> Iterator[None]:
    """Let Django work on that database, from every thread."""
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


@contextmanager
def committing_to(name: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let Django commit to that database for one test; whoever listened to milestones has listened enough afterwards."""
    with blocker.unblock(), working_on(name):
        try:
            yield
        finally:
            milestones.listen(None)


@pytest.fixture
def committed(fault_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Django commits to that database during the test. Its address, for those who come without Django."""
    with committing_to(fault_database, django_db_blocker):
        yield database_url(fault_database)


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


@pytest.fixture
def scratch(fault_database: str, committed: str, processor: Processor) -> Iterator[World]:
    """A world in a copy of the database whose constraints may be taken down."""
    with new_database(f"{fault_database}_scratch", template=fault_database) as name, ExitStack() as stack:
        try:
            with working_on(name):
                yield World(processor=processor, database=database_url(name), stack=stack)
        finally:
            processor.control("reset")


@contextmanager
def world_apart(
    folder: Path, published: str, processor: Processor, blocker: DjangoDbBlocker
) -> Iterator[tuple[World, OwnServer]]:
    """A world on a server of its own in that folder, with the programme and nothing else, and the server to be stopped."""
    server, name = OwnServer(folder), "sonae_faults"
    try:
        server.start()
        server.copy(name, database_url(published))
        with blocker.unblock(), server.serving(name), ExitStack() as stack:
            processor.control("reset")
            try:
                yield World(processor=processor, database=server.address(name), stack=stack), server
            finally:
                milestones.listen(None)
                processor.control("reset")
    finally:
        server.leave()


@pytest.fixture
def site_of() -> Callable[[World], AbstractContextManager[str]]:
    """Our own site over HTTP, served by as many threads as there are callers."""
    return serve


@pytest.fixture
def site(world: World) -> Iterator[str]:
    """Its address."""
    with serve(world) as address:
        yield address


@contextmanager
def serve(world: World, *, threads: int = 16) -> Iterator[str]:
    """The web server that runs for real, in this process, so that it goes by the test's clock."""
    card_gateway.cache_clear()
    with override_settings(SONAE_SANDBOX_CARD_URL=world.processor.server.url):
        open_sockets: dict[int, object] = {}
        server = create_server(
            WSGIHandler(), map=open_sockets, host="127.0.0.1", port=0, threads=threads, asyncore_use_poll=True
        )
        running = threading.Thread(target=server.run, daemon=True)
        running.start()
        try:
            yield f"http://127.0.0.1:{server.effective_port}"
        finally:
            server.trigger.pull_trigger(lambda: wasyncore.close_all(open_sockets))
            running.join(10)
            assert not running.is_alive()
            server.task_dispatcher.shutdown()
            card_gateway.cache_clear()
