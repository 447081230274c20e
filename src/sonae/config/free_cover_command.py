"""``sonae free-cover``: let it follow the feeds, turn the year, end it from a day on (two people), or keep it after all."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR, start_django

if TYPE_CHECKING:
    from sonae.apps.membership.models import FreeCoverRun
    from sonae.apps.parties.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs below ``free-cover`` and what each is given."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    follow = verbs.add_parser("follow", help="bring certificates into line with feeds that were applied")
    follow.add_argument("feed", type=int, nargs="?", help="the feed's number; without it every feed that waits")
    follow.set_defaults(command=follow_feeds)
    turn = verbs.add_parser("turn", help="issue the certificates of a scheme year to every member")
    turn.add_argument(
        "--year", type=_day, metavar="YYYY-MM-DD", help="the year's first day; without it all that are due"
    )
    turn.set_defaults(command=turn_years)
    end = verbs.add_parser("end", help="ask for the end of the free cover for everybody from a day on")
    end.add_argument("--on", type=_day, required=True, metavar="YYYY-MM-DD")
    end.add_argument("--preview", action="store_true", help="only say what it would mean")
    _who_and_why(end)
    end.set_defaults(command=end_on_day)
    agree = verbs.add_parser("agree", help="agree, as another person, to the end that was asked for")
    agree.add_argument("--on", type=_day, required=True, metavar="YYYY-MM-DD")
    _who_and_why(agree)
    agree.set_defaults(command=agree_to_end)
    keep = verbs.add_parser("keep", help="take the scheduled end back, before its day")
    _who_and_why(keep)
    keep.set_defaults(command=keep_it)


def _who_and_why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="E-MAIL", default="", help="who of the organiser orders it")
    parser.add_argument("--reason", default="")


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given} is no day; expected YYYY-MM-DD, for example 2026-12-01") from None


def follow_feeds(args: argparse.Namespace) -> int:
    """One feed, or every one that waits."""
    start_django()
    from sonae.apps.membership.models import Feed
    from sonae.apps.membership.use_cases.follow_feed import FeedNotApplied, feeds_to_follow, follow_feed

    for feed_id in [args.feed] if args.feed else feeds_to_follow():
        try:
            feed = follow_feed(feed_id=feed_id, now=now())
        except (FeedNotApplied, Feed.DoesNotExist) as problem:
            return _refused(str(problem))
        print(f"feed {feed.pk}: followed")
    return 0


def turn_years(args: argparse.Namespace) -> int:
    """Every turn that is due, or one; 1 when the totals of one don't come out."""
    start_django()
    from sonae.apps.membership.use_cases.turn_free_covers import TurnNotDue, turn_free_covers, turns_due

    runs = []
    for start_on in [args.year] if args.year else turns_due(now=now()):
        try:
            runs.append(turn_free_covers(scheme_year_start=start_on, now=now()))
        except TurnNotDue as problem:
            return _refused(str(problem))
    for run in runs:
        _tell(run)
    return 1 if any(run.state == run.State.PARKED for run in runs) else 0


def end_on_day(args: argparse.Namespace) -> int:
    """What it would mean; or ask for it."""
    start_django()
    from sonae.apps.audit.reason import ReasonMissing
    from sonae.apps.membership.use_cases.schedule_free_cover_end import (
        EndRefused,
        ask_free_cover_end,
        preview_free_cover_end,
    )

    try:
        if args.preview:
            preview = preview_free_cover_end(ends_on=args.on, now=now())
            classes = ", ".join(f"{name or 'unknown'} {count:,}" for name, count in preview.by_class.items())
            print(f"certificates that would end: {preview.certificates:,} ({classes or 'none'})")
            print(f"of these never begin: {preview.never_begin:,}")
            print(f"members: {preview.members:,}, told by mail: {preview.told:,}")
            return 0
        ask_free_cover_end(ends_on=args.on, reason=args.reason, by=_person(args.by), now=now())
    except EndRefused as problem:
        return _refused(str(problem))
    except ReasonMissing:
        return _refused("Say with --reason why; it stays on record.")
    print(f"asked for; another person of the organiser agrees with: sonae free-cover agree --on {args.on} --by E-MAIL")
    return 0


def agree_to_end(args: argparse.Namespace) -> int:
    """The second person agrees; the end is scheduled and carried out."""
    start_django()
    from sonae.apps.audit.models import SecondLook
    from sonae.apps.audit.use_cases.decide_second_look import SamePerson, decide_second_look
    from sonae.apps.membership.use_cases.carry_out_free_cover_end import carry_out_free_cover_end
    from sonae.apps.membership.use_cases.schedule_free_cover_end import KIND, EndRefused, check_organiser

    asked = SecondLook.objects.filter(kind=KIND, object_id=args.on.isoformat(), state=SecondLook.State.WAITING).first()
    if asked is None:
        return _refused(f"Nobody has asked for an end on {args.on}.")
    try:
        by = _person(args.by)
        check_organiser(by)
        decide_second_look(look_id=asked.pk, agree=True, reason=args.reason, actor=f"user:{by.pk}", now=now())
    except EndRefused as problem:
        return _refused(str(problem))
    except SamePerson:
        return _refused("Whoever asked for it can't agree to it: it takes another person of the organiser.")
    print(f"the free cover ends on {args.on}")
    return _carried_out(carry_out_free_cover_end(now=now()))


def keep_it(args: argparse.Namespace) -> int:
    """Take the scheduled end back and bring everything into line."""
    start_django()
    from sonae.apps.membership.use_cases.carry_out_free_cover_end import carry_out_free_cover_end
    from sonae.apps.membership.use_cases.schedule_free_cover_end import EndRefused, keep_free_cover

    try:
        keep_free_cover(reason=args.reason, by=_person(args.by), now=now())
    except EndRefused as problem:
        return _refused(str(problem))
    print("the free cover goes on")
    return _carried_out(carry_out_free_cover_end(now=now()))


def _person(email: str) -> User:
    from sonae.apps.membership.use_cases.schedule_free_cover_end import EndRefused
    from sonae.apps.parties.models import User
    from sonae.domain.text import Text

    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise EndRefused(
            Text(
                "団体の担当者のメールアドレスを --by で指定してください。",
                "Name with --by the e-mail address of somebody of the organiser.",
            )
        )
    return user


def _carried_out(runs: list[FreeCoverRun]) -> int:
    for run in runs:
        _tell(run)
    return 1 if any(run.state == run.State.PARKED for run in runs) else 0


def _tell(run: FreeCoverRun) -> None:
    counted = {name: count for name, count in sorted((run.after or {}).items()) if isinstance(count, int) and count}
    print(f"{run.key}: {run.state}; " + ", ".join(f"{name} {count:,}" for name, count in counted.items()))


def _refused(reason: str) -> int:
    print(f"sonae: {reason}", file=sys.stderr)
    return USAGE_ERROR
