"""Starts Sonae as ``make run`` does, on free ports, with a database and a folder of its own, and stops it again."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class RunningSite:
    """Where everything is."""

    address: str
    cards: str
    database_url: str
    log: Path

    def sql(self, statement: str, *arguments: object) -> list[tuple[object, ...]]:
        """Look into the database, beside the application."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement, arguments).fetchall()  # type: ignore[arg-type]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SiteProcess:
    """``sonae run`` as a child process."""

    def __init__(self, server_url: str, extra_environment: dict[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sonae-site-")
        self._name = f"sonae_site_{secrets.token_hex(4)}"
        self._server_url = server_url
        parts = urlsplit(server_url)
        self._database_url = urlunsplit(parts._replace(path=f"/{self._name}"))
        self._extra = extra_environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> RunningSite:
        """Create the database, start everything, wait until the first page answers."""
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self._name}"')
        port, card_port = free_port(), free_port()
        log = Path(self._folder.name) / "run.log"
        environment = {
            **os.environ,
            **self._extra,
            "DATABASE_URL": self._database_url,
            "SONAE_VAR": self._folder.name,
            "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run",
        }
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sonae.config.command_line", "run", "--port", str(port), "--card-port", str(card_port)],
                env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while "is running" not in log.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"sonae run did not come up:\n{log.read_text()[-3000:]}")
            time.sleep(0.2)
        return RunningSite(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{card_port}", self._database_url, log)

    def stop(self) -> None:
        """Stop everything and drop the database."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        self._folder.cleanup()
