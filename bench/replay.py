"""Every posted premium rated again, beside a bare reading of the same rows from the same tables by the same driver."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from bench.free_covers import a_programme
from bench.paid_certificates import load

SIZES = (10_000, 200_000)
READ = """
    SELECT act.id, act.patch, act.total_premium_after, act.premium_difference, charge.charge_yen
    FROM certificates_certificate AS certificate
    JOIN certificates_transaction AS act ON act.certificate_id = certificate.id
    LEFT JOIN billing_charge AS charge ON charge.id = act.charge_id
"""


def main() -> None:
    """Print seconds and ratio for each size; sizes may be named in SONAE_BENCH_PREMIUMS."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_PREMIUMS", "").split(",") if size] or SIZES
    print("every premium rated again; seconds, and the ratio to a bare reading of the same rows")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as bench:
            load(size, now=bench.now)
            bare, ours = _seconds(_read), _seconds(_replay)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"  {size:>9,} certificates   bare {bare:6.1f} s   replay {ours:6.1f} s   ratio {ours / bare:4.2f}   {peak} MiB",
                flush=True,
            )


def _seconds(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _read() -> None:
    from django.db import connection, transaction

    with transaction.atomic():
        connection.ensure_connection()
        with connection.connection.cursor(name="bare", binary=True) as cursor:
            cursor.execute(READ)
            while cursor.fetchmany(50_000):
                pass


def _replay() -> None:
    from sonae.apps.certificates.replay import replay

    found = list(replay(programme="cyber"))
    assert sum(year.differing for year in found) == 0, [year.differences for year in found]
