"""The web server: waitress. It reads every request to its end before a thread sees it, so that slow callers hold none up."""

from __future__ import annotations

import copy
import gc
import re
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, ClassVar
from weakref import WeakSet
from wsgiref.types import WSGIApplication

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer, create_server

THREADS = 4
CONNECTIONS = 500  # below the 1,024 files that a process may usually have open
SILENT_SECONDS = 20  # a connection that says nothing for so long is closed, and a request that isn't complete by then
HEAD_BYTES = 32_768
BODY_BYTES = 2_000_000  # Django refuses in words what is above one million; this stops what would fill the memory
# The organiser's files of members are large; their bodies wait on the disk, and only so many at a time: systems and people
# have places of their own, so that neither keeps the other waiting.
SENDERS_FILES_COME_TO = re.compile(r"/api/feeds/")
PEOPLES_FILES_COME_TO = re.compile(r"(?:/en)?/desk/feeds/upload/")
FILES_AT_ONCE = 4
FRAME_BYTES = 100_000  # what a form puts around its file
LEAST_BYTES_A_SECOND = 32_768  # a file that comes slower than this is no file but a caller who dribbles


class Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request that comes in. One that brings a file to where files are taken may be larger than any other.

    A system that brings one must have signed the head. Where it hasn't, it takes no place and nothing of its body is read: the
    request goes on without one, to be refused in words, and the connection ends with the answer.
    """

    file_bytes: ClassVar[int] = BODY_BYTES
    may_send_file: ClassVar[Any]  # (path, query, scheme, headers) → whether the head is signed
    senders_files: ClassVar[WeakSet[Request]] = WeakSet()
    peoples_files: ClassVar[WeakSet[Request]] = WeakSet()
    adj: Any
    _unheard = False

    def received(self, data: bytes) -> int:
        """Take in some bytes; how many of them belong to this request."""
        consumed = int(super().received(data))
        return len(data) if self._unheard else consumed  # what follows is the body that nobody reads, and no request

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; from it follows how much body there may be."""
        super().parse_header(header_plus)
        if self.command != "POST":
            return
        if SENDERS_FILES_COME_TO.fullmatch(self.path):
            if self._is_signed():
                self._take_a_place(self.senders_files)
            else:
                self._leave_the_body()
        elif PEOPLES_FILES_COME_TO.fullmatch(self.path):
            self._take_a_place(self.peoples_files)

    def _is_signed(self) -> bool:
        signed = self.may_send_file(path=self.path, query=self.query, scheme=self.url_scheme, headers=self.headers)
        return bool(signed)

    def _take_a_place(self, files: WeakSet[Request]) -> None:
        if len(files) < FILES_AT_ONCE:
            larger = copy.copy(self.adj)
            larger.max_request_body_size = self.file_bytes
            self.adj = larger
            files.add(self)

    def _leave_the_body(self) -> None:
        self._unheard = True
        self.body_rcv, self.content_length, self.chunked, self.expect_continue = None, 0, False, False
        self.headers |= {"CONTENT_LENGTH": "0", "CONNECTION": "close"}

    @property
    def seconds_earned(self) -> float:
        """How much longer it may take than other requests: by the bytes of the file that are here."""
        brings_file = self in self.senders_files or self in self.peoples_files
        return self.body_bytes_received / LEAST_BYTES_A_SECOND if brings_file else 0.0


def nobody_signs(**_: object) -> bool:
    """For a server without senders: no file is taken from a system."""
    return False


class Caller(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection. While a request comes in, what dribbles in is no sign of life: its first byte is the last that counts."""

    parser_class = Request
    _began = 0.0

    def received(self, data: bytes) -> bool:
        """Take in some bytes."""
        unfinished = self.request
        taken = bool(super().received(data))
        if self.request is not None and self.request is unfinished:
            self.last_activity = self._began + self.request.seconds_earned
        else:
            self._began = self.last_activity
        return taken


class PortUnusable(Exception):
    """Nobody can listen there; the message says why."""


def serve(
    application: WSGIApplication,
    *,
    host: str,
    port: int,
    silent_seconds: int = SILENT_SECONDS,
    file_bytes: int = BODY_BYTES,
    may_send_file: Callable[..., bool] = nobody_signs,
) -> None:
    """Serve until told to stop; requests that have begun are finished first.

    ``file_bytes``: the largest body with a file. ``may_send_file`` says of the head of a request whether a system may bring one.
    """
    signal.signal(signal.SIGTERM, _stop)
    Request.file_bytes, Request.may_send_file = file_bytes, staticmethod(may_send_file)
    TcpWSGIServer.channel_class = Caller
    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=silent_seconds,
            cleanup_interval=max(1, silent_seconds // 4),
            max_request_header_size=HEAD_BYTES,
            max_request_body_size=BODY_BYTES,
            asyncore_use_poll=True,
            ident="",
            clear_untrusted_proxy_headers=False,  # what a proxy says is judged by the settings (SONAE_TLS_PROXY)
        )
    except OSError as problem:
        raise PortUnusable(
            f"port {port} on {host} can't be used: {problem.strerror}; choose another with --port"
        ) from problem
    gc.collect()
    gc.freeze()  # what is loaded by now stays for good; going through it again would stop every thread for a while
    server.run()


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
