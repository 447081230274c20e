"""``sonae run`` is killed and can stop nothing any more: its parts end by themselves, and the next run finds everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import urllib3

from sonae.config.database import EmbeddedServer
from sonae.config.part import STOP_SECONDS
from tests.journeys.site import free_port

START_SECONDS = 120
STARTER = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); time.sleep(60)"


@pytest.fixture
def folder() -> Iterator[Path]:
    # Made by hand: pytest's own temporary folders may not be passed through by the account that the server runs as.
    with tempfile.TemporaryDirectory(prefix="sonae-killed-") as made:
        yield Path(made)


class Run:
    """``sonae run`` with an embedded database of its own."""

    def __init__(self, folder: Path, *, port: int, card_port: int) -> None:
        self.log = folder / f"run-{time.monotonic_ns()}.log"
        self.address = f"http://127.0.0.1:{port}/"
        environment = {key: value for key, value in os.environ.items() if not key.endswith("DATABASE_URL")}
        environment |= {"SONAE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run"}
        command = [
            sys.executable,
            "-m",
            "sonae.config.command_line",
            "run",
            "--port",
            str(port),
            "--card-port",
            str(card_port),
        ]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        wait_until(lambda: "is running" in self.log.read_text() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.log.read_text()
        self.parts = psutil.Process(self.process.pid).children(recursive=True)


def wait_until(reached: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_away(server: EmbeddedServer) -> bool:
    try:
        psycopg.connect(server.addresses().owner, connect_timeout=3).close()
    except psycopg.OperationalError:
        return True
    return False


def accounts_at_work(server: EmbeddedServer) -> set[str]:
    """Who holds a session in the database, beside the one who asks."""
    with psycopg.connect(server.addresses().owner) as connection:
        return {
            name
            for (name,) in connection.execute(
                "SELECT usename FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        }


def test_nothing_of_a_killed_run_is_left_and_the_next_one_keeps_everything(folder: Path) -> None:
    server = EmbeddedServer(folder / "postgres")
    ports = {"port": free_port(), "card_port": free_port()}
    killed = Run(folder, **ports)
    with psycopg.connect(server.addresses().owner) as connection:
        before = connection.execute("SELECT number FROM certificates_certificate ORDER BY number").fetchall()
    assert before
    assert len(killed.parts) == 3
    assert urllib3.request("GET", killed.address).status == 200
    assert accounts_at_work(server) == {"sonae_app"}
    assert [part for part in killed.parts if "SONAE_OWNER_DATABASE_URL" in part.environ()] == []
    killed.process.kill()
    killed.process.wait()
    _, alive = psutil.wait_procs(killed.parts, STOP_SECONDS + 5)
    assert alive == []
    wait_until(lambda: is_away(server), STOP_SECONDS)  # the server ends by itself, once nobody of the run is left

    again = Run(folder, **ports)
    try:
        assert urllib3.request("GET", again.address).status == 200
        with psycopg.connect(server.addresses().owner) as connection:
            after = connection.execute("SELECT number FROM certificates_certificate ORDER BY number").fetchall()
        assert after == before
    finally:
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(30) == 0
    assert psutil.wait_procs(again.parts, 1)[1] == []


@pytest.mark.parametrize(
    ("way", "outlives"), [(["-m", "sonae.config.part", "http.server"], False), (["-m", "http.server"], True)]
)
def test_a_part_ends_with_its_starter_and_another_program_does_not(way: list[str], outlives: bool) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, sys.executable, *way, "--bind", "127.0.0.1", str(free_port())]
    )
    watched = psutil.Process(starter.pid)
    wait_until(lambda: bool(watched.children()), 10)
    (part,) = watched.children()
    try:
        starter.kill()
        starter.wait()
        assert bool(psutil.wait_procs([part], 3)[1]) is outlives
    finally:
        with suppress(psutil.NoSuchProcess):
            part.kill()


def test_a_part_that_does_not_stop_when_asked_is_ended_all_the_same(folder: Path) -> None:
    stubborn = folder / "stubborn.py"
    stubborn.write_text(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    part = subprocess.Popen(
        [sys.executable, "-m", "sonae.config.part", "stubborn"],
        env={**os.environ, "PYTHONPATH": str(folder)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert part.stdout is not None
    assert part.stdin is not None
    assert part.stdout.readline() == b"up\n"
    part.stdin.close()
    assert part.wait(STOP_SECONDS + 5) == 1
