"""The calculator under eight users in parallel, beside a bare Django page of its size on the same server in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import urllib3
from tests.journeys.site import SiteProcess, free_port

from bench.load import USERS, p95, times_of
from sonae.config import database

PAGE = "/premium/?industry=professional&sales=4800"
VISITS, ROUNDS = 160, 3
BARE = (
    "import sys; from bench.bare_site import application; from sonae.config.web_server import serve; "
    "serve(application, host='127.0.0.1', port=int(sys.argv[1]))"
)


def main() -> None:
    """Print the 95th percentile of both and their ratio, the median over the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        site = SiteProcess(database.prepare(Path(folder)).owner)
        bare: subprocess.Popen[bytes] | None = None
        try:
            address = site.start().address
            pool = urllib3.PoolManager(maxsize=USERS, retries=False)
            size = len(pool.request("GET", address + PAGE).data)
            port = free_port()
            bare = subprocess.Popen(
                [sys.executable, "-c", BARE, str(port)], env={**os.environ, "BARE_PAGE_BYTES": str(size)}
            )
            bare_address = f"http://127.0.0.1:{port}/"
            wait_for(pool, bare_address)
            compare(pool, address + PAGE, bare_address)
        finally:
            if bare is not None:
                bare.terminate()
                bare.wait(10)
            site.stop()


def compare(pool: urllib3.PoolManager, page: str, bare: str) -> None:
    """Both in turn, so that a change of the machine's speed meets both."""
    ratios = []
    for _ in range(ROUNDS):
        ours, yardstick = p95(visits(pool, page)), p95(visits(pool, bare))
        ratios.append(ours / yardstick)
        print(f"p95 under {USERS} users: calculator {ours * 1000:.0f} ms, bare page {yardstick * 1000:.0f} ms")
    print(f"calculator / bare page of the same size: {statistics.median(ratios):.1f} × (median of {ROUNDS} rounds)")


def visits(pool: urllib3.PoolManager, address: str) -> list[float]:
    """Seconds of each visit; anything but 200 ends the measurement."""

    def visit(number: int) -> None:
        reply = pool.request("GET", address)
        assert reply.status == 200, (address, reply.status)

    return times_of(visit, visits=VISITS)


def wait_for(pool: urllib3.PoolManager, address: str) -> None:
    """Until the address answers, twenty seconds at most."""
    for _ in range(200):
        try:
            pool.request("GET", address, timeout=1.0)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{address} did not answer")
