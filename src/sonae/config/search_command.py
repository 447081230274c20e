"""``sonae search``: write what members are found by, for those of whom something is new, or for everybody."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse

from sonae.config.clock import now
from sonae.config.starting import start_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs below ``search``."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    refresh = verbs.add_parser(
        "refresh", help="for members of whom something was recorded; the worker does so every minute"
    )
    refresh.set_defaults(command=lambda _: _write(anew=False))
    rebuild = verbs.add_parser("rebuild", help="for everybody, whatever was written before; the desk goes on meanwhile")
    rebuild.set_defaults(command=lambda _: _write(anew=True))


def _write(*, anew: bool) -> int:
    start_django()
    from sonae.apps.search.use_cases.refresh_search import refresh_search

    print(f"members written: {refresh_search(now=now(), anew=anew):,}")
    return 0
