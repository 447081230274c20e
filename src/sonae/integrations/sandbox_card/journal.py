"""The processor's own journal: what really happened to every card payment, for an outside checker to read.

An SQLite file beside the server. Rows are only ever added; it refuses UPDATE and DELETE. Card numbers are not in it.
``read_entries`` and ``payments_by_reference`` open the file read-only and may be used while the server runs or is dead.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE_NAME = "journal.sqlite3"

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    session_id TEXT PRIMARY KEY, payment_id TEXT NOT NULL UNIQUE, page_token TEXT NOT NULL UNIQUE,
    form_token TEXT NOT NULL, opened_at TEXT NOT NULL, expires_at TEXT NOT NULL, reference TEXT NOT NULL,
    charge_yen INTEGER NOT NULL, currency TEXT NOT NULL, payee TEXT NOT NULL, description TEXT NOT NULL,
    email TEXT NOT NULL, return_url TEXT NOT NULL, cancel_url TEXT NOT NULL, language TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, session_id TEXT NOT NULL,
    payment_id TEXT NOT NULL, reference TEXT NOT NULL, yen INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entries_by_session ON entries (session_id, number);
CREATE TABLE IF NOT EXISTS saved_cards (
    token TEXT PRIMARY KEY, at TEXT NOT NULL, session_id TEXT NOT NULL, brand TEXT NOT NULL, last4 TEXT NOT NULL,
    expiry_year INTEGER NOT NULL, expiry_month INTEGER NOT NULL, behaviour TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS forgotten_cards (token TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    event_id TEXT PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, treatment TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    status INTEGER NOT NULL, note TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event_id, number);
"""
TABLES = ("sessions", "entries", "saved_cards", "forgotten_cards", "answers", "events", "deliveries")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``kind`` is ``session.opened``, ``payment.captured``, ``payment.refunded``, ``call.answered``…

    ``yen`` is the sum that the line moves or holds (0 where none does), ``at`` the processor's clock.
    """

    number: int
    at: datetime
    kind: str
    session_id: str
    payment_id: str
    reference: str
    yen: int
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaymentTotals:
    """What the processor took and gave back under one merchant reference, and how often."""

    reference: str
    authorisations: int
    captures: int
    captured_yen: int
    voids: int
    refunds: int
    refunded_yen: int
    disputes: int
    disputed_yen: int  # taken back by banks and not come back


class Journal:
    """The server's hand on the file: one connection, used under the server's lock. Survives kill -9 of the process."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / FILE_NAME
        self._connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)
        for table in TABLES:
            for act in ("UPDATE", "DELETE"):
                self._connection.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_keep_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END"
                )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All rows inside, or none. May be entered again inside itself."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def add(self, table: str, **values: object) -> None:
        """Add one row to ``table`` (a name from ``TABLES``, columns from the code, never from outside)."""
        columns, places = ", ".join(values), ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names come from this package
        self._connection.execute(statement, tuple(values.values()))

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a read."""
        return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


def moment_text(moment: datetime) -> str:
    """How the journal writes a moment: ISO 8601 in UTC, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        number=row["number"],
        at=datetime.fromisoformat(row["at"]),
        kind=row["kind"],
        session_id=row["session_id"],
        payment_id=row["payment_id"],
        reference=row["reference"],
        yen=row["yen"],
        detail=json.loads(row["detail"]),
    )


def entries_of(rows: list[sqlite3.Row]) -> tuple[Entry, ...]:
    """Rows of ``entries`` as lines."""
    return tuple(_entry(row) for row in rows)


def _read(directory: Path, statement: str) -> list[sqlite3.Row]:
    path = (directory / FILE_NAME).resolve()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(statement).fetchall()


def read_entries(directory: Path) -> tuple[Entry, ...]:
    """Every line of the journal in ``directory``, oldest first. Raises ``sqlite3.OperationalError`` without one."""
    return entries_of(_read(directory, "SELECT * FROM entries ORDER BY number"))


def read_deliveries(directory: Path) -> tuple[dict[str, Any], ...]:
    """Every try to deliver a webhook: event_id, kind, attempt, status (0: nobody answered), note, at."""
    rows = _read(
        directory, "SELECT d.*, e.kind FROM deliveries d LEFT JOIN events e USING (event_id) ORDER BY d.number"
    )
    return tuple(dict(row) for row in rows)


def payments_by_reference(directory: Path) -> dict[str, PaymentTotals]:
    """The outside witness: for each merchant reference, how often and how much was really taken and given back."""
    lines: dict[str, list[Entry]] = {}
    for entry in read_entries(directory):
        lines.setdefault(entry.reference, []).append(entry)
    return {reference: _totals(reference, entries) for reference, entries in lines.items() if reference}


def _totals(reference: str, entries: list[Entry]) -> PaymentTotals:
    def of(kind: str) -> list[int]:
        return [entry.yen for entry in entries if entry.kind == kind]

    return PaymentTotals(
        reference=reference,
        authorisations=len(of("payment.authorised")),
        captures=len(of("payment.captured")),
        captured_yen=sum(of("payment.captured")),
        voids=len(of("payment.voided")),
        refunds=len(of("payment.refunded")),
        refunded_yen=sum(of("payment.refunded")),
        disputes=len(of("payment.disputed")),
        disputed_yen=sum(of("payment.disputed")) - sum(of("payment.dispute_won")),
    )
