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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import urllib3
from psycopg.conninfo import make_conninfo

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member of the basic plan that nobody acts for yet."""

    number: str
    email: str


@dataclass(frozen=True, slots=True)
class RunningSite:
    """Where everything is."""

    address: str
    cards: str
    database_url: str
    log: Path

    @property
    def journal(self) -> Path:
        """Where the card processor keeps its journal."""
        return self.log.parent / "sandbox-card"

    def control(self, act: str, **given: object) -> None:
        """Order a fault of the card processor, or take all orders back (docs/howto/sandbox-card.md)."""
        key = (self.log.parent / "secrets" / "sonae_sandbox_card_key").read_text()
        reply = urllib3.request(
            "POST", f"{self.cards}/control/{act}", json=given, headers={"Authorization": f"Bearer {key}"}
        )
        assert reply.status == 200, reply.data

    def break_next(self, *orders: dict[str, object]) -> None:
        """The next calls to the card processor go wrong like this."""
        self.control("behaviour", next=list(orders))

    def sql(self, statement: str, *arguments: object) -> list[tuple[object, ...]]:
        """Look into the database, beside the application."""
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(statement, arguments)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def enter_member(self, name: str) -> NewMember:
        """One more line on the organiser's list, for a journey that needs a member of its own."""
        number = f"3{secrets.randbelow(10**7):07d}"
        email = f"m{number}@sample.example"
        self.sql(
            """WITH entered AS (INSERT INTO parties_member (number, created_at) VALUES (%s, now()) RETURNING id)
               INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name,
                 name_kana, email, telephone, source)
               SELECT id, 'joined', DATE '2025-04-01', now(), 'basic', %s, 'サンプルショウテン', %s, '03-0000-0000', 'test'
               FROM entered""",
            number, name, email,
        )  # fmt: skip
        return NewMember(number, email)

    def let_be_found(self) -> None:
        """The worker writes what members are found by, as it does after every feed; until it has."""
        last = self.sql("SELECT max(id) FROM parties_membershipfact")[0][0]
        self.sql("INSERT INTO procrastinate_jobs (task_name, queue_name) VALUES ('sonae.refresh_search', 'default')")
        deadline = time.monotonic() + START_SECONDS
        while self.sql("SELECT coalesce(max(fact_id), 0) >= %s FROM search_findablemember", last) != [(True,)]:
            assert time.monotonic() < deadline, "nobody wrote what members are found by"
            time.sleep(0.2)

    def enter_staff(self, role: str, *positions: str) -> str:
        """Somebody who works for the organisation of that role in those positions; the address to sign in with."""
        email = f"{role}-{secrets.token_hex(3)}@staff.example"
        self.sql(
            """INSERT INTO parties_user (email, password, is_active, is_superuser, organisation_id, date_joined)
               SELECT %s, '!', true, false, id, now() FROM parties_organisation WHERE role = %s""",
            email, role,
        )  # fmt: skip
        for position in positions:
            self.sql(
                """INSERT INTO people_staffposition (user_id, position, granted_at, granted_by, ended_by)
                   SELECT id, %s, now(), 'test', '' FROM parties_user WHERE email = %s""",
                position, email,
            )  # fmt: skip
        return email

    def members_on_file(self) -> list[str]:
        """Who is a member today, as rows of the organiser's list: number, class, name."""
        rows = self.sql(
            """SELECT m.number, f.member_class, f.name FROM parties_member m JOIN LATERAL (
                 SELECT * FROM parties_membershipfact WHERE member_id = m.id
                   AND effective_date <= (now() AT TIME ZONE 'Asia/Tokyo')::date
                 ORDER BY effective_date DESC, recorded_at DESC, id DESC LIMIT 1) f ON f.kind <> 'left' ORDER BY m.number"""
        )
        return [",".join(map(str, row)) for row in rows]

    def leave_list(self, member: NewMember) -> None:
        """The organiser tells us that the member has left, as of yesterday."""
        self.sql(
            """INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name,
                 name_kana, email, telephone, source)
               SELECT f.member_id, 'left', current_date - 1, now(), f.member_class, f.name, '', '', '', 'test'
               FROM parties_membershipfact f JOIN parties_member m ON m.id = f.member_id WHERE m.number = %s""",
            member.number,
        )


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SiteProcess:
    """``sonae run`` as a child process."""

    def __init__(
        self,
        server_url: str,
        extra_environment: dict[str, str] | None = None,
        settings: str = "sonae.config.settings.run",
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sonae-site-")
        self._name = f"sonae_site_{secrets.token_hex(4)}"
        self._server_url = server_url
        parts = urlsplit(server_url)
        self._database_url = urlunsplit(parts._replace(path=f"/{self._name}"))
        self._serving_url = make_conninfo(self._database_url, user=self._name, password=self._name)
        self._extra = {**(extra_environment or {}), "DJANGO_SETTINGS_MODULE": settings}
        self._environment: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> RunningSite:
        """Create the database and an account that owns nothing, start everything, wait until the first page answers."""
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self._name}"')
            connection.execute(f"CREATE ROLE \"{self._name}\" LOGIN PASSWORD '{self._name}'")
        port, card_port = free_port(), free_port()
        log = Path(self._folder.name) / "run.log"
        self._environment = {
            **os.environ,
            **self._extra,
            "DATABASE_URL": self._serving_url,
            "SONAE_OWNER_DATABASE_URL": self._database_url,
            "SONAE_VAR": self._folder.name,
        }
        process = self._run(log, "run", "--port", str(port), "--card-port", str(card_port))
        _wait_until(lambda: "is running" in log.read_text(), process, log)
        return RunningSite(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{card_port}", self._database_url, log)

    def start_web(self, beside: RunningSite) -> str:
        """One web server more for the same site, as an operator starts it behind a proxy; its address."""
        port, log = free_port(), beside.log.with_name("web.log")
        self._environment |= {"SONAE_SITE_ADDRESS": beside.address, "SONAE_SANDBOX_CARD_URL": beside.cards}
        del self._environment["SONAE_OWNER_DATABASE_URL"]
        process = self._run(log, "web", "--port", str(port))
        _wait_until(lambda: _answers(port), process, log)
        return f"http://127.0.0.1:{port}"

    def _run(self, log: Path, *command: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "sonae.config.command_line", *command],
                env=self._environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self._processes.append(process)
        return process

    def stop(self) -> None:
        """Stop everything and drop the database."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(30)
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
            connection.execute(f'DROP ROLE IF EXISTS "{self._name}"')
        self._folder.cleanup()


def _wait_until(happened: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not happened():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{' '.join(map(str, process.args))} did not come up:\n{log.read_text()[-3000:]}")  # type: ignore[arg-type]  # ours are lists
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
