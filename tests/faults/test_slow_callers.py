"""F16: a hundred callers who never finish what they began, for eight seconds. Everybody else is served."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import urllib3

from tests.journeys.site import free_port

pytestmark = pytest.mark.faults
SLOW_CALLERS = 100
SECONDS = 8.0
MOST_MEMORY = 400_000_000  # bytes; the whole process, with Django and the product in it
HEAD = b"GET /premium/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = (
    b"POST /hooks/card/sandbox_card/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 5000\r\n\r\n{"
)
SERVE = """
import sys
from sonae.config.web_server import serve
from sonae.config.wsgi import application
serve(application, host="127.0.0.1", port=int(sys.argv[1]))
"""
# As waitress is by itself: each byte buys a connection more time.
SERVE_DRIBBLERS = """
import sonae.config.web_server
from waitress.channel import HTTPChannel
sonae.config.web_server.Caller = HTTPChannel
""" + SERVE.replace("]))", "]), silent_seconds=1)")
SERVE_IMPATIENTLY = SERVE.replace("]))", "]), silent_seconds=1)")
# The same site behind Django's own simple server with as many threads, which gives each caller a thread at once.
SERVE_AT_THE_HEAD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import WSGIServer, WSGIRequestHandler
from sonae.config.web_server import THREADS
from sonae.config.wsgi import application

class Server(WSGIServer):
    pool = ThreadPoolExecutor(THREADS)
    request_queue_size = 500
    def process_request(self, request, client_address):
        self.pool.submit(self.finish, request, client_address)
    def finish(self, request, client_address):
        self.finish_request(request, client_address)
        self.shutdown_request(request)

server = Server(("127.0.0.1", int(sys.argv[1])), WSGIRequestHandler)
server.set_app(application)
server.serve_forever()
"""


@contextmanager
def running(program: str, database: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "SONAE_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "sonae.config.settings.test",
    }
    process = subprocess.Popen([sys.executable, "-c", program, str(port)], env=environment)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        try:
            assert process.wait(10) is not None
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def slow_callers(port: int) -> Iterator[list[socket.socket]]:
    """Half of them in the middle of a head, half in the middle of a body."""
    with ExitStack() as stack:
        callers = []
        for number in range(SLOW_CALLERS):
            caller = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            caller.sendall(HEAD if number % 2 else BODY)
            callers.append(caller)
        yield callers


def served(port: int, *, patience: float = 10.0) -> list[int]:
    """What an ordinary visitor and the card processor get, and 0 for each who waited for so many seconds in vain."""
    pool = urllib3.PoolManager(retries=False, timeout=patience)
    address = f"http://127.0.0.1:{port}"
    answers = []
    for method, path in (
        ("GET", "/"),
        ("GET", "/premium/?industry=retail&sales=900"),
        ("POST", "/hooks/card/sandbox_card/"),
    ):
        try:
            answers.append(pool.request(method, address + path, body=b"{}" if method == "POST" else None).status)
        except urllib3.exceptions.HTTPError:
            answers.append(0)
    return answers


ALL_SERVED = [200, 200, 400]


def test_a_hundred_slow_callers_keep_nobody_else_waiting(committed: str, tmp_path: Path) -> None:
    with running(SERVE, committed, tmp_path) as (port, process):
        assert served(port) == ALL_SERVED
        watched = psutil.Process(process.pid)
        with slow_callers(port) as callers:
            until, rounds = time.monotonic() + SECONDS, 0
            while time.monotonic() < until:
                for caller in callers:
                    caller.sendall(b"x")  # a little more, so that nobody looks silent
                assert served(port) == ALL_SERVED
                assert watched.memory_info().rss < MOST_MEMORY
                assert watched.num_fds() < SLOW_CALLERS + 100
                rounds += 1
                time.sleep(0.5)
            assert rounds >= 4
        assert served(port) == ALL_SERVED


def test_a_server_that_gives_each_caller_a_thread_is_brought_to_a_stand(committed: str, tmp_path: Path) -> None:
    with running(SERVE_AT_THE_HEAD, committed, tmp_path) as (port, _):
        assert served(port) == ALL_SERVED
        with slow_callers(port):
            assert served(port, patience=2.0) == [0, 0, 0]


def test_callers_who_fall_silent_are_let_go(committed: str, tmp_path: Path) -> None:
    with running(SERVE_IMPATIENTLY, committed, tmp_path) as (port, _), slow_callers(port) as callers:
        for caller in callers:
            caller.settimeout(10)
            assert caller.recv(1) == b""  # the end of the line


def still_there(callers: list[socket.socket], seconds: float) -> int:
    """How many connections are left after so much time, in which each has sent a byte every quarter of a second."""
    living, until = list(callers), time.monotonic() + seconds
    while living and time.monotonic() < until:
        time.sleep(0.25)
        for caller in list(living):
            try:
                caller.sendall(b"x")
                caller.settimeout(0)
                over = caller.recv(1) == b""
            except BlockingIOError:
                over = False
            except OSError:
                over = True
            if over:
                living.remove(caller)
    return len(living)


def test_callers_who_dribble_are_let_go_too(committed: str, tmp_path: Path) -> None:
    with running(SERVE_IMPATIENTLY, committed, tmp_path) as (port, _), slow_callers(port) as callers:
        assert still_there(callers, 8) == 0
        assert served(port) == ALL_SERVED


def test_without_a_limit_to_the_whole_request_dribbling_callers_stay(committed: str, tmp_path: Path) -> None:
    with running(SERVE_DRIBBLERS, committed, tmp_path) as (port, _), slow_callers(port) as callers:
        assert still_there(callers, 6) == SLOW_CALLERS


def test_what_is_being_answered_is_answered_before_the_end(committed: str, tmp_path: Path) -> None:
    """A refused event writes into the audit log, which somebody else holds while the server is told to stop."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'audit_auditentry'::regclass"
    with (
        running(SERVE, committed, tmp_path) as (port, process),
        slow_callers(port),
        psycopg.connect(committed) as brake,
    ):
        brake.execute("LOCK TABLE audit_auditentry IN ACCESS EXCLUSIVE MODE")
        with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
            caller.sendall(BODY.replace(b"5000", b"1"))
            until = time.monotonic() + 10
            while brake.execute(waiting).fetchone() == (0,):
                assert time.monotonic() < until
                time.sleep(0.05)
            process.terminate()
            time.sleep(0.5)
            assert process.poll() is None
            brake.rollback()
            assert caller.recv(4096).startswith(b"HTTP/1.1 400 ")
        assert process.wait(10) == 0


REFUSED_AT_THE_DOOR = {
    "a body too large": (b"POST /premium/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000\r\n\r\n", b"413"),
    "a head too large": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 40_000 + b"\r\n\r\n", b"431"),
    "a length below nought": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", b"400"),
    "two lengths": (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
    "a blank before the colon": (b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", b"400"),
    "no HTTP": (b"\x16\x03\x01\r\n\r\n", b"400"),
}


def test_what_is_too_large_or_no_request_is_refused_at_the_door(committed: str, tmp_path: Path) -> None:
    with running(SERVE, committed, tmp_path) as (port, _):
        answers = {}
        for name, (request, _expected) in REFUSED_AT_THE_DOOR.items():
            with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
                caller.sendall(request)
                answers[name] = caller.recv(4096).split()[1]
        assert answers == {name: expected for name, (_, expected) in REFUSED_AT_THE_DOOR.items()}
        assert served(port) == ALL_SERVED
