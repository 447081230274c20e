"""``sonae feed``: take the organiser's file of members from the command line, and see what became of the others."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import os
import pwd
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sonae.apps.membership.models import Feed

SOME_SET_ASIDE, HELD = 1, 3
EXIT_CODES = (
    "Exit codes: 0 done; 1 done, but rows were set aside; 2 wrong input, refused or not possible, with one line that says why; "
    "3 held by the brake, nothing applied: another person looks at it and releases it."
)
FIELD_OF_REASON = {
    "joined": "join", "rejoined": "rejoin", "left": "leave", "class_changed": "change class", "name_changed": "change name",
    "contact_changed": "change contact", "unchanged": "stay as they are", "kept": "keep what they had, their row was set aside",
}  # fmt: skip


class Refused(Exception):
    """What was asked for can't be done; the message is the one line that says why."""


def add_arguments(feed: argparse.ArgumentParser) -> None:
    """The verbs below ``sonae feed``."""
    feed.epilog = EXIT_CODES
    verbs = feed.add_subparsers(required=True, metavar="VERB")
    for name, verb, told in (
        ("check", check, "say what a file would change, and change nothing"),
        ("apply", apply, "say what a file changes, and apply it unless the brake holds it"),
    ):
        parser = verbs.add_parser(name, help=told, epilog=EXIT_CODES)
        parser.add_argument("file", metavar="FILE", help="CSV or Excel; - reads what is piped in")
        parser.add_argument(
            "--form", required=True, choices=("list", "changes"), help="everybody, or only what changed"
        )
        parser.add_argument(
            "--on", required=True, type=_day, metavar="YYYY-MM-DD", help="the day on which the file holds"
        )
        parser.set_defaults(verb=verb)
    release = verbs.add_parser("release", help="let a held file go: by another person than whoever handed it in")
    release.add_argument("feed_id", type=int, metavar="ID")
    release.add_argument("--reason", required=True, help="why it is right; kept with the file")
    release.set_defaults(verb=release_held)
    verbs.add_parser("list", help="the files that came last").set_defaults(verb=list_files)
    aside = verbs.add_parser("set-aside", help="the rows of a file that were set aside, as CSV")
    aside.add_argument("feed_id", type=int, metavar="ID")
    aside.set_defaults(verb=print_set_aside)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given} is no day; expected YYYY-MM-DD, for example 2026-12-01") from None


def run(args: argparse.Namespace) -> int:
    """Do what the verb says. Every refusal is one line."""
    from sonae.domain.quoting import NothingPublished

    verb: Callable[[argparse.Namespace], int] = args.verb
    try:
        return verb(args)
    except Refused as refused:
        reason = str(refused)
    except NothingPublished:
        reason = "no product is published yet, so nothing says how the file should look"
    print(f"sonae feed: {reason}", file=sys.stderr)
    return USAGE_ERROR


def check(args: argparse.Namespace) -> int:
    """The dry run alone."""
    return _end(_checked(args))


def apply(args: argparse.Namespace) -> int:
    """The dry run, and what it says."""
    from sonae.apps.membership.models import Feed
    from sonae.apps.membership.use_cases.apply_feed import apply_feed

    feed = _checked(args)
    if feed.state == Feed.State.CHECKED:
        feed = apply_feed(feed_id=feed.pk, actor=_person(), now=now())
        if feed.state == Feed.State.APPLIED:
            print(f"feed {feed.pk}: applied")
    elif feed.state == Feed.State.APPLIED:
        print(f"feed {feed.pk}: was applied before; nothing changes")
    return _end(feed)


def _checked(args: argparse.Namespace) -> Feed:
    from sonae.apps.membership.use_cases.check_feed import check_feed
    from sonae.apps.membership.use_cases.receive_feed import DayOutOfReach, FeedTooLarge, receive_feed

    try:
        with _opened(args.file) as file:
            feed = receive_feed(
                file=file, file_name="stdin" if args.file == "-" else args.file, form=args.form, effective_date=args.on,
                channel="command", actor=_person(), now=now(),
            )  # fmt: skip
    except OSError as problem:
        raise Refused(f"{args.file}: {problem.strerror}") from problem
    except (FeedTooLarge, DayOutOfReach) as problem:
        raise Refused(f"{args.file}: {problem}") from problem
    feed = check_feed(feed_id=feed.pk, now=now())
    if feed.dry_run:
        print("\n".join(in_words(feed)))
    return feed


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _person() -> str:
    """Who types, as the machine knows them. Two people need two accounts."""
    return f"command:{pwd.getpwuid(os.getuid()).pw_name}"


