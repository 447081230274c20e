"""The secrets by which others' systems are known: one line a key, two or more keys a sender while one replaces another.

A key may hand in feeds, ask about certificates, take referrals (the agency's alone), or several of them; a line that says
nothing is for feeds alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
SHORTEST_SECRET = 32
PERMISSIONS = frozenset({"feeds", "certificates", "referrals"})


@dataclass(frozen=True, slots=True)
class FeedKey:
    """A secret that we share with a sender."""

    sender: str
    secret: str
    permissions: frozenset[str] = frozenset({"feeds"})

    def __repr__(self) -> str:
        """Without the secret, which must not get into a trace."""
        return f"FeedKey(sender={self.sender!r})"


def read_feed_keys(text: str) -> dict[str, FeedKey]:
    """Keys by their id, from lines of ``sender key-id secret [permission,…]``; empty lines and lines with ``#`` are passed
    over.

    Raises ``ImproperlyConfigured`` with the number of the line, never with what stands in it.
    """
    keys: dict[str, FeedKey] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = line.split()
        if len(parts) not in {3, 4} or not all(NAME.fullmatch(name) for name in parts[:2]):
            raise ImproperlyConfigured(f"The keys of feeds, line {number}: expected a sender, a key id and a secret.")
        sender, key_id, secret = parts[:3]
        permissions = frozenset(parts[3].split(",")) if len(parts) == 4 else frozenset({"feeds"})
        if not permissions <= PERMISSIONS:
            known = ", ".join(sorted(PERMISSIONS))
            raise ImproperlyConfigured(f"The keys of feeds, line {number}: a permission is one of {known}.")
        if len(secret) < SHORTEST_SECRET:
            raise ImproperlyConfigured(
                f"The keys of feeds, line {number}: a secret has {SHORTEST_SECRET} characters at least."
            )
        if key_id in keys:
            raise ImproperlyConfigured(f"The keys of feeds, line {number}: this key id is there already.")
        keys[key_id] = FeedKey(sender, secret, permissions)
    return keys
