"""A server on this machine whose certificate ran out yesterday, for whoever must not believe it; and one that is in order."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
NAME = "localhost"


def write_certificate(folder: Path, *, expired: bool) -> Path:
    """Signed by itself, for ``localhost``; key and certificate in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - 90 * DAY).not_valid_after(now - DAY if expired else now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / ("expired.pem" if expired else "valid.pem")
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@dataclass
class Heard:
    """Where the server stands, and what it was told after the handshake."""

    port: int
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def tls_server(certificate: Path, *, answer: bytes = b"") -> Iterator[Heard]:
    """Speaks TLS, keeps the first piece that comes, answers with those bytes and hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as door:
        heard = Heard(door.getsockname()[1])
        threading.Thread(target=_serve, args=(door, context, heard, answer), daemon=True).start()
        yield heard


def _serve(door: socket.socket, context: ssl.SSLContext, heard: Heard, answer: bytes) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:  # the test is over
            return
        try:
            with line, context.wrap_socket(line, server_side=True) as secured:
                secured.settimeout(5)
                heard.requests.append(secured.recv(65_536))
                secured.sendall(answer)
        except OSError:  # the caller did not believe us
            continue