def _end(feed: Feed) -> int:
    """The exit code, and for a file that goes no further the one line why."""
    from sonae.apps.membership.models import Feed
    from sonae.apps.membership.refusal_texts import refusal_words

    if feed.state == Feed.State.REFUSED:
        raise Refused(f"feed {feed.pk} is refused: {refusal_words(feed.refusal or {}).en}")
    if feed.state == Feed.State.HELD:
        print(
            f"sonae feed: feed {feed.pk} is held and nothing is applied. If it is right, another person runs "
            f"`sonae feed release {feed.pk} --reason …`; then apply the same file again.",
            file=sys.stderr,
        )
        return HELD
    return SOME_SET_ASIDE if (feed.dry_run or {}).get("set_aside_rows") else 0


def in_words(feed: Feed) -> list[str]:
    """The dry run, a line for each thing it says."""
    dry_run = feed.dry_run or {}
    totals = dry_run["totals"]
    lines = [f"feed {feed.pk}: {feed.form} for {feed.effective_date}, {dry_run['good_rows']:,} good rows"]
    lines += [f"  {count:>9,} {FIELD_OF_REASON[reason]}" for reason, count in dry_run["counts"].items() if count]
    lines += [f"  {move['count']:>9,} from {move['before']} to {move['after']}" for move in dry_run["class_moves"]]
    lines += [f"  {count:>9,} set aside: {reason}" for reason, count in dry_run["set_aside"].items()]
    for which in ("before", "after"):
        by_class = ", ".join(f"{code} {number:,}" for code, number in totals[which]["by_class"].items())
        lines.append(f"  members {which} on {dry_run['day']}: {totals[which]['members']:,} ({by_class or 'none'})")
    lines += [f"  brake: {_brake_in_words(reason)}" for reason in dry_run["brake"]]
    return lines


def _brake_in_words(reason: dict[str, object]) -> str:
    if reason["code"] == "ends_too_many":
        return f"would end {reason['ended']:,} of {reason['before']:,} members, more than {reason['limit']}"
    return f"class {reason['member_class']} would go from {reason['before']:,} to {reason['after']:,}"


def release_held(args: argparse.Namespace) -> int:
    """Let a held file go."""
    from sonae.apps.audit.reason import ReasonMissing
    from sonae.apps.membership.locks import FeedStands
    from sonae.apps.membership.models import Feed
    from sonae.apps.membership.use_cases.release_feed import SamePerson, release_feed

    try:
        release_feed(feed_id=args.feed_id, actor=_person(), reason=args.reason, now=now())
    except Feed.DoesNotExist:
        raise Refused(f"there is no feed {args.feed_id}") from None
    except FeedStands as stands:
        raise Refused(f"feed {args.feed_id} is {stands.feed.state}, not held") from None
    except SamePerson:
        raise Refused(f"feed {args.feed_id} was handed in by {_person()}; another person has to release it") from None
    except ReasonMissing:
        raise Refused("a release needs its reason") from None
    print(f"feed {args.feed_id}: released; apply the same file again")
    return 0


def list_files(args: argparse.Namespace) -> int:
    """A line for each file."""
    from sonae.apps.membership.queries import list_feeds

    for feed in list_feeds():
        print(f"{feed.pk:>6} {feed.received_at:%Y-%m-%d %H:%M} {feed.state:<9} {feed.form:<7} {feed.effective_date} "
              f"{feed.channel:<7} {feed.received_by} {feed.file_name}")  # fmt: skip
    return 0


def print_set_aside(args: argparse.Namespace) -> int:
    """The rows that were set aside, as they are downloaded at the desk."""
    from sonae.apps.membership.queries import find_feed
    from sonae.apps.membership.set_aside_export import set_aside_csv

    feed = find_feed(feed_id=args.feed_id)
    if feed is None:
        raise Refused(f"there is no feed {args.feed_id}")
    for piece in set_aside_csv(feed):
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()
    return 0
