"""Pages, the calculator and whole applications under eight users in parallel, each beside a bare Django page in the same run.

The bare page has the size of the page beside it and stands on the same web server with the same settings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import urllib3
from tests.journeys.site import RunningSite, SiteProcess, free_port

from bench.applications import Applicants, Applied
from bench.load import USERS, p95, times_of
from sonae.config import database

PAGE = "/premium/?industry={industry}&sales={sales}"
PUBLIC = {"first page": "/", "cover": "/cover/", "calculator, empty": "/premium/"}
INDUSTRIES = ("professional", "retail", "information", "construction", "other_services")
AS_A_BROWSER = {"Accept-Encoding": "gzip"}
VISITS, ROUNDS = 160, 3
APPLICATIONS = 5  # of each user in each round
BARE = (
    "import sys; from bench.bare_site import application; from sonae.config.web_server import serve; "
    "serve(application, host='127.0.0.1', port=int(sys.argv[1]))"
)


def main() -> None:
    """Print the 95th percentiles of every round and the median of the ratios."""
    pool = urllib3.PoolManager(maxsize=USERS, retries=False)
    with running_site() as site:
        compare_pages(pool, site)
        page = site.address + PAGE
        size = len(pool.request("GET", page.format(industry=INDUSTRIES[0], sales=4800)).data)
        with bare_site(pool, size) as bare:
            compare_calculator(pool, page, bare)
            compare_applications(pool, site, bare)


def compare_pages(pool: urllib3.PoolManager, site: RunningSite) -> None:
    """Pages that are the same for everybody, each beside a bare page that sends as many bytes over the wire."""
    for name, path in PUBLIC.items():
        first = pool.request("GET", site.address + path, headers=AS_A_BROWSER, decode_content=False)
        if first.status == 404:
            print(f"{name}: this version has no such page")
            continue
        with bare_site(pool, len(first.data)) as bare:
            ours, yardstick = [], []
            for _ in range(ROUNDS):
                ours.append(measured(pool, site.address + path))
                yardstick.append(measured(pool, bare))
        times = median(one / other for (one, _), (other, _) in zip(ours, yardstick, strict=True))
        rates = median(one / other for (_, one), (_, other) in zip(ours, yardstick, strict=True))
        print(
            f"{name} ({len(first.data):,} bytes): p95 {median(p for p, _ in ours) * 1000:.0f} ms, "
            f"{median(r for _, r in ours):.0f} requests/s; bare page p95 {median(p for p, _ in yardstick) * 1000:.0f} ms, "
            f"{median(r for _, r in yardstick):.0f} requests/s; ratios {times:.1f} × the time, {rates:.2f} × the rate",
            flush=True,
        )


def measured(pool: urllib3.PoolManager, address: str) -> tuple[float, float]:
    """95th percentile in seconds, and requests a second, of one round."""
    began = time.perf_counter()
    seconds = visits(pool, address)
    return p95(seconds), len(seconds) / (time.perf_counter() - began)


def compare_calculator(pool: urllib3.PoolManager, page: str, bare: str) -> None:
    """Both in turn, so that a change of the machine's speed meets both."""
    ratios = []
    for _ in range(ROUNDS):
        ours, yardstick = p95(visits(pool, page)), p95(visits(pool, bare))
        ratios.append(ours / yardstick)
        print(f"p95 under {USERS} users: calculator {ours * 1000:.0f} ms, bare page {yardstick * 1000:.0f} ms")
    print(f"calculator / bare page of the same size: {median(ratios):.1f} × (median of {ROUNDS} rounds)", flush=True)


def compare_applications(pool: urllib3.PoolManager, site: RunningSite, bare: str) -> None:
    """From signing in to the certificate's PDF; one application of each user goes before and is not counted."""
    each_round = USERS * APPLICATIONS
    applicants = Applicants(site, members=USERS + ROUNDS * each_round)
    applied = apply_all(applicants, first=0, count=USERS)
    of_whole, of_request = [], []
    for turn in range(ROUNDS):
        done = apply_all(applicants, first=USERS + turn * each_round, count=each_round)
        applied += done
        yardstick = p95(visits(pool, bare))
        requests = len(done[0].requests)
        whole, request = p95([one.seconds for one in done]), p95([seconds for one in done for seconds in one.requests])
        of_whole.append(whole / (requests * yardstick))
        of_request.append(request / yardstick)
        print(
            f"p95 under {USERS} users: whole application {whole:.2f} s in {requests} requests, "
            f"one of its requests {request * 1000:.0f} ms, bare page {yardstick * 1000:.0f} ms"
        )
    applicants.check(applied)
    print(f"request of an application / bare page: {median(of_request):.1f} × (median of {ROUNDS} rounds)")
    print(f"whole application / as many bare pages: {median(of_whole):.1f} ×")
    print(f"{len(applied)} applications, {len(applied)} certificates, books balanced")


def apply_all(applicants: Applicants, *, first: int, count: int) -> list[Applied]:
    """The members from ``first`` on, so many at a time as there are users."""
    done: list[Applied] = []
    times_of(lambda place: done.append(applicants.apply(first + place)), visits=count)
    return done


def visits(pool: urllib3.PoolManager, address: str) -> list[float]:
    """Seconds of each visit, each with facts of its own; anything but 200 ends the measurement."""

    def visit(number: int) -> None:
        facts = {"industry": INDUSTRIES[number % len(INDUSTRIES)], "sales": 300 + number * 60}
        reply = pool.request("GET", address.format(**facts), headers=AS_A_BROWSER)
        assert reply.status == 200, (address, reply.status)

    return times_of(visit, visits=VISITS)


@contextmanager
def running_site() -> Iterator[RunningSite]:
    """Sonae as ``make run`` starts it, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        site = SiteProcess(database.prepare(Path(folder)).owner)
        try:
            yield site.start()
        finally:
            site.stop()


@contextmanager
def bare_site(pool: urllib3.PoolManager, size: int) -> Iterator[str]:
    """The yardstick's address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", BARE, str(port)], env={**os.environ, "BARE_PAGE_BYTES": str(size)}
    )
    try:
        wait_for(pool, f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


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
