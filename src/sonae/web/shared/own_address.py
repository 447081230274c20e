"""Where a page may lead that was told in a form or an address where to go next."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme


def is_own_address(address: str) -> bool:
    """Whether it leads to this very site: written from the root and without a host."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
