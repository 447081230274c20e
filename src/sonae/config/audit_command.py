"""``sonae audit``: seal the log, verify it, and print the digest of a day so that it can be kept elsewhere."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import re
import sys
from datetime import date
from typing import TYPE_CHECKING

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR, start_django
from sonae.domain.moments import read_day

if TYPE_CHECKING:
    from sonae.apps.audit.models import AuditDay
    from sonae.domain.audit_check import Finding

FOUND = 1
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs below ``audit``."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    sealing = verbs.add_parser("seal", help="link every entry that has no place in the chain yet, and write the days")
    sealing.set_defaults(command=seal)
    verifying = verbs.add_parser("verify", help="is the log as it was written? exit code 1 if anything in it isn't")
    verifying.add_argument(
        "--against", type=_digest, metavar="DIGEST", help="the digest of a day that was kept elsewhere"
    )
    verifying.set_defaults(command=verify)
    printing = verbs.add_parser("digest", help="the digest of a day, to be kept elsewhere")
    printing.add_argument("day", nargs="?", type=_day, metavar="YYYY-MM-DD", help="else the last one that was written")
    printing.set_defaults(command=digest)


def _day(given: str) -> date:
    found = read_day(given)
    if found is None:
        raise argparse.ArgumentTypeError(f"{given} is no day; expected YYYY-MM-DD, for example 2026-12-01")
    return found


def _digest(given: str) -> str:
    """Spaces are left out: on paper a digest stands in groups."""
    joined = "".join(given.split()).lower()
    if not _DIGEST.fullmatch(joined):
        raise argparse.ArgumentTypeError("a digest has 64 digits from 0 to f")
    return joined


def seal(args: argparse.Namespace) -> int:
    """How many were linked, and the days that were written."""
    start_django()
    from sonae.apps.audit.use_cases.seal_entries import seal_entries
    from sonae.apps.audit.use_cases.write_days import write_days

    print(f"{seal_entries(now=now(), everything=True):,} entries sealed")
    for one in write_days(now=now()):
        print(f"{one.day}  {one.entries:,} entries, the last at position {one.last_position:,}  {one.digest}")
    return 0


def verify(args: argparse.Namespace) -> int:
    """0 where the log is intact; 1 with a line for each thing that isn't."""
    start_django()
    from sonae.apps.audit.verification import verify_log

    found = verify_log(now=now(), against=args.against or "")
    head = f"{found.links:,} links and {found.days:,} days looked at"
    if not found.findings:
        print(f"{head}: intact\nthe newest: position {found.position:,}  {found.digest}")
        if args.against:
            print("the digest that was kept is in this chain")
        return 0
    print(f"{head}: NOT INTACT")
    for one in found.findings:
        print(f"  {_in_words(one)}")
    return FOUND


def _in_words(finding: Finding) -> str:
    place = [f"position {finding.position:,}"] if finding.position else []
    entry = [f"entry {finding.entry_id:,}"] if finding.entry_id is not None else []
    return f"{finding.fault}: {', '.join([*place, *entry, *filter(None, [finding.words])])}"


def digest(args: argparse.Namespace) -> int:
    """One line; 2 where there is none for the day."""
    start_django()
    found = _find_day(args.day)
    if found is None:
        asked = args.day or "any day"
        print(f"sonae: no digest was written for {asked}; it is written after midnight in Japan", file=sys.stderr)
        return USAGE_ERROR
    print(
        f"{found.day}  {found.entries:,} entries, the last at position {found.last_position:,}\n{_in_groups(found.digest)}"
    )
    return 0


def _find_day(day: date | None) -> AuditDay | None:
    from sonae.apps.audit.models import AuditDay

    days = AuditDay.objects.filter(day=day) if day else AuditDay.objects.order_by("-day")
    return days.first()


def _in_groups(hexadecimal: str) -> str:
    """Eight groups of eight, as people read them aloud and type them in."""
    return " ".join(hexadecimal[place : place + 8] for place in range(0, len(hexadecimal), 8))
