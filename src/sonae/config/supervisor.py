"""``sonae run``: the whole of Sonae on one machine, each part a process of its own, stopped together, however this ends."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from sonae.config.clock import now
from sonae.config.database import OWNER
from sonae.config.part import STOP_SECONDS
from sonae.config.starting import USAGE_ERROR, start_django

LOOPBACK = "127.0.0.1"  # the simulator never listens anywhere else
READY_SECONDS = 30


class PartSilent(Exception):
    """A part that was started does not answer; the message says which."""


class Stopped(Exception):
    """Somebody asked us to stop."""


def run_everything(*, host: str, port: int, card_port: int) -> int:
    """Start database, card simulator, worker and web; print the way in; wait; stop everything. 2 when a port is taken."""
    for wanted, flag in ((port, "--port"), (card_port, "--card-port")):
        if _is_taken(host, wanted):
            print(f"sonae: port {wanted} on {host} is in use; choose another with {flag}", file=sys.stderr)
            return USAGE_ERROR
    os.environ["SONAE_SITE_ADDRESS"] = f"http://{host}:{port}"
    os.environ["SONAE_SANDBOX_CARD_URL"] = f"http://{LOOPBACK}:{card_port}"
    signal.signal(signal.SIGTERM, _stop)
    started: list[subprocess.Popen[bytes]] = []
    try:
        start_django(needs_schema=False)
        from sonae.config import seed

        seed.prepare_programme(now=now())
        started.append(_start_card_processor(card_port, port))
        _wait_for(f"http://{LOOPBACK}:{card_port}/", started)
        seed.seed_certificates(now=now())
        started.append(_start("sonae.config.command_line", "worker"))
        started.append(_start("sonae.config.command_line", "web", "--host", host, "--port", str(port)))
        _wait_for(f"http://{host}:{port}/", started)
        print(seed.welcome(address=f"http://{host}:{port}", cards=f"http://{LOOPBACK}:{card_port}"), flush=True)
        return _watch(started)
    except PartSilent as problem:
        print(f"sonae: {problem}", file=sys.stderr)
        return 1
    except (Stopped, KeyboardInterrupt):
        return 0
    finally:
        _stop_all(started)


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    # The pipe is what tells a part that we are gone; nothing is ever written to it. The owner of the tables is us alone.
    environment = {name: value for name, value in os.environ.items() if name != OWNER}
    return subprocess.Popen(
        [sys.executable, "-m", "sonae.config.part", module, *arguments],
        env=environment, stdin=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def _start_card_processor(card_port: int, port: int) -> subprocess.Popen[bytes]:
    from django.conf import settings

    # The simulator knows its merchant by the keys that are in the settings; a child process is told through the environment.
    os.environ["SONAE_SANDBOX_CARD_KEY"] = settings.SONAE_SANDBOX_CARD_KEY
    os.environ["SONAE_SANDBOX_CARD_WEBHOOK_SECRET"] = settings.SONAE_SANDBOX_CARD_WEBHOOK_SECRET
    return _start(
        "sonae.integrations.sandbox_card.server", "--port", str(card_port),
        "--journal", str(Path(settings.VAR) / "sandbox-card"),
        "--webhook-url", f"http://{LOOPBACK}:{port}/hooks/card/sandbox_card/",
    )  # fmt: skip


def _watch(started: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for process in started:
            if process.poll() is not None:
                what = " ".join(list(map(str, process.args))[3:5])  # type: ignore[arg-type]  # ours are lists
                print(f"sonae: a part has stopped ({what}); stopping all", file=sys.stderr)
                return 1
        time.sleep(0.5)


def _stop_all(started: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(started):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in reversed(started):
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, started: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in started):
            break
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310  # our own loopback address
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise PartSilent(f"{address} did not answer within {READY_SECONDS} s; what it said stands above")


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
