"""Starts the page with the holes, and says whether the tools saw them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from bench.web import wait_for
from psycopg.conninfo import make_conninfo
from tests.journeys.site import RunningSite, free_port

from attack import injectable
from attack.outcome import Outcome
from attack.target import Target
from attack.visits import FILE

BY_ADDRESS = Target("control, by address", "GET", "/find?name=sonae")
BY_FORM = Target("control, by form", "POST", "/find", body={"name": "sonae"})
FRONT = Target("control", "GET", "/", whole_site=True)
EXPECTED = {
    BY_ADDRESS.name: ("SQL through name (GET)",),
    BY_FORM.name: ("SQL through name (POST)",),
    FRONT.name: ("SQL Injection: GET /find", "SQL Injection: POST /find", "Reflected Cross Site Scripting: GET /greet"),
}


@contextmanager
def running_control(site: RunningSite, visits: Path) -> Iterator[str]:
    """Its address. The account on the database is the one that serves pages, and here it may only read."""
    port, name = free_port(), urlsplit(site.database_url).path.removeprefix("/")
    database = make_conninfo(
        site.database_url, user=name, password=name,
        options="-c default_transaction_read_only=on -c statement_timeout=30s",
    )  # fmt: skip
    environment = {**os.environ, FILE: str(visits), injectable.DATABASE: database}
    process = subprocess.Popen([sys.executable, "-m", "attack.injectable", str(port)], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(urllib3.PoolManager(retries=False), f"{address}/")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def missed(outcomes: list[Outcome]) -> list[str]:
    """The planted holes that were not found."""
    return [
        f"{outcome.tool} did not find {hole}"
        for outcome in outcomes
        for hole in EXPECTED[outcome.target]
        if not any(found.startswith(hole) for found in outcome.findings)
    ]
