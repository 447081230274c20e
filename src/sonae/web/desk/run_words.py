"""What a round of the free cover was for and what its totals say, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sonae.apps.membership.control_totals import EXAMPLES
from sonae.apps.membership.models import FreeCoverRun
from sonae.apps.parties.models import Member
from sonae.domain.date_in_words import date_in_words
from sonae.domain.text import Text

Cause = FreeCoverRun.Cause


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """One round that stands: what for, what was counted, and some of the members that differ."""

    run: FreeCoverRun
    name: Text
    counted: Text
    apart: list[str]  # member numbers
    more: bool  # whether there are others beside them


def parked_rows(runs: Sequence[FreeCoverRun]) -> list[ParkedRow]:
    """The numbers of members in one query for all of them."""
    apart = {run.pk: _counted(run).get("apart", []) for run in runs}
    wanted = {pk for some in apart.values() for pk in some}
    numbers = dict(Member.objects.filter(pk__in=wanted).values_list("pk", "number")) if wanted else {}
    return [
        ParkedRow(
            run=run,
            name=run_name(run),
            counted=_totals(run),
            apart=sorted(numbers[pk] for pk in apart[run.pk] if pk in numbers),
            more=len(apart[run.pk]) >= EXAMPLES,
        )
        for run in runs
    ]


def _counted(run: FreeCoverRun) -> dict[str, Any]:
    return dict((run.after or {}).get("counted", {}))


def run_name(run: FreeCoverRun) -> Text:
    """What the round was for."""
    if run.cause == Cause.TURN and run.scheme_year is not None:
        day = date_in_words(run.scheme_year.start_on)
        return Text(
            f"{day.ja}に始まる保険年度の無料補償の発行", f"Free cover for the scheme year that starts on {day.en}"
        )
    day = date_in_words(run.end.ends_on) if run.end is not None else Text("", "")
    if run.cause == Cause.END:
        return Text(f"{day.ja}の無料補償の終了", f"End of the free cover on {day.en}")
    return Text(f"{day.ja}の無料補償の終了の取りやめ", f"Taking back the end of the free cover on {day.en}")


def _totals(run: FreeCoverRun) -> Text:
    after, counted = run.after or {}, _counted(run)
    if run.cause == Cause.END:
        against = after.get("against", 0)
        return Text(
            f"終了日を過ぎて続く加入者証が {against:,}件あります。", f"{against:,} certificates run past the end."
        )
    if run.cause == Cause.KEEP:
        against = after.get("against", 0)
        return Text(f"無料補償のない会員が {against:,}件あります。", f"{against:,} members are without free cover.")
    members, covered, left = (counted.get(name, 0) for name in ("members", "covered", "covered_after_leaving"))
    gone_through = after.get("newly_covered", 0) + after.get("covered_before", 0) + after.get("not_entitled", 0)
    return Text(
        f"会員 {members:,}件、そのうち無料補償のある会員 {covered:,}件、退会後も補償の続く方 {left:,}件。"
        f"処理した会員 {after.get('members', 0):,}件、その内訳の合計 {gone_through:,}件。",
        f"{members:,} members, {covered:,} of them with free cover; {left:,} covered after leaving. "
        f"The round went through {after.get('members', 0):,} members and accounts for {gone_through:,}.",
    )
