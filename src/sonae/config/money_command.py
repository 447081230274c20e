"""``sonae earned``, ``payout``, ``bordereau``, ``ties`` and ``figures``: where the premium goes, from the command line."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import json
import os
import pwd
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR, start_django
from sonae.config.whole_file import whole_file

if TYPE_CHECKING:
    from sonae.apps.reporting.models import Bordereau

WORK_LEFT = 1
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
Verb = Callable[[argparse.Namespace], int]


class Refused(Exception):
    """What was asked for can't be done; the message is the one line that says why."""


def add_commands(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The five commands."""
    earned = verbs.add_parser("earned", help="earned and unearned premium of a month")
    earned.add_argument("--month", required=True, type=_month, metavar="YYYY-MM")
    earned.add_argument("--format", choices=("csv", "json"), default="csv")
    earned.set_defaults(command=run, verb=print_earned)

    payout = verbs.add_parser("payout", help="take a file in which the card processor says what it paid out")
    payout.add_argument("file", metavar="FILE")
    payout.set_defaults(command=run, verb=take_payout)

    ties = verbs.add_parser(
        "ties", help="certificates, ledger, list and payouts of a month; 1 if anything is unexplained"
    )
    ties.add_argument("--month", required=True, type=_month, metavar="YYYY-MM")
    ties.set_defaults(command=run, verb=print_ties)

    figures = verbs.add_parser(
        "figures", help="count the desk's figures now and hold them against the books; 1 if anything differs"
    )
    figures.set_defaults(command=run, verb=print_figures)

    lists = verbs.add_parser("bordereau", help="the monthly lists for the insurer").add_subparsers(required=True)
    close = lists.add_parser("close", help="close a month that is over; closing again changes nothing")
    close.add_argument("month", type=_month, metavar="YYYY-MM")
    close.set_defaults(command=run, verb=close_month)
    export = lists.add_parser("export", help="write a closed list to a file")
    export.add_argument("month", type=_month, metavar="YYYY-MM")
    export.add_argument("--profile", default="premium")
    export.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    export.add_argument("--language", choices=("ja", "en"), default="ja")
    export.add_argument("--out", required=True, type=Path, metavar="FILE")
    export.set_defaults(command=run, verb=export_list)
    check = lists.add_parser("check", help="work out a closed list's digest from its lines again; 1 if it differs")
    check.add_argument("month", type=_month, metavar="YYYY-MM")
    check.set_defaults(command=run, verb=check_list)


def _month(given: str) -> date:
    found = _MONTH.fullmatch(given)
    if not found:
        raise argparse.ArgumentTypeError(f"{given} is no month; expected YYYY-MM, for example 2026-12")
    return date(int(found[1]), int(found[2]), 1)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says. Every refusal is one line."""
    start_django()
    verb: Verb = args.verb
    try:
        return verb(args)
    except Refused as refused:
        print(f"sonae: {refused}", file=sys.stderr)
        return USAGE_ERROR


def _person() -> str:
    return f"command:{pwd.getpwuid(os.getuid()).pw_name}"


def print_earned(args: argparse.Namespace) -> int:
    """A line for each scheme year, and one for all."""
    from sonae.apps.reporting.earned_premium import month_in_the_books
    from sonae.domain.csv_cells import write_rows

    heading = (
        "month", "scheme_year", "certificates", "unearned_before_yen", "written_yen", "earned_yen", "unearned_after_yen",
    )  # fmt: skip
    rows: list[tuple[str | int, ...]] = [
        (
            f"{args.month:%Y-%m}", one.scheme_year.isoformat(), one.certificates, one.movement.before.unearned,
            one.movement.written, one.movement.earned, one.movement.after.unearned,
        )
        for one in month_in_the_books(args.month)
    ]  # fmt: skip
    if args.format == "json":
        print(json.dumps([dict(zip(heading, row, strict=True)) for row in rows], indent=2))
    else:
        sys.stdout.write("".join(write_rows([heading, *rows])))
    return 0


def take_payout(args: argparse.Namespace) -> int:
    """What became of the file, and how much work there is."""
    from django.conf import settings

    from sonae.apps.reporting.payout_items import list_payout_items, open_items
    from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
    from sonae.domain.payout import PayoutRefused

    try:
        path = Path(args.file)
        if path.stat().st_size > settings.SONAE_PAYOUT_LIMIT_BYTES:
            raise Refused(f"{args.file}: more than {settings.SONAE_PAYOUT_LIMIT_BYTES:,} bytes")
        taken = take_payout_file(content=path.read_bytes(), file_name=path.name, actor=_person(), now=now())
    except OSError as problem:
        raise Refused(f"{args.file}: {problem.strerror}") from problem
    except PayoutRefused as refused:
        raise Refused(f"{args.file} is refused: {refused}") from refused
    for payout in taken.payouts:
        said = "taken" if taken.is_new else "was here already; nothing changes"
        print(f"payout {payout.payout_id}: {payout.line_count:,} lines, {payout.net_yen:,} yen to the bank, "
              f"{payout.cost_yen:,} yen kept; {said}")  # fmt: skip
    items = open_items(list_payout_items(now=now()))
    for item in items:
        one = item.comparison
        print(
            f"  {item.verdict}: {one.kind} {item.payment_key or one.payment_id}, theirs less ours {one.difference_yen:+,} yen"
        )
    return WORK_LEFT if items else 0


def print_ties(args: argparse.Namespace) -> int:
    """A line for each tie, with the items behind a difference."""
    from sonae.apps.reporting.ties import shown_first, ties_of, unexplained_of

    ties = ties_of(args.month)
    for tie in ties:
        print(f"{tie.code}: {tie.left} {tie.left_yen:,} – {tie.right} {tie.right_yen:,} = {tie.difference_yen:+,} yen, "
              f"unexplained {tie.unexplained_yen:,}")  # fmt: skip
        for item in shown_first(tie.items):
            print(
                f"  {'explained' if item.explains else 'UNEXPLAINED'}: {item.code} {item.reference} {item.yen:+,} yen"
            )
    return WORK_LEFT if unexplained_of(ties) else 0


def print_figures(args: argparse.Namespace) -> int:
    """When they were counted, and every total that doesn't come out."""
    from sonae.apps.reporting.figures.control_totals import cover_differences, month_differences
    from sonae.apps.reporting.use_cases.count_figures import count_figures
    from sonae.domain.calendar import JAPAN

    counted = count_figures(now=now())
    differences = [*cover_differences(), *month_differences()]
    print(
        f"counted at {counted.counted_at.astimezone(JAPAN):%Y-%m-%d %H:%M} JST" if counted.counted_at else "not counted"
    )
    for one in differences:
        print(f"  DIFFERS: {one.what}: counted {one.counted:,}, its source {one.source:,}")
    return WORK_LEFT if differences or counted.held else 0


def close_month(args: argparse.Namespace) -> int:
    """The closed list's totals and digest."""
    from sonae.apps.reporting.layouts import NoProduct
    from sonae.apps.reporting.use_cases.close_bordereau import BeforeTheFirst, EarlierOpen, NotOver, close_bordereau

    try:
        closed = close_bordereau(month=args.month, actor=_person(), now=now())
    except NotOver:
        raise Refused(f"{args.month:%Y-%m} is not over yet in Japan") from None
    except EarlierOpen as earlier:
        raise Refused(f"{earlier.month:%Y-%m} is still open; close it first") from None
    except BeforeTheFirst:
        raise Refused("a later month is closed already, and nothing was recorded in this one") from None
    except NoProduct:
        raise Refused("no product is published, so nothing says how a list looks") from None
    print(f"{closed}: {closed.line_count:,} lines, premium {closed.premium_yen:,}, commission {closed.commission_yen:,}, "
          f"net {closed.net_yen:,} yen due by {closed.due_on}\n{closed.digest}")  # fmt: skip
    return 0


def export_list(args: argparse.Namespace) -> int:
    """The list in a file."""
    from sonae.apps.reporting.list_export import NoSuchProfile, export

    bordereau = _closed(args.month)
    try:
        pieces = export(bordereau, profile=args.profile, form=args.format, language=args.language)
        with whole_file(args.out) as file:
            file.writelines(pieces)
    except NoSuchProfile:
        raise Refused(f"there is no list {args.profile}") from None
    except OSError as problem:
        raise Refused(f"{args.out}: {problem.strerror}") from problem
    print(f"{args.out}: {bordereau.line_count:,} lines")
    return 0


def check_list(args: argparse.Namespace) -> int:
    """Whether the lines still make the digest."""
    from sonae.apps.reporting.list_export import digest_again

    bordereau = _closed(args.month)
    digest = digest_again(bordereau)
    print(f"{digest}\n{'as when it was closed' if digest == bordereau.digest else f'DIFFERS from {bordereau.digest}'}")
    return 0 if digest == bordereau.digest else WORK_LEFT


def _closed(month: date) -> Bordereau:
    from sonae.apps.reporting.models import Bordereau

    bordereau = Bordereau.objects.filter(month=month).select_related("product_version").first()
    if bordereau is None:
        raise Refused(f"{month:%Y-%m} is not closed")
    return bordereau
