"""The embedded PostgreSQL: its users come and go or are killed, it is killed itself, and a connection is the only proof."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from sonae.config.database import DatabaseUnavailable, EmbeddedServer

USER = """
import sys
from pathlib import Path
from sonae.config.database import EmbeddedServer
print(EmbeddedServer(Path(sys.argv[1])).start().owner, flush=True)
sys.stdin.readline()
"""


class UserProcess:
    """A process of its own that uses the server until it is told to leave, or killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("\n", timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder of its own, shared by the tests of this file: each of them starts and ends with a stopped server."""
    # Made by hand: pytest's own temporary folders may not be passed through by the account that the server runs as.
    with tempfile.TemporaryDirectory(prefix="sonae-embedded-") as made:
        yield Path(made) / "postgres"


@pytest.fixture
def new_user(folder: Path) -> Iterator[Callable[[], UserProcess]]:
    users: list[UserProcess] = []

    def enter() -> UserProcess:
        users.append(UserProcess(folder))
        assert users[-1].url.startswith("postgresql://"), "the server did not start"
        return users[-1]

    yield enter
    for user in users:
        if user.process.poll() is None:
            user.leave()
    assert users
    assert not answers(users[0].url), "the last user leaves a stopped server"


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def test_the_server_runs_as_long_as_somebody_uses_it(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    first, second = new_user(), new_user()
    assert first.url == second.url
    first.leave()
    assert answers(second.url)
    second.leave()
    assert not answers(second.url)
    assert not EmbeddedServer(folder).sockets.exists()


def test_what_was_written_is_there_after_a_restart(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    writer = new_user()
    with psycopg.connect(writer.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 備 FROM (VALUES ('備え')) AS words (備)")
    writer.leave()
    with psycopg.connect(new_user().url) as connection:
        assert connection.execute("SELECT 備 FROM kept").fetchone() == ("備え",)


def test_a_killed_server_is_started_again(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    bereft = new_user()
    with psycopg.connect(bereft.url):  # a session is open, so that a child of the server lives on for a moment
        os.kill(postmaster(folder), signal.SIGKILL)
        wait_until(lambda: not answers(bereft.url))
        assert (folder / "data" / "postmaster.pid").exists()
        assert answers(new_user().url)


def test_a_lock_file_that_names_somebody_else_does_not_count(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    new_user().leave()
    lock = folder / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{folder / 'data'}\n1\n5432\n\n\n")  # after a restart of the machine, for example
    lock.chmod(0o644)
    assert answers(new_user().url)


def test_a_killed_user_does_not_keep_the_server_up(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    killed = new_user()
    killed.kill()
    assert answers(killed.url), "nobody was there to stop it"
    last = new_user()
    last.leave()
    assert not answers(last.url)


def test_two_who_start_at_once_share_one_server(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    urls = {racer.stdout.readline().strip() for racer in racers if racer.stdout}
    assert urls == {new_user().url}
    for racer in racers:
        racer.communicate("\n", timeout=30)
        assert racer.returncode == 0


def test_a_statement_that_fails_leaves_nothing_of_its_rows_in_the_log(
    folder: Path, new_user: Callable[[], UserProcess]
) -> None:
    user = new_user()
    with psycopg.connect(user.url) as connection, pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1 / 0, '10000017 青木工務店'")
    log = next(folder.rglob("server.log")).read_text()
    assert "division by zero" in log
    assert "青木工務店" not in log


def test_only_the_owner_reads_password_and_data(folder: Path, new_user: Callable[[], UserProcess]) -> None:
    new_user()
    assert (folder / "password").stat().st_mode & 0o077 == 0
    assert (folder / "serving-password").stat().st_mode & 0o077 == 0
    assert (folder / "data").stat().st_mode & 0o077 == 0
    assert EmbeddedServer(folder).sockets.stat().st_mode & 0o077 == 0


def test_a_folder_for_the_socket_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "postgres")
    somewhere_else = tmp_path / "theirs"
    somewhere_else.mkdir()
    server.sockets.symlink_to(somewhere_else)
    try:
        with pytest.raises(DatabaseUnavailable, match="belongs to somebody else"):
            server.start()
    finally:
        server.sockets.unlink()
        server.leave()


def wait_until(reached: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)
