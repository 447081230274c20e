"""``sonae turn``: rehearse the turn of the scheme year for paid cover, make its offers, or say where it stands."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR, start_django

if TYPE_CHECKING:
    from sonae.apps.renewal.models import RenewalRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs below ``turn``, each with the first day of the year that begins."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, command, told in (
        ("rehearse", rehearse, "say what the offers would be and how long they would take; nothing of it stays"),
        ("offers", offers, "make the offers, or go on with them; again once done, nothing happens"),
        ("status", status, "the days of the turn, and where it stands"),
    ):
        verb = verbs.add_parser(name, help=told)
        verb.add_argument(
            "--year", type=_day, metavar="YYYY-MM-DD", help="the first day of the year that begins; else the next"
        )
        verb.set_defaults(command=command)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given} is no day; expected YYYY-MM-DD, for example 2026-12-01") from None


def _year(args: argparse.Namespace) -> date | None:
    """The year that was named, else the one whose turn comes to its end next; None where none is open."""
    from sonae.apps.renewal.years import list_turns
    from sonae.domain.calendar import japan_date

    if args.year:
        year: date = args.year
        return year
    ahead = [turn.year.start_on for turn in list_turns() if japan_date(now()) <= turn.dates.late_until]
    return min(ahead, default=None)


def rehearse(args: argparse.Namespace) -> int:
    """The forecast; 1 when some certificates can't be answered."""
    start_django()
    from sonae.apps.renewal.use_cases.rehearse_turn import rehearse_turn
    from sonae.apps.renewal.years import TurnNotOpen

    year = _year(args)
    if year is None:
        return _refused("No scheme year follows another one. Open it first: sonae scheme-year open YYYY-MM-DD")
    try:
        report = rehearse_turn(year_start=year, actor="system:command", now=now()).report
    except TurnNotOpen as problem:
        return _refused(str(problem))
    for name in ("expiring", "offered", "left", "referred", "already", "renewed", "cancelled", "letters", "mails"):
        print(f"{name}: {report[name]:,}")
    for code, count in sorted((report["reasons"] | report["problems"]).items()):
        print(f"  {code}: {count:,}")
    print(f"annual premiums: {report['yen_before']:,} yen before, {report['yen_after']:,} yen after")
    print(f"expected minutes with one worker: {report['minutes']}")
    return 1 if report["problems"] else 0


def offers(args: argparse.Namespace) -> int:
    """Make them; 1 when the totals don't come out or somebody was set aside."""
    start_django()
    from sonae.apps.renewal.use_cases.make_offers import OffersNotDue, make_offers

    year = _year(args)
    if year is None:
        return _refused("No scheme year follows another one. Open it first: sonae scheme-year open YYYY-MM-DD")
    try:
        run = make_offers(year_start=year, now=now())
    except OffersNotDue as problem:
        return _refused(str(problem))
    _tell(run)
    return 1 if run.state == run.State.HELD or (run.after or {}).get("parked") else 0


def status(args: argparse.Namespace) -> int:
    """Days, run and what is set aside."""
    start_django()
    from sonae.apps.renewal.models import RenewalRun
    from sonae.apps.renewal.queries import count_parked
    from sonae.apps.renewal.years import TurnNotOpen, get_turn

    year = _year(args)
    try:
        if year is None:
            return _refused("No scheme year follows another one. Open it first: sonae scheme-year open YYYY-MM-DD")
        turn = get_turn(year_start=year)
    except TurnNotOpen as problem:
        return _refused(str(problem))
    for step in turn.dates.steps:
        print(f"{step.on} {step.kind}")
    run = RenewalRun.objects.filter(key=turn.key).first()
    if run is None:
        print("no offers yet")
    else:
        _tell(run)
    for reason, count in count_parked(turn).items():
        print(f"set aside: {count:,} {reason}")
    return 0


def _tell(run: RenewalRun) -> None:
    from sonae.apps.renewal.runs import tally_of

    counted = {name: count for name, count in tally_of(run).as_dict().items() if count}
    print(f"{run.key}: {run.state}; " + ", ".join(f"{name} {count:,}" for name, count in counted.items()))


def _refused(reason: str) -> int:
    print(f"sonae: {reason}", file=sys.stderr)
    return USAGE_ERROR
