"""From which networks may a desk be opened? Read from what a person typed, line by line, and asked for one address.

A line holds a network as CIDR writes it (RFC 4632, RFC 4291) and, after a blank, what it is called: ``203.0.113.0/24 本社``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from sonae.domain.text import Text

MOST_NETWORKS = 50
LONGEST_LABEL = 60
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class NamedNetwork:
    """One line: the network as CIDR writes it, and its name, which may be empty."""

    cidr: str
    label: str

    def __str__(self) -> str:
        return f"{self.cidr} {self.label}".rstrip()


class NetworksInvalid(Exception):
    """What is wrong with the list, with the line and what was probably meant."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def read_networks(text: str) -> list[NamedNetwork]:
    """The networks of the list, each once, in its order; empty lines count for nothing. Raises NetworksInvalid."""
    found: dict[str, NamedNetwork] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            one = _read_line(line, number)
            found.setdefault(one.cidr, one)
    if len(found) > MOST_NETWORKS:
        raise NetworksInvalid(
            Text(f"ネットワークは{MOST_NETWORKS}件までです。", f"There can be {MOST_NETWORKS} networks at most.")
        )
    return list(found.values())


def _read_line(line: str, number: int) -> NamedNetwork:
    written, _, label = line.strip().partition(" ")
    try:
        network = ipaddress.ip_network(written, strict=False)
    except ValueError:
        raise NetworksInvalid(
            Text(
                f"{number}行目「{written[:60]}」はネットワークとして読めません。"
                "203.0.113.0/24 や 2001:db8::/32 のように書いてください。",
                f"Line {number}: “{written[:60]}” is no network. Write it like 203.0.113.0/24 or 2001:db8::/32.",
            )
        ) from None
    if not network.prefixlen:
        raise NetworksInvalid(
            Text(
                f"{number}行目はすべてのアドレスを含みます。制限しないときは「制限をやめる」を押してください。",
                f"Line {number} holds every address there is. For no limit, take the limit away.",
            )
        )
    if "/" in written and str(network) != ipaddress.ip_interface(written).with_prefixlen:
        raise NetworksInvalid(
            Text(
                f"{number}行目「{written[:60]}」は、ネットワークの先頭のアドレスで書いてください。{network} のことですか。",
                f"Line {number}: “{written[:60]}” doesn’t begin where its network begins. Did you mean {network}?",
            )
        )
    return NamedNetwork(str(network), " ".join(label.split())[:LONGEST_LABEL])


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks. What is no address lies nowhere."""
    try:
        asked = _plain(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return any(asked in ipaddress.ip_network(one) for one in networks)


def _plain(address: Address) -> Address:
    """An IPv4 address that a server with one socket for both writes as ``::ffff:203.0.113.7`` is that IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
