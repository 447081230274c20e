"""``sonae certificate``: a certificate on a day, as it was known at a moment, for people and (``--json``) for machines."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.certificate.log import Kind, flat
from sonae.domain.certificate.words import KIND_NAMES, field_name, field_value, in_shown_order
from sonae.domain.moments import read_day, read_moment
from sonae.domain.money import format_yen

if TYPE_CHECKING:
    from sonae.apps.certificates.as_at import AsAt

NOT_FOUND = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("number", metavar="NUMBER", help="the certificate, free or paid")
    parser.add_argument("--on", default="", metavar="YYYY-MM-DD", help="the day; today without it")
    parser.add_argument(
        "--known-at",
        default="",
        metavar="MOMENT",
        help="as it was known then: a moment, or a day for its end; now without it",
    )
    parser.add_argument("--json", action="store_true", help="the same JSON as the API")
    parser.add_argument("--language", choices=("ja", "en"), default="ja", help="language of the texts")


def run(args: argparse.Namespace) -> int:
    """0 shown; 1 no such certificate, or nothing known of it then; 2 wrong input."""
    from sonae.apps.certificates.as_at import as_at, as_at_json
    from sonae.apps.certificates.queries import find_certificate

    moment = now()
    on = read_day(args.on) if args.on else japan_date(moment)
    known = read_moment(args.known_at) if args.known_at else moment
    if on is None or known is None:
        option, given, example = (
            ("--on", args.on, "2027-03-03") if on is None else ("--known-at", args.known_at, "2027-03-10")
        )
        print(
            f"sonae certificate: {option}: {given!r} can't be read; expected something like {example}", file=sys.stderr
        )
        return USAGE_ERROR
    certificate = find_certificate(number=args.number)
    if certificate is None:
        print(f"sonae certificate: there is no certificate {args.number!r}", file=sys.stderr)
        return NOT_FOUND
    found = as_at(certificate, on=on, known=known)
    if args.json:
        print(json.dumps(as_at_json(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found, args.language)))
    return 0 if found.is_known else NOT_FOUND


def _lines(found: AsAt, language: str) -> list[str]:
    known = found.known_at.astimezone(JAPAN)
    head = f"{found.certificate.number}  {found.on}  ({known:%Y-%m-%d %H:%M} JST)"
    if not found.is_known:
        return [head, "nothing was known of it then" if language == "en" else "そのときは、まだ記録がありません"]
    yes, no = ("in force", "not in force") if language == "en" else ("補償あり", "補償なし")
    lines = [
        head,
        f"  {yes if found.in_force else no}  {found.begins_at:%Y-%m-%d %H:%M} – {found.ends_at:%Y-%m-%d %H:%M}",
    ]
    for name in sorted(found.fields, key=in_shown_order):
        if name != "annual_premium":
            value = field_value(found.product, name, found.fields[name]).in_language(language)
            lines.append(f"  {field_name(name).in_language(language)}  {value}")
    if found.schedule:
        lines.append(
            f"  {'premium of the term' if language == 'en' else '保険期間の保険料'}  {format_yen(found.schedule.total, language)}"
        )
    return [*lines, "", *_log(found, language)]


def _log(found: AsAt, language: str) -> list[str]:
    lines = []
    for entry in found.entries:
        mark = "×" if entry.seq in found.undone else " "
        kind = KIND_NAMES[Kind(entry.kind)].in_language(language)
        fields = ", ".join(sorted(flat(entry.patch))) if entry.kind == Kind.CHANGE else ""
        recorded = entry.recorded_at.astimezone(JAPAN)
        lines.append(
            f"{mark}{entry.seq:>3}  {entry.effective_date}  {recorded:%Y-%m-%d %H:%M}  {kind}  {fields}  "
            f"{format_yen(entry.premium_difference, language)}".rstrip()
        )
    return lines
