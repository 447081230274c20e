"""/desk/turn/: what is due on which day of the turn, how far the offers have come, and what was set aside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.later import later
from sonae.apps.renewal.models import RenewalRun
from sonae.apps.renewal.queries import (
    SHOWN_PARKED,
    Progress,
    count_expiring,
    count_offers,
    count_open,
    count_parked,
    latest_rehearsal,
    list_parked,
    progress_of,
)
from sonae.apps.renewal.use_cases.renew_offers import retry_parked
from sonae.apps.renewal.use_cases.steer_run import pause_run, resume_run
from sonae.apps.renewal.years import Turn, list_turns
from sonae.domain.renewal_calendar import may_offer
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.turn_words import PROBLEMS, REASONS, RUN_STATES, named, step_lines
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now, today

ASKED = Text(
    "試し計算を始めました。結果は少しあとで表示されます。", "The rehearsal has begun; its report appears here shortly."
)
BEGUN = Text("ご案内の作成を始めました。", "The offers are being made.")
PAUSED = Text(
    "一時停止しました。いまの区切りまで終えて止まります。", "Paused: each worker finishes its chunk and stops."
)
RESUMED = Text("再開しました。", "It goes on.")
ANSWERED = Text("ご案内を作りました。", "It has its answer now.")
STILL = Text("まだ作れません。理由を確かめてください。", "It still can’t be answered. Please look at the reason.")


class ActForm(forms.Form):
    """One button of the page: what is to be done, for which turn, and with which certificate."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("rehearse", "offers", "pause", "resume", "retry")])
    year = forms.DateField(input_formats=["%Y-%m-%d"])
    certificate = forms.IntegerField(required=False, min_value=1, max_value=2**62)


@for_staff("GET", "POST", right=Right.SEE_FEEDS, to_act=Right.HANDLE_FEEDS)
def turn(request: HttpRequest) -> HttpResponse:
    """The turn that comes to its end next, else the last one there was."""
    turns = list_turns()
    ahead = [one for one in turns if today(request) <= one.dates.late_until]
    chosen = ahead[0] if ahead else turns[-1] if turns else None
    if request.method == "POST":
        form = ActForm(request.POST)
        if form.is_valid():
            named_turn = [one for one in turns if one.year.start_on == form.cleaned_data["year"]]
            if named_turn:
                _carry_out(request, named_turn[0], form.cleaned_data)
        return redirect("desk:turn")
    return desk_page(request, "desk/turn.html", _facts(request, chosen) if chosen else {})


def _carry_out(request: HttpRequest, chosen: Turn, asked: dict[str, Any]) -> None:
    actor, moment = actor_of(request), now(request)
    said = None
    if asked["act"] == "rehearse":
        later("sonae.rehearse_turn", year_start=chosen.year.start_on.isoformat(), actor=actor)
        said = ASKED
    elif asked["act"] == "offers" and may_offer(chosen.dates, today(request)):
        later("sonae.make_offers")
        said = BEGUN
    elif asked["act"] == "retry":
        answered = retry_parked(turn=chosen, ids=[asked["certificate"] or 0], actor=actor, now=moment)
        said = ANSWERED if answered else STILL
    elif asked["act"] in {"pause", "resume"} and RenewalRun.objects.filter(key=chosen.key).exists():
        steer, words = (pause_run, PAUSED) if asked["act"] == "pause" else (resume_run, RESUMED)
        steer(key=chosen.key, actor=actor, now=moment)
        said = words
    if said is not None:
        messages.success(request, in_language(said))


def _facts(request: HttpRequest, chosen: Turn) -> dict[str, Any]:
    progress, rehearsal = progress_of(chosen), latest_rehearsal(chosen)
    expiring, offers = count_expiring(chosen), count_offers(chosen)
    report = rehearsal.report if rehearsal else None
    people = actor_names([rehearsal.rehearsed_by if rehearsal else "", progress.run.paused_by if progress else ""])
    return {
        "turn": chosen,
        "expiring": expiring,
        "offers": offers,
        "no_offer": offers.get("left", 0) + offers.get("referred", 0),
        "steps": step_lines(chosen.dates, today=today(request), expiring=expiring, waiting=count_open(chosen)),
        "progress": progress,
        "state": RUN_STATES[progress.run.state] if progress else None,
        "minutes_left": _minutes(progress),
        "may_begin": progress is None and may_offer(chosen.dates, today(request)),
        "paused_by": people.get(progress.run.paused_by) if progress else None,
        "rehearsal": rehearsal,
        "rehearsed_by": people.get(rehearsal.rehearsed_by) if rehearsal else None,
        "report": report,
        "report_reasons": named(report["reasons"], REASONS) if report else [],
        "report_problems": named(report["problems"], PROBLEMS) if report else [],
        "parked": [(one, PROBLEMS.get(one.reason, Text(one.reason, one.reason))) for one in list_parked(chosen)],
        "parked_count": sum(count_parked(chosen).values()),
        "shown_parked": SHOWN_PARKED,
    }


def _minutes(progress: Progress | None) -> int | None:
    """Whole minutes, begun ones counted; None where nothing is left or known."""
    left = progress.minutes_left if progress else None
    return -int(-left // 1) if left else None
