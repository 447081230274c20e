"""A store that answers the wrong way: each request gets the next of the answers that a test has ordered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FORBIDDEN = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"


@dataclass(frozen=True)
class Answer:
    """Status and body; ``said_length`` instead of the body's own; ``silent``: no answer at all."""

    status: int = 200
    body: bytes = b""
    said_length: int | None = None
    silent: bool = False


@dataclass
class UnrulyStore:
    """What it will answer, and how often it was asked."""

    address: str
    answers: list[Answer] = field(default_factory=list)
    asked: int = 0
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def unruly_store() -> Iterator[UnrulyStore]:
    """On a port of its own of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            store.asked += 1
            answer = store.answers.pop(0) if len(store.answers) > 1 else store.answers[0]
            if answer.silent:
                store.over.wait(30)
                return
            self.send_response(answer.status)
            self.send_header(
                "Content-Length", str(len(answer.body) if answer.said_length is None else answer.said_length)
            )
            self.send_header("ETag", '"tag"')
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    store = UnrulyStore(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
