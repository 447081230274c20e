"""Runs Sandbox Card: ``python -m sonae.integrations.sandbox_card.server --port 8001 --journal DIR --secret-file FILE``.

Standard library only. Listens on loopback addresses alone, because everything about it is for trying out.
"""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from sonae.integrations.sandbox_card.api import Api, operation_of
from sonae.integrations.sandbox_card.control import Order, Orders
from sonae.integrations.sandbox_card.control_api import ControlApi
from sonae.integrations.sandbox_card.exchange import Reply, Request, error_reply
from sonae.integrations.sandbox_card.hosted_page import HostedPage
from sonae.integrations.sandbox_card.journal import Journal
from sonae.integrations.sandbox_card.processor import Announcement, Processor
from sonae.integrations.sandbox_card.secret_file import SharedSecrets, read_or_create_secrets, secrets_of_environment
from sonae.integrations.sandbox_card.webhooks import NotLoopback, PostOffice

logger = logging.getLogger(__name__)

LARGEST_BODY = 100_000
HANG_SECONDS = 60.0
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


class SandboxServer(ThreadingHTTPServer):
    """The processor with its journal, its pages and its post office, ready to serve."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        *,
        host: str,
        port: int,
        journal_directory: Path,
        secrets: SharedSecrets,
        webhook_url: str,
        slow_seconds: float,
        hang_seconds: float,
        late_seconds: float,
        session_minutes: float,
        retry_delays: tuple[float, ...],
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise NotLoopback(f"{host} is not a loopback address")
        self.slow_seconds = slow_seconds
        self.hang_seconds = hang_seconds
        self.stopping = threading.Event()
        self.orders = Orders()
        self._skew = timedelta()
        self.journal = Journal(journal_directory)
        self.processor = Processor(
            journal=self.journal,
            clock=self.clock,
            announce=self._announce,
            account=secrets.account,
            session_lasts=timedelta(minutes=session_minutes),
        )
        self.post_office = PostOffice(
            url=webhook_url,
            secret=secrets.webhook_secret,
            journal=self.journal,
            work=self.processor.work,
            clock=self.clock,
            orders=self.orders,
            retry_delays=retry_delays,
            late_seconds=late_seconds,
        )
        self.api = Api(processor=self.processor, api_key=secrets.api_key, origin=lambda: self.url)
        self.control = ControlApi(
            processor=self.processor, orders=self.orders, post_office=self.post_office, skew=self._set_skew
        )
        self.pages = HostedPage(processor=self.processor)
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        """The origin, without a slash at the end."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def clock(self) -> datetime:
        """The processor's own time, which a test may move."""
        return datetime.now(UTC) + self._skew

    def _announce(self, announcement: Announcement) -> None:
        self.post_office.announce(announcement)

    def _set_skew(self, skew: timedelta) -> None:
        self._skew = skew

    def stop(self) -> None:
        """Stop serving; safe to call twice."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.post_office.stop()
        self.shutdown()
        self.server_close()
        with self.processor.work():
            pass
        self.journal.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            logger.exception("a request failed")


class Handler(BaseHTTPRequestHandler):
    """Reads a request, finds who answers, and breaks the reply where a fault is ordered."""

    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "SandboxCard"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Pages, reads and the style sheet."""
        self._serve()

    def do_POST(self) -> None:
        """Everything that changes something."""
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Paths hold page tokens: nothing is logged."""

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        order = self._order_for(request)
        if order is None:
            self._send(self._answer(request))
            return
        reply = None
        if order.done:
            reply = self._answer(request)
        else:
            self.server.api.drop(request, order.fault)
        self._break(order, reply)

    def _read(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if (
            not (length.isascii() and length.isdigit())
            or int(length) > LARGEST_BODY
            or "Transfer-Encoding" in self.headers
        ):
            self.close_connection = True
            self._send(error_reply(413, "body_invalid", "The body is too large or has no length."))
            return None
        parts = urlsplit(self.path)
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            query.setdefault(name, value)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path, query, headers, self.rfile.read(int(length)))

    def _order_for(self, request: Request) -> Order | None:
        if request.path.startswith("/v1/"):
            found = operation_of(request)
            if found is None or not self.server.api.admits(request):
                return None
            return self.server.orders.take(found[0]) or self.server.api.card_order(request)
        operation = self.server.pages.operation_of(request)
        if operation is None:
            return None
        return self.server.orders.take(operation) or self.server.pages.card_order(request)

    def _answer(self, request: Request) -> Reply:
        try:
            if request.path.startswith("/control/"):
                if not self.server.api.admits(request):
                    return error_reply(401, "api_key_invalid", "The API key is missing or wrong.")
                return self.server.control.answer(request)
            if request.path.startswith("/v1/"):
                return self.server.api.answer(request)
            return self.server.pages.answer(request)
        except Exception:  # the last line of a server: log it and say so, whatever it was
            logger.exception("a request failed")
            return error_reply(500, "internal", "Something went wrong here.")

    def _head(self, status: int, headers: dict[str, str]) -> bytes:
        lines = [f"HTTP/1.1 {status} {self.responses[status][0]}" if status in self.responses else f"HTTP/1.1 {status}"]
        lines += [f"{name}: {value}" for name, value in {**ALWAYS, **headers}.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _whole(self, reply: Reply) -> bytes:
        headers = {**reply.headers, "Content-Length": str(len(reply.body))}
        if self.close_connection:
            headers["Connection"] = "close"
        # Head and body leave in one write: two would wait for each other (Nagle and delayed acknowledgement).
        return self._head(reply.status, headers) + reply.body

    def _send(self, reply: Reply) -> None:
        self.wfile.write(self._whole(reply))

    def _break(self, order: Order, reply: Reply | None) -> None:
        """Spoil the answer as ordered. ``reply`` is the true answer where the work was done."""
        self.close_connection = True
        whole = reply or error_reply(503, "unavailable", "Try again.")
        match order.fault:
            case "hang":
                self.server.stopping.wait(order.seconds or self.server.hang_seconds)
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "status_500":
                self._send(error_reply(500, "internal", "Something went wrong here."))
            case "status_429":
                self._send(error_reply(429, "too_many_requests", "Too many requests."))
            case "broken_chunk":
                head = self._head(whole.status, {**whole.headers, "Transfer-Encoding": "chunked"})
                self.wfile.write(head + b"40\r\n" + whole.body[:20])
            case "broken_body":
                self._send(Reply(200, b'{"session_id": "ses_', whole.headers))
            case "slow":
                self.server.stopping.wait(order.seconds or self.server.slow_seconds)
                self._send(whole)
            case "dribble":
                self._dribble(self._whole(whole), order.seconds or self.server.hang_seconds)

    def _dribble(self, data: bytes, seconds: float) -> None:
        for place in range(len(data)):
            self.wfile.write(data[place : place + 1])
            if self.server.stopping.wait(seconds / len(data)):
                return


def start_server(
    *,
    journal_directory: Path,
    secrets: SharedSecrets,
    webhook_url: str = "",
    host: str = "127.0.0.1",
    port: int = 0,
    slow_seconds: float = 5.0,
    hang_seconds: float = HANG_SECONDS,
    late_seconds: float = 20.0,
    session_minutes: float = 30.0,
    retry_delays: tuple[float, ...] = (1, 2, 5, 15, 60, 300, 900),
) -> SandboxServer:
    """Serve on a thread of this process (port 0: any free one); ``.url`` says where, ``.stop()`` ends it.

    Raises ``OSError`` where the port is in use and ``NotLoopback`` for addresses off this machine.
    """
    server = SandboxServer(
        host=host,
        port=port,
        journal_directory=journal_directory,
        secrets=secrets,
        webhook_url=webhook_url,
        slow_seconds=slow_seconds,
        hang_seconds=hang_seconds,
        late_seconds=late_seconds,
        session_minutes=session_minutes,
        retry_delays=retry_delays,
    )
    server.post_office.start()
    threading.Thread(target=server.serve_forever, args=(0.05,), name="sandbox-card", daemon=True).start()
    return server


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox_card", description="A card processor to try things out with.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--journal", type=Path, required=True, help="folder of the journal; made where it is missing")
    parser.add_argument("--webhook-url", default="", help="where events go; a loopback address, or nothing")
    parser.add_argument(
        "--secret-file",
        type=Path,
        help="keys shared with the merchant, made where missing; without it they come from SONAE_SANDBOX_CARD_KEY and "
        "SONAE_SANDBOX_CARD_WEBHOOK_SECRET",
    )
    parser.add_argument("--slow-seconds", type=float, default=5.0, help="how long a slow answer takes")
    parser.add_argument(
        "--hang-seconds", type=float, default=HANG_SECONDS, help="how long a call hangs that never answers"
    )
    parser.add_argument("--late-seconds", type=float, default=20.0, help="how late a late webhook is")
    parser.add_argument("--session-minutes", type=float, default=30.0, help="how long a page can be paid on")
    return parser.parse_args(words)


def _secrets(file: Path | None) -> SharedSecrets:
    shared = read_or_create_secrets(file) if file else secrets_of_environment(os.environ)
    if shared is None:
        raise ValueError("no keys: give --secret-file, or SONAE_SANDBOX_CARD_KEY and SONAE_SANDBOX_CARD_WEBHOOK_SECRET")
    return shared


def main(words: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. 1 with one line where it can't start."""
    given = _arguments(words)
    try:
        server = start_server(
            journal_directory=given.journal,
            secrets=_secrets(given.secret_file),
            webhook_url=given.webhook_url,
            host=given.host,
            port=given.port,
            slow_seconds=given.slow_seconds,
            hang_seconds=given.hang_seconds,
            late_seconds=given.late_seconds,
            session_minutes=given.session_minutes,
        )
    except (OSError, NotLoopback, ValueError) as error:
        sys.stderr.write(f"Sandbox Card can't start on {given.host}:{given.port}: {error}\n")
        return 1
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    sys.stdout.write(f"Sandbox Card is at {server.url}\n")
    sys.stdout.flush()
    done.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
