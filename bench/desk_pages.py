"""Every page of the desk that an auditor opens, with a million free and 200,000 paid certificates, 20,000 open consultations and
100,000 other open items, beside a bare count of certificates on the same connection.

The pages are found as a reader finds them: from the desk's first page along its links, one page for each address of the list of
addresses, which is how each comes to be opened once before it is measured. Then each is opened in this process, from the session to
the last byte, one after the other, after the rounds of the worker. An auditor changes nothing, for the next visit either.
"""

from __future__ import annotations

import html
import os
import re
import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from bench import queue
from bench.figures import NOW, REST, bare_count, seconds, vacuum
from bench.free_covers import a_programme
from bench.load import p95
from bench.loading import run_all
from bench.paid_certificates import load
from bench.staff import browser_of_staff

if TYPE_CHECKING:
    from django.test import Client

VISITS, SECONDS_AT_MOST = 20, 5.0  # of one page
LINK = re.compile(r'href="((?:/desk/|\?)[^"#]*)"')


def main() -> None:
    """Print the 95th percentile of each page. Sizes: SONAE_BENCH_FIGURES=free,paid."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_FIGURES", "").split(",") if size] or [1_000_000, 200_000]
    with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as bench:
        from django.core.management import call_command
        from django.test.utils import override_settings
        from tests import cast

        from sonae.apps.reporting.use_cases.count_figures import count_figures
        from sonae.apps.reporting.use_cases.keep_answers import keep_answers

        free, paid = sizes
        load(paid, now=bench.now)
        run_all(REST, {"now": bench.now, "free": free, "paid": paid})
        clerk = cast.enter_staff("operator", "clerk")
        run_all(queue.ITEMS, {"items": free // 10, "now": NOW, "clerk": clerk.pk})
        with override_settings(SONAE_CLOCK="bench.figures.now"):
            count_figures(now=NOW)
            vacuum()
            keep_answers(now=NOW)
            call_command("collectstatic", verbosity=0, interactive=False)
            auditor = cast.enter_staff("insurer", "auditor")
            browser = browser_of_staff(auditor, moment=NOW, SERVER_NAME="127.0.0.1")
            _measure(_pages(browser), browser)


def _pages(browser: Client) -> list[str]:
    """One address of every page that links lead to, each of which answers with a page."""
    from django.urls import Resolver404, resolve

    seen: set[str] = set()
    pages: list[str] = []
    waiting = deque(["/desk/"])
    while waiting:
        address = waiting.popleft()
        try:
            name = resolve(address.partition("?")[0]).view_name
        except Resolver404:
            continue
        if name in seen:
            continue
        seen.add(name)
        answer = browser.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        pages.append(address)
        for link in LINK.findall(answer.content.decode()):
            found = html.unescape(link)
            waiting.append(address.partition("?")[0] + found if found.startswith("?") else found)
    return pages


def _measure(pages: list[str], browser: Client) -> None:
    print(f"{len(pages)} pages, p95 of up to {VISITS} visits each")
    for address in pages:
        times: list[float] = []
        while len(times) < 3 or (len(times) < VISITS and sum(times) < SECONDS_AT_MOST):
            times.append(seconds(lambda address=address: browser.get(address)))  # type: ignore[misc]
        bare = p95([seconds(bare_count) for _ in range(3)])
        print(f"  {p95(times) * 1000:6.0f} ms   bare count {bare * 1000:5.0f} ms   "
              f"ratio {p95(times) / bare:5.2f}   {address}", flush=True)  # fmt: skip
