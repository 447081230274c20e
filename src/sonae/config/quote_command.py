"""``sonae quote``: one risk to the screen or as JSON, or a whole file of risks."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR
from sonae.domain.calendar import japan_date
from sonae.domain.money import format_yen, yen_in_words
from sonae.domain.quoting import FactsInvalid, NothingPublished
from sonae.domain.rating import QuoteAnswer

BAD_ROWS_SHOWN = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--industry", metavar="CODE", help="industry class, for example other_services")
    parser.add_argument("--sales", metavar="YEN", help="declared annual sales in yen, tax included")
    parser.add_argument("--start", metavar="YYYY-MM-DD", help="first of a month; without it the next start to be had")
    parser.add_argument("--json", action="store_true", help="the same JSON as the API")
    parser.add_argument("--language", choices=("ja", "en"), default="ja", help="language of the texts")
    parser.add_argument("--file", type=Path, metavar="CSV", help="risks: industry,annual_sales,plan,start_on")
    parser.add_argument("--out", type=Path, metavar="CSV", help="where the premiums of --file go")


def run(args: argparse.Namespace) -> int:
    """0 done; 1 done, but some rows of the file are bad; 2 wrong input."""
    today = japan_date(now())
    try:
        if args.file is not None:
            return _rate_file(args, today)
        return _rate_one(args, today)
    except NothingPublished:
        print("sonae: no scheme year is open; publish a product version and open one first", file=sys.stderr)
        return USAGE_ERROR


def _rate_one(args: argparse.Namespace, today: date) -> int:
    from sonae.apps.quotes.queries import answer_for

    try:
        answer = answer_for(industry=args.industry, annual_sales=args.sales, start_on=args.start, today=today)
    except FactsInvalid as invalid:
        names = {"industry": "--industry", "annual_sales": "--sales", "start_on": "--start"}
        for problem in invalid.problems:
            given = f"given {problem.given!r}" if problem.given else "nothing given"
            print(
                f"sonae quote: {names[problem.field]}: {given}; {problem.expected.in_language(args.language)}",
                file=sys.stderr,
            )
        return USAGE_ERROR
    if args.json:
        print(json.dumps(answer.as_json(args.language), ensure_ascii=False, indent=2))
    else:
        print(_in_words(answer, args.language))
    return 0


def _in_words(answer: QuoteAnswer, language: str) -> str:
    if not answer.accepted:
        return "\n".join(
            f"{r.message.in_language(language)}\n{r.next_step.in_language(language)}" for r in answer.referrals
        )
    heads = ("annual", "this term", "a month", "liability", "own costs")
    if language == "ja":
        heads = ("年間", "今回", "月あたり", "賠償の限度額", "費用の限度額")
    lines = [f"{answer.start_on} – {answer.expiry_on}  ({answer.product_version})"]
    for plan in answer.plans:
        sums = (plan.annual_premium, plan.term_premium, plan.monthly_equivalent)
        limits = (plan.liability_limit, plan.cost_limit)
        values = [
            *(format_yen(s, language) for s in sums),
            *(yen_in_words(limit).in_language(language) for limit in limits),
        ]
        lines.append(f"  {plan.plan_code}  " + "  ".join(f"{h} {v}" for h, v in zip(heads, values, strict=True)))
    return "\n".join(lines)


def _rate_file(args: argparse.Namespace, today: date) -> int:
    from sonae.apps.programmes.queries import published_versions
    from sonae.apps.quotes.rate_file import FileRater, FileUnreadable

    if args.out is None:
        print("sonae quote: --file needs --out, the file to write the premiums to", file=sys.stderr)
        return USAGE_ERROR
    versions = published_versions()
    if not versions:
        raise NothingPublished
    scratch: Path | None = None
    try:
        with args.file.open(encoding="utf-8-sig", newline="") as source:
            handle, name = tempfile.mkstemp(dir=args.out.resolve().parent, prefix=f".{args.out.name}.")
            scratch = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as target:
                totals = FileRater(versions, today=today).rate(source, target)
        scratch.replace(args.out)  # whole or not at all
    except (OSError, FileUnreadable) as problem:
        if scratch is not None:
            scratch.unlink(missing_ok=True)
        reason = (
            f"{problem.filename}: {problem.strerror}" if isinstance(problem, OSError) else f"{args.file}: {problem}"
        )
        print(f"sonae quote: {reason}", file=sys.stderr)
        return USAGE_ERROR
    for bad in totals.bad[:BAD_ROWS_SHOWN]:
        print(f"{args.file}:{bad.line}: {' | '.join(bad.problems)}", file=sys.stderr)
    if len(totals.bad) > BAD_ROWS_SHOWN:
        print(f"… and {len(totals.bad) - BAD_ROWS_SHOWN} more; each is marked invalid in {args.out}", file=sys.stderr)
    print(f"accepted {totals.accepted}, referred {totals.referred}, invalid {len(totals.bad)} → {args.out}")
    return 1 if totals.bad else 0
