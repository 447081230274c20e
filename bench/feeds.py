"""The organiser's list of members with 10,000, 100,000 and a million rows: dry run and apply, beside a bare COPY of the same rows.

Each size has a database of its own. First everybody joins; then a second list comes in which one row in a hundred says something
else. Each step runs in a process of its own, which tells how long it took, what its processor time and that of its database session
were, and the most memory it ever held. The yardstick is the same file copied into a plain table without index by COPY alone.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SIZES = (10_000, 100_000, 1_000_000)
ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 12, 1)
MOST_SECONDS, MOST_MIB = 60, 1024
CLASSES = ("basic", "total", "pap")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took."""

    seconds: float
    processor_seconds: float  # of our process and its database session
    peak_mib: float
    counts: dict[str, int]


def main() -> int:
    """Exit code 0 if dry run and apply of every size stay within their bounds."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_ROWS", "").split()] or SIZES
    print(
        f"{'rows':>10} {'list':<7}{'bare COPY':>10}{'dry run':>18}{'of COPY':>9}{'apply':>18}{'of COPY':>9}{'peak':>10}"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SONAE_VAR": folder, "DJANGO_SETTINGS_MODULE": "sonae.config.settings.test"}
        measured = {size: _measure(size, Path(folder)) for size in sizes}
    return 0 if all(measured.values()) else 1


def _measure(size: int, folder: Path) -> bool:
    """Both lists of that size, each a line."""
    import django

    django.setup()
    from tests.faults.conftest import database_url

    name = f"feeds_{size}"
    _make_database(name)
    held = True
    for label, changed, day in (("first", 0, DAY), ("second", 100, DAY + timedelta(days=30))):
        file = folder / f"{label}.csv"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(_lines(size, changed_each=changed))
        bare = _bare_copy(database_url(name), file)
        feed = _run(name, "receive", str(file), day.isoformat()).counts["feed"]
        dry_run, applied = (_run(name, act, str(feed)) for act in ("check", "apply"))
        _print_line(size, label, bare, dry_run, applied)
        held &= all(step.seconds <= MOST_SECONDS and step.peak_mib <= MOST_MIB for step in (dry_run, applied))
        file.unlink()
    _drop_database(name)
    return held


def _print_line(size: int, label: str, bare: float, dry_run: Step, applied: Step) -> None:
    def shown(step: Step) -> str:
        cpu = f"(cpu {step.processor_seconds:.1f})"
        return f"{step.seconds:>6.1f} s {cpu:>10}{step.seconds / bare:>8.1f}×"

    peak = max(dry_run.peak_mib, applied.peak_mib)
    print(f"{size:>10,} {label:<7}{bare:>8.2f} s{shown(dry_run)}{shown(applied)}{peak:>6.0f} MiB", flush=True)
    print(f"{'':>10} {json.dumps(dry_run.counts)}", flush=True)


def _lines(size: int, *, changed_each: int) -> Iterator[str]:
    """The list. In a second one, of a hundred rows one says something else, in turn: another class, another name, gone and come."""
    yield "会員番号,会員種別,会員名,フリガナ,メールアドレス,電話番号\r\n"
    for place in range(size):
        number, member_class, name = 10_000_000 + place * 7, CLASSES[place % 3], f"架空商店第{place}号"
        if changed_each and place % changed_each == 0:
            turn = place // changed_each % 3
            number += 3 if turn == 0 else 0
            member_class = CLASSES[(place + 1) % 3] if turn == 1 else member_class
            name = f"架空商会第{place}号" if turn == 2 else name
        yield (
            f"{number},{member_class},{name},カクウショウテンダイ{place % 97}ゴウ,"
            f"member{place}@sample.example,03-0000-{place % 10_000:04}\r\n"
        )


def _bare_copy(url: str, file: Path) -> float:
    """Seconds to copy the file into a plain table."""
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare; CREATE TABLE bare (a text, b text, c text, d text, e text, f text)")
        connection.commit()
        began = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy, file.open("rb") as source:
            while block := source.read(1 << 20):
                copy.write(block)
        connection.commit()
        taken = time.perf_counter() - began
        cursor.execute("DROP TABLE bare")
    return taken


def _make_database(name: str) -> None:
    import psycopg
    from django.core.management import call_command
    from tests.conftest import publish_programme
    from tests.faults.conftest import database_url, working_on

    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    with working_on(name):
        call_command("migrate", verbosity=0, interactive=False)
        publish_programme()


def _drop_database(name: str) -> None:
    import psycopg
    from tests.faults.conftest import database_url

    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(database: str, *act: str) -> Step:
    """The step in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.feeds", database, *act], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return Step(**json.loads(told.stdout))


def _step(database: str, act: str, *on: str) -> dict[str, object]:
    """What the process does: one use-case, and what it took."""
    import django

    django.setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = database
    session = _session()
    began, before = time.perf_counter(), _processor_seconds(session)
    counts = _act(act, *on)
    taken, after = time.perf_counter() - began, _processor_seconds(session)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": taken, "processor_seconds": after - before, "peak_mib": peak, "counts": counts}


def _act(act: str, *on: str) -> dict[str, int]:
    from tests import clock

    from sonae.apps.membership.models import Feed
    from sonae.apps.membership.use_cases.apply_feed import apply_feed
    from sonae.apps.membership.use_cases.check_feed import check_feed
    from sonae.apps.membership.use_cases.receive_feed import receive_feed

    if act == "receive":
        with Path(on[0]).open("rb") as file:
            feed = receive_feed(file=file, file_name="list.csv", form="list", effective_date=date.fromisoformat(on[1]),
                                channel="command", actor="bench", now=clock.now())  # fmt: skip
        return {"feed": feed.pk}
    if act == "check":
        feed = check_feed(feed_id=int(on[0]), now=clock.now())
    else:
        feed = apply_feed(feed_id=int(on[0]), actor="bench", now=clock.now())
        assert feed.state == Feed.State.APPLIED, feed.state
    assert feed.dry_run, feed.refusal
    return {reason: count for reason, count in feed.dry_run["counts"].items() if count}


def _session() -> int:
    """The server's process that works for us."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _processor_seconds(session: int) -> float:
    fields = Path(f"/proc/{session}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_step(sys.argv[1], *sys.argv[2:])))
    else:
        raise SystemExit(main())
