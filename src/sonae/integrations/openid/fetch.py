"""One call to the organiser's sign-on: to the address that was looked at, without following anybody elsewhere, small and soon.

The name is resolved once, every address that it has is looked at, and the connection goes to one of those: a name that leads
into our own network, or that changes its mind between the look and the call, is not called.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from django.conf import settings

from sonae.apps.billing.gateway import GatewayError, GatewayUnavailable
from sonae.apps.people.identity_provider import ProviderRefused, ProviderUnavailable
from sonae.integrations.call_out import CallOut, Circuit
from sonae.integrations.certificate_faults import certificate_fault

MOST_BYTES = 256 * 1024
CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads, looked up once."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


@dataclass(frozen=True)
class Line:
    """The line to the sign-on: all its calls share one deadline for each and one circuit."""

    seconds: float
    circuit: Circuit = field(default_factory=Circuit)

    def get(self, address: str, *, bearer: str = "") -> dict[str, Any]:
        """What stands there, as an object."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._ask("GET", address, headers=headers)

    def post(self, address: str, form: dict[str, str], *, basic: tuple[str, str]) -> dict[str, Any]:
        """What is answered to that form."""
        headers = urllib3.make_headers(basic_auth=":".join(basic))
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", address, headers=headers, body=urlencode(form).encode())

    def _ask(self, method: str, address: str, *, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        out = CallOut(seconds=self.seconds, circuit=self.circuit)
        try:
            status, answer = out.run(lambda: _call(method, address, headers=headers, body=body))
        except GatewayError as error:
            raise ProviderUnavailable(f"{urlsplit(address).hostname}: {error}") from error
        if status >= 500:
            raise ProviderUnavailable(f"{urlsplit(address).hostname} answered {status}")
        if status != 200:
            raise ProviderRefused(f"{urlsplit(address).path} answered {status}")
        return _object(answer)


def _call(method: str, address: str, *, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    try:
        place = look_up(address)
        with _pool(place) as pool:
            reply = pool.request(
                method,
                place.path,
                body=body or None,
                headers={"Host": _host_header(place), "Accept": "application/json", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            content = reply.read(MOST_BYTES + 1)
            reply.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise GatewayUnavailable(certificate_fault(error) or type(error).__name__) from error
    if len(content) > MOST_BYTES:
        raise ProviderRefused("the answer is too long")
    return reply.status, content


def look_up(address: str) -> Place:
    """Where the address leads. Raises ``ProviderRefused`` for one without TLS or into a private network."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ProviderRefused("no address") from error
    on_this_machine = settings.SONAE_OIDC_ON_THIS_MACHINE
    schemes = {"https", "http"} if on_this_machine else {"https"}
    if not parts.hostname or parts.username or parts.scheme not in schemes:
        raise ProviderRefused(f"only https is spoken with the sign-on, not {parts.scheme}")
    ips = {str(found[4][0]) for found in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    if not on_this_machine and not all(_is_public(ip) for ip in ips):
        raise ProviderRefused(f"{parts.hostname} leads into a private network")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Place(parts.scheme, parts.hostname, port, path, sorted(ips)[0])


def _is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_global) and not inner.is_multicast


def _pool(place: Place) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    if place.scheme == "http":
        return urllib3.HTTPConnectionPool(place.ip, place.port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        place.ip, place.port, timeout=timeout, cert_reqs="CERT_REQUIRED", ca_certs=None,
        server_hostname=place.host, assert_hostname=place.host,
    )  # fmt: skip


def _host_header(place: Place) -> str:
    usual = 443 if place.scheme == "https" else 80
    host = f"[{place.host}]" if ":" in place.host else place.host
    return host if place.port == usual else f"{host}:{place.port}"


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused("the answer is no JSON") from error
    if not isinstance(answer, dict):
        raise ProviderRefused("the answer is no object")
    return answer
