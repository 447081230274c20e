"""``sonae replay``: every premium ever posted, rated again. The exit code is the proof."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from sonae.config.starting import start_django

if TYPE_CHECKING:
    from sonae.apps.certificates.replay import Replayed

FOUND = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``replay`` is given."""
    parser.add_argument("--json", action="store_true", help="one line of JSON for each scheme year")
    parser.set_defaults(command=replay_all)


def replay_all(args: argparse.Namespace) -> int:
    """0 where every posted premium is what its pinned product version says; 1 where one isn't."""
    start_django()
    from django.conf import settings

    from sonae.apps.certificates.replay import replay

    differing = 0
    for found in replay(programme=settings.SONAE_PROGRAMME):
        differing += found.differing
        print(_as_json(found) if args.json else _in_words(found))
    return FOUND if differing else 0


def _as_json(found: Replayed) -> str:
    differences = [asdict(one) for one in found.differences]
    return json.dumps(
        {
            "scheme_year": found.year.start_on.isoformat(),
            "product_digest": found.year.product_version.digest,
            "certificates": found.certificates,
            "acts": found.acts,
            "posted_yen": found.posted_yen,
            "differing": found.differing,
            "differences": differences,
        }
    )


def _in_words(found: Replayed) -> str:
    version = found.year.product_version
    head = (
        f"{found.year.start_on}  product {version} ({version.digest[:12]})  {found.certificates:,} paid certificates, "
        f"{found.acts:,} acts, {found.posted_yen:,} yen posted: "
    )
    if not found.differing:
        return head + "all as rated"
    named = [
        f"  {one.certificate} act {one.seq}: posted {one.posted:,} yen, rated "
        + ("not at all" if one.rated is None else f"{one.rated:,} yen")
        for one in found.differences
    ]
    return "\n".join([head + f"{found.differing:,} DIFFER", *named])
