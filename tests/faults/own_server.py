"""A PostgreSQL of a test's own: it may be stopped in the middle of everything and stand on a disk that has no room left.

The server that the other tests share goes on. The folder may lie on a small disk, which ``SmallDisk`` makes of memory.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
from django.db import connections

from sonae.config.database import EmbeddedServer, _binaries, django_settings

PIECE = 1 << 20
NAMESPACE = "mount -t tmpfs -o size={size}m,mode=755 tmpfs {folder} && echo here && read gone"


class SmallDisk:
    """A file system in memory of so many megabytes, until the block ends: mounted where we may mount, else in a name space of
    our own that is reached through its process."""

    def __init__(self, megabytes: int) -> None:
        self._size = megabytes
        # Made by hand: pytest's own temporary folders may not be passed through by the account that the server runs as.
        self._place = Path(tempfile.mkdtemp(prefix="sonae-small-disk-"))
        self._holder: subprocess.Popen[str] | None = None
        self.folder = self._place

    def __enter__(self) -> SmallDisk:
        self._place.chmod(0o755)
        options = f"size={self._size}m,mode=755"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self._place], capture_output=True, check=False
        )
        if mounted.returncode:
            self._hold_name_space()
        return self

    def _hold_name_space(self) -> None:
        script = NAMESPACE.format(size=self._size, folder=self._place)
        self._holder = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._holder.stdout is not None
        told = self._holder.stdout.readline()
        assert told == "here\n", "a small disk needs the right to mount, or name spaces of one's own"
        self.folder = Path(f"/proc/{self._holder.pid}/root{self._place}")

    def __exit__(self, *_: object) -> None:
        if self._holder is None:
            subprocess.run(["umount", "--lazy", self._place], check=True)
        else:
            self._holder.communicate("\n", timeout=10)
        self._place.rmdir()

    def fill(self) -> None:
        """To the last byte."""
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            for piece in (PIECE, 4096, 1):
                self._write_until_full(ballast, piece)
        assert self.room() == 0

    @staticmethod
    def _write_until_full(ballast: IO[bytes], piece: int) -> None:
        try:
            while ballast.write(b"x" * piece) == piece:
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def give_back(self) -> None:
        """As much room as there was."""
        (self.folder / "ballast").unlink()

    def room(self) -> int:
        """Bytes that are left."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize


class OwnServer:
    """The embedded server in a folder of its own, with a copy of a database of the shared one."""

    def __init__(self, folder: Path) -> None:
        self._embedded = EmbeddedServer(folder)
        self._turn = threading.Lock()
        self.stops = 0

    def start(self) -> None:
        """As ``sonae run`` starts it, whatever became of it before."""
        with self._turn:
            self._embedded.start()

    def stop_at_once(self) -> None:
        """What a power cut leaves: nothing is finished, nothing is written down, the next start recovers."""
        with self._turn:
            pid = int((self._embedded.data / "postmaster.pid").read_text().split()[0])
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            self.stops += 1
            while self.answers():
                threading.Event().wait(0.01)

    def answers(self) -> bool:
        """Whether anybody gets a session."""
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def address(self, name: str) -> str:
        """For those who come without Django, as the owner."""
        return self._embedded._url(name)

    def copy(self, database: str, source: str) -> None:
        """The database of that name, with everything that the other server's has."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{database}" TEMPLATE template0')
        with tempfile.NamedTemporaryFile(suffix=".dump") as dump:
            self._client("pg_dump", "--format=custom", "--file", dump.name, source)
            self._client("pg_restore", "--no-owner", "--exit-on-error", "--dbname", self.address(database), dump.name)

    @staticmethod
    def _client(program: str, *arguments: str) -> None:
        subprocess.run([str(_binaries() / program), *arguments], check=True, stdout=sys.stderr)

    def leave(self) -> None:
        """For good."""
        self._embedded.leave()

    @contextmanager
    def serving(self, database: str) -> Iterator[None]:
        """Let Django work on that database of this server, from every thread."""
        settings = connections["default"].settings_dict
        before = {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        connections.close_all()
        settings.update({key: django_settings(self.address(database))[key] for key in before})
        try:
            yield
        finally:
            connections.close_all()
            settings.update(before)
