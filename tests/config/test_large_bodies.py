"""The web server takes large bodies where files come in, and nowhere else; whoever dribbles one is let go."""

from __future__ import annotations

import gc

import pytest
from waitress.adjustments import Adjustments

from sonae.config.web_server import BODY_BYTES, FILES_AT_ONCE, LEAST_BYTES_A_SECOND, Request

LARGE = 50_000_000


@pytest.fixture(autouse=True)
def _files_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Request, "file_bytes", LARGE)
    gc.collect()


def request(path: str, *, method: str = "POST", length: int = LARGE - 1) -> Request:
    """Its head has come in, and none of its body."""
    made = Request(Adjustments(max_request_body_size=BODY_BYTES))
    made.received(f"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())
    return made


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


def test_only_so_many_files_come_in_at_a_time() -> None:
    held = [request("/api/feeds/") for _ in range(FILES_AT_ONCE)]
    assert request("/api/feeds/").error is not None
    held.pop()
    gc.collect()
    assert request("/api/feeds/").error is None


def test_a_file_earns_its_time_by_the_bytes_that_are_here() -> None:
    made = request("/api/feeds/")
    assert made.seconds_earned == 0
    made.received(b"x" * LEAST_BYTES_A_SECOND)
    assert made.seconds_earned == 1
    small = request("/", length=1_000)
    small.received(b"x" * 500)
    assert small.seconds_earned == 0
