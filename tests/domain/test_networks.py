"""Networks as a supervisor types them, and whether an address lies in them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.networks import MOST_NETWORKS, NamedNetwork, NetworksInvalid, is_within, read_networks


def test_each_line_holds_a_network_and_its_name() -> None:
    typed = "203.0.113.0/24 本社\n\n  2001:db8:5::/48   Kyoto   office \n198.51.100.7\n203.0.113.0/24 twice\n"
    assert read_networks(typed) == [
        NamedNetwork("203.0.113.0/24", "本社"),
        NamedNetwork("2001:db8:5::/48", "Kyoto office"),
        NamedNetwork("198.51.100.7/32", ""),
    ]


def test_nothing_typed_is_no_limit() -> None:
    assert read_networks(" \n\n") == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("203.0.113.0/33", "Line 1: “203.0.113.0/33” is no network. Write it like 203.0.113.0/24 or 2001:db8::/32."),
        ("203.0.113.0/24\noffice", "Line 2: “office” is no network. Write it like 203.0.113.0/24 or 2001:db8::/32."),
        (
            "203.0.113.7/24",
            "Line 1: “203.0.113.7/24” doesn’t begin where its network begins. Did you mean 203.0.113.0/24?",
        ),
        ("0.0.0.0/0", "Line 1 holds every address there is. For no limit, take the limit away."),
        ("::/0", "Line 1 holds every address there is. For no limit, take the limit away."),
    ],
)
def test_what_can_not_be_read_is_told_with_its_line_and_what_was_meant(typed: str, told: str) -> None:
    with pytest.raises(NetworksInvalid) as refusal:
        read_networks(typed)
    assert refusal.value.message.en == told


def test_more_than_fifty_are_refused() -> None:
    lines = [f"10.{number}.0.0/16" for number in range(MOST_NETWORKS + 1)]
    assert len(read_networks("\n".join(lines[1:]))) == MOST_NETWORKS
    with pytest.raises(NetworksInvalid):
        read_networks("\n".join(lines))


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("203.0.113.0", True), ("203.0.113.255", True), ("203.0.114.0", False), ("203.0.112.255", False),
        ("::ffff:203.0.113.7", True), ("::ffff:203.0.114.7", False), ("2001:db8:5::1", True), ("2001:db8:6::1", False),
        ("fe80::1%eth0", False), ("", False), ("203.0.113.7, 10.0.0.1", False), ("localhost", False),
    ],
)  # fmt: skip
def test_an_address_lies_in_a_network_or_not(address: str, inside: bool) -> None:
    assert is_within(address, ["203.0.113.0/24", "2001:db8:5::/48"]) == inside


@given(st.ip_addresses(v=4), st.integers(1, 32))
def test_every_address_lies_in_the_networks_that_hold_it(address: ipaddress.IPv4Address, size: int) -> None:
    network = ipaddress.ip_network(f"{address}/{size}", strict=False)
    assert is_within(str(address), [str(network)])
    assert is_within(f"::ffff:{address}", [str(network)])
    after = int(network.broadcast_address) + 1
    if after < 2**32:
        assert not is_within(str(ipaddress.ip_address(after)), [str(network)])
