"""The free certificates at the turn of the year, beside a bare INSERT … SELECT of the same rows into the same tables.

Both start from the same copy of a database, with the same constraints, indexes and triggers, one after the other. The bare
statements know every value before the clock starts; ours works out who is entitled, draws numbers and codes, locks the members,
writes in chunks that a killed worker loses one of, and counts before and after. CPU is that of the database server.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.loading import run_all

SIZES = (10_000, 100_000, 1_000_000)
TURN = date(2026, 12, 1)
TICKS = os.sysconf("SC_CLK_TCK")
MEMBERS = """
    INSERT INTO parties_member (number, created_at)
    SELECT lpad(n::text, 8, '0'), %(now)s FROM generate_series(1, %(size)s) AS n;
    INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
        telephone, source)
    SELECT id, 'joined', DATE '2025-04-01' + (id %% 600)::integer, %(now)s, (ARRAY['basic', 'total', 'pap'])[id %% 3 + 1],
        '計測商店' || id, 'ケイソクショウテン', 'm' || id || '@keisoku.example', '03-0000-0000', 'bench' FROM parties_member;
"""
SAME_ROWS = """
    CREATE TABLE same_rows AS
    SELECT member.id AS member_id, sonae_written_number('C', 2026, nextval('sonae_certificate_number')) AS number,
        year.id AS year_id, year.start_on, upper(replace(gen_random_uuid()::text, '-', '')) AS code, version.digest,
        jsonb_build_object('section', 'free', 'member_class', fact.member_class,
            'insured', jsonb_build_object('name', fact.name, 'kana', fact.name_kana)) AS patch
    FROM parties_member AS member
    JOIN parties_membershipfact AS fact ON fact.member_id = member.id
    JOIN programmes_schemeyear AS year ON year.start_on = %(turn)s
    JOIN programmes_productversion AS version ON version.id = year.product_version_id
    ORDER BY member.id
"""
BARE_CERTIFICATES = """
    INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, verification_code, issued_at)
    SELECT number, member_id, year_id, 'free', start_on, code, %(now)s FROM same_rows ORDER BY member_id
"""
BARE_TRANSACTIONS = """
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT certificate.id, 1, 'new', same_rows.start_on, %(now)s, patch, 'system:free_cover', 'turn:2026-12-01', digest, 0, 0
    FROM same_rows JOIN certificates_certificate AS certificate ON certificate.number = same_rows.number
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall, and those that the server's processes worked."""

    wall: float
    cpu: float


def main() -> None:
    """Print seconds and ratios for each size; sizes may be named in SONAE_BENCH_MEMBERS."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_MEMBERS", "").split(",") if size] or SIZES
    with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as bench:
        print("free certificates at the turn of the year; wall seconds (CPU seconds of the server)")
        for size in sizes:
            bare, ours = bench.compare(size)
            print(
                f"  {size:>9,} members   bare INSERT … SELECT {bare.wall:7.1f} ({bare.cpu:6.1f})   "
                f"turn {ours.wall:7.1f} ({ours.cpu:6.1f})   ratio {ours.wall / bare.wall:5.2f} ({ours.cpu / bare.cpu:.2f})",
                flush=True,
            )


class Bench:
    """One database server of its own; every measurement starts from a fresh copy of the same members."""

    def __init__(self, now: datetime, postmaster: int) -> None:
        self.now, self._postmaster = now, postmaster

    def compare(self, size: int) -> tuple[Spent, Spent]:
        """The bare statements first, then ours, each in a copy of its own."""
        members = f"members_{size}"
        with self.copy("sonae", members), self.on(members):
            self._load(size)
            with self.copy(members, "measured"), self.on("measured"):
                bare = self.measured(self._bare)
                self._expect(size)
            with self.copy(members, "measured"), self.on("measured"):
                ours = self.measured(self._turn)
                self._expect(size)
        return bare, ours

    def _load(self, size: int) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            run_all(MEMBERS, {"size": size, "now": self.now})
            run_all(SAME_ROWS, {"turn": TURN})
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")

    def _bare(self) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BARE_CERTIFICATES, {"now": self.now})
            cursor.execute(BARE_TRANSACTIONS, {"now": self.now})

    def _turn(self) -> None:
        from sonae.apps.membership.use_cases.turn_free_covers import turn_free_covers

        run = turn_free_covers(scheme_year_start=TURN, now=self.now)
        assert run.state == "done", run.after

    def measured(self, work: Callable[[], object]) -> Spent:
        cpu, began = self._server_cpu(), perf_counter()
        work()
        return Spent(perf_counter() - began, self._server_cpu() - cpu)

    def _server_cpu(self) -> float:
        """Of the server and all its children, those that have ended included."""
        total = 0
        for process in Path("/proc").glob("[0-9]*/stat"):
            try:
                parts = process.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(process.parent.name) == self._postmaster:
                total += sum(int(ticks) for ticks in parts[11:15])
            elif int(parts[1]) == self._postmaster:
                total += sum(int(ticks) for ticks in parts[11:13])
        return total / TICKS

    def _expect(self, size: int) -> None:
        from sonae.apps.certificates.models import Certificate, Transaction

        assert Certificate.objects.count() == Transaction.objects.count() == size

    @contextmanager
    def copy(self, of: str, name: str) -> Iterator[None]:
        import psycopg
        from django.conf import settings
        from django.db import connections

        connections.close_all()
        with psycopg.connect(_address(settings.SONAE_OWNER_DATABASE, "postgres"), autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
        try:
            yield
        finally:
            connections.close_all()
            with psycopg.connect(_address(settings.SONAE_OWNER_DATABASE, "postgres"), autocommit=True) as server:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        from django.db import connections

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
def a_programme(folder: Path) -> Iterator[Bench]:
    """A database server in that folder with the programme published and its scheme years open, and nobody in it."""
    os.environ.update(SONAE_VAR=str(folder), DJANGO_SETTINGS_MODULE="sonae.config.settings.run")
    for setting in ("DATABASE_URL", "SONAE_OWNER_DATABASE_URL"):
        os.environ.pop(setting, None)
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    from sonae.config.schema import migrate_database

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests import clock
    from tests.conftest import publish_programme

    migrate_database()
    publish_programme()
    for database in connections.settings.values():  # as the owner, who may create tables and copies
        database.update(settings.SONAE_OWNER_DATABASE)
    connections["default"].settings_dict.update(settings.SONAE_OWNER_DATABASE)
    connections.close_all()
    postmaster = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    yield Bench(clock.now(), postmaster)
    connections.close_all()


def _address(settings: dict[str, Any], name: str) -> str:
    from psycopg.conninfo import make_conninfo

    return make_conninfo("", host=settings["HOST"], user=settings["USER"], password=settings["PASSWORD"], dbname=name)
