"""The web server takes large bodies where files come in, from those who may bring them; whoever dribbles one is let go."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django import Settings
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer, create_server

from sonae.config.web_server import BODY_BYTES, FILES_AT_ONCE, LEAST_BYTES_A_SECOND, Caller, Request, nobody_signs
from sonae.web.api.feed_gate import may_send_file
from tests import clock
from tests.web.feed_sender import KEYS, LIST, OTHER_SECRET, Sender

LARGE = 50_000_000
UPLOAD = "/desk/feeds/upload/"


@pytest.fixture(autouse=True)
def _files_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Request, "file_bytes", LARGE)
    monkeypatch.setattr(Request, "may_send_file", staticmethod(lambda **_: True), raising=False)
    gc.collect()


@pytest.fixture
def _keys(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SONAE_FEED_KEYS = KEYS
    monkeypatch.setattr(Request, "may_send_file", staticmethod(may_send_file), raising=False)


def request(path: str, *, method: str = "POST", length: int = LARGE - 1, **headers: str) -> Request:
    """Its head has come in, and none of its body."""
    made = Request(Adjustments(max_request_body_size=BODY_BYTES))
    made.received(head(path, method=method, length=length, **headers))
    return made


def head(path: str, *, method: str = "POST", length: int = LARGE - 1, **headers: str) -> bytes:
    """As it comes over the line."""
    said = {"Host": "testserver", "Content-Length": str(length), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("path", ["/api/feeds/", "/desk/feeds/upload/", "/en/desk/feeds/upload/"])
def test_a_file_may_be_large_where_files_come_in(path: str) -> None:
    assert request(path).error is None
    assert request(path, length=LARGE).error is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/"), ("POST", "/api/v1/quotes"), ("POST", "/api/feeds/1/apply"), ("PUT", "/api/feeds/"),
     ("POST", "/fr/desk/feeds/upload/"), ("POST", "/desk/feeds/upload/x"), ("POST", "//api/feeds/")],
)  # fmt: skip
def test_nowhere_else_is_a_body_large(method: str, path: str) -> None:
    assert request(path, method=method, length=BODY_BYTES).error is not None
    assert request(path, method=method, length=BODY_BYTES - 1).error is None


@pytest.mark.parametrize("path", ["/api/feeds/", UPLOAD])
def test_only_so_many_files_come_in_at_a_time(path: str) -> None:
    held = [request(path) for _ in range(FILES_AT_ONCE)]
    assert request(path).error is not None
    held.pop()
    gc.collect()
    assert request(path).error is None


def test_people_and_systems_keep_each_other_from_no_place() -> None:
    held = [request(UPLOAD) for _ in range(FILES_AT_ONCE)]
    assert request("/api/feeds/").error is None
    assert len(held) == FILES_AT_ONCE


def test_a_file_earns_its_time_by_the_bytes_that_are_here() -> None:
    made = request("/api/feeds/")
    assert made.seconds_earned == 0
    made.received(b"x" * LEAST_BYTES_A_SECOND)
    assert made.seconds_earned == 1
    small = request("/", length=1_000)
    small.received(b"x" * 500)
    assert small.seconds_earned == 0


UNHEARD: dict[str, Callable[[], dict[str, str]]] = {
    "no signature": dict,
    "a key that nobody has": lambda: Sender(key_id="kaihi-2020").file_headers(LIST),
    "another's secret": lambda: Sender(secret=OTHER_SECRET).file_headers(LIST),
    "too long ago": lambda: Sender().file_headers(LIST, created=clock.later(minutes=-6)),
    "headers that can't be read": lambda: Sender().file_headers(LIST) | {"Signature-Input": "sig=((("},
    "a signature that is none": lambda: Sender().file_headers(LIST) | {"Signature": "sig=:AAAA:"},
    "no digest": lambda: {name: said for name, said in Sender().file_headers(LIST).items() if name != "Content-Digest"},
    "a host that isn't ours": lambda: Sender().file_headers(LIST) | {"Host": "else where"},
}


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("kind", UNHEARD)
def test_whoever_has_not_signed_takes_no_place_and_no_byte_of_the_body_is_read(kind: str) -> None:
    callers = [request("/api/feeds/", **UNHEARD[kind]()) for _ in range(2 * FILES_AT_ONCE)]
    for caller in callers:
        assert (caller.completed, caller.error, caller.body_rcv, caller.body_bytes_received) == (True, None, None, 0)
        assert caller.headers["CONTENT_LENGTH"] == "0"
    signed = request("/api/feeds/", **Sender().file_headers(LIST))
    assert (signed.completed, signed.error) == (False, None)
    assert signed in Request.senders_files


@pytest.mark.usefixtures("_keys")
def test_without_the_gate_four_callers_without_a_key_keep_out_whoever_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Request, "may_send_file", staticmethod(lambda **_: True))
    held = [request("/api/feeds/") for _ in range(FILES_AT_ONCE)]
    assert request("/api/feeds/", **Sender().file_headers(LIST)).error is not None
    assert len(held) == FILES_AT_ONCE


def test_a_server_that_was_told_of_no_senders_takes_no_file_of_a_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Request, "may_send_file", staticmethod(nobody_signs))
    assert request("/api/feeds/").body_rcv is None


@contextmanager
def server_of(application: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Our web server around an application, on the port that comes out."""
    monkeypatch.setattr(TcpWSGIServer, "channel_class", Caller)
    sockets: dict[int, object] = {}
    server = create_server(application, map=sockets, host="127.0.0.1", port=0, threads=1, asyncore_use_poll=True)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    try:
        yield int(server.effective_port)
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
        running.join(10)
        server.task_dispatcher.shutdown()


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("waits", [{}, {"Expect": "100-continue"}], ids=["body at once", "asks first"])
def test_the_answer_comes_before_the_body_and_what_follows_is_no_request(
    waits: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bytes]] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append((environ["PATH_INFO"], environ["wsgi.input"].read()))
        start_response("401 Unauthorized", [("Content-Length", "3")])
        return [b"no\n"]

    with server_of(application, monkeypatch) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        hidden = b"" if waits else b"GET /desk/ HTTP/1.1\r\nHost: testserver\r\n\r\n"
        line.sendall(head("/api/feeds/", length=1_000_000, **waits) + hidden)
        said = b""
        while piece := line.recv(65_536):
            said += piece
    assert said.startswith(b"HTTP/1.1 401 ")
    assert said.count(b"HTTP/1.1") == 1
    assert asked == [("/api/feeds/", b"")]
