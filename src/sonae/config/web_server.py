"""The web server: waitress. It reads every request to its end before a thread sees it, so that slow callers hold none up."""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType
from wsgiref.types import WSGIApplication

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server

THREADS = 4
CONNECTIONS = 500  # below the 1,024 files that a process may usually have open
SILENT_SECONDS = 20  # a connection that says nothing for so long is closed, and a request that isn't complete by then
HEAD_BYTES = 32_768
BODY_BYTES = 2_000_000  # Django refuses in words what is above one million; this stops what would fill the memory


class Caller(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection. While a request comes in, what dribbles in is no sign of life: its first byte is the last that counts."""

    _began = 0.0

    def received(self, data: bytes) -> bool:
        """Take in some bytes."""
        unfinished = self.request
        taken = bool(super().received(data))
        if self.request is not None and self.request is unfinished:
            self.last_activity = self._began
        else:
            self._began = self.last_activity
        return taken


class PortUnusable(Exception):
    """Nobody can listen there; the message says why."""


def serve(application: WSGIApplication, *, host: str, port: int, silent_seconds: int = SILENT_SECONDS) -> None:
    """Serve until told to stop; requests that have begun are finished first."""
    signal.signal(signal.SIGTERM, _stop)
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
