"""A mail server of our own on this machine: takes mails by SMTP, with STARTTLS where it has a certificate."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class MailServer:
    """Where it stands, what it took, and how often somebody came to its door."""

    port: int = 0
    mails: list[str] = field(default_factory=list)
    callers: int = 0


@contextmanager
def mail_server(certificate: Path | None = None, *, port: int = 0) -> Iterator[MailServer]:
    """On that port, or one of its own."""
    taken = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            taken.callers += 1
            _talk(self, taken, certificate)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    with Server(("127.0.0.1", port), Session) as server:
        taken.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield taken
        finally:
            server.shutdown()


def _talk(session: Any, taken: MailServer, certificate: Path | None) -> None:
    read, write = session.rfile, session.wfile
    write.write(b"220 localhost\r\n")
    secured = False
    while line := read.readline():
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"EHLO":
            write.write(
                b"250-localhost\r\n250 8BITMIME\r\n"
                if secured or not certificate
                else b"250-localhost\r\n250 STARTTLS\r\n"
            )
        elif verb == b"STARTTLS" and certificate:
            write.write(b"220 go on\r\n")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            try:
                line_now = context.wrap_socket(session.connection, server_side=True)
            except OSError:  # the caller did not believe us
                return
            read, write, secured = line_now.makefile("rb"), line_now.makefile("wb", buffering=0), True
        elif verb == b"DATA":
            write.write(b"354 go on\r\n")
            lines = list(iter(read.readline, b".\r\n"))
            taken.mails.append(b"".join(lines).decode())
            write.write(b"250 taken\r\n")
        elif verb == b"QUIT":
            write.write(b"221 bye\r\n")
            return
        else:
            write.write(b"250 ok\r\n")
