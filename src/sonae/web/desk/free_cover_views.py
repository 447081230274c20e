"""/desk/free-cover/: the organiser ends the free cover from a day on, two people and the numbers first, or keeps it after all."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.queries import list_waiting_looks
from sonae.apps.membership.cover_years import find_free_cover_end
from sonae.apps.membership.use_cases.schedule_free_cover_end import (
    KIND,
    EndRefused,
    ask_free_cover_end,
    keep_free_cover,
    preview_free_cover_end,
)
from sonae.domain.date_in_words import date_in_words
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.feed_words import actor_names, class_name, class_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.second_looks import Asked, DecisionForm, decide, look_or_absent, show
from sonae.web.shared.access import person
from sonae.web.shared.context import programme_of
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now, today

ASKED = Text(
    "申し出を受け付けました。別の担当者が確かめるまで、何も変わりません。",
    "Asked for. Nothing changes until another person has agreed.",
)
SCHEDULED = Text(
    "終了を予定しました。会員へのお知らせを始めます。その日の前日まで取り消せます。",
    "The end is scheduled and members are being told. It can be taken back until the day before.",
)
KEPT = Text("終了を取り消しました。無料補償は続きます。", "The end is taken back. The free cover goes on.")
CONSEQUENCE = Text(
    "行うと、その日に無料補償がすべて終わる予定になり、会員にメールで知らせます。前日まで取り消せます。",
    "Once done, all free cover is due to end on that day and members are told by mail. It can be taken back until the day before.",
)


class EndForm(ReasonForm):
    """From which day on, and why."""

    ends_on = DayField(
        say("無料補償がなくなる最初の日", "First day without free cover"),
        say("先の日だけです。2027-04-01 のように入れてください。", "A day to come, like 2027-04-01."),
    )
    field_order = ("ends_on", "reason")


@for_staff("GET", "POST", right=Right.SEE_FEEDS, to_act=Right.END_FREE_COVER)
def free_cover(request: HttpRequest) -> HttpResponse:
    """GET shows how it stands; POST previews an end, asks for it, or keeps the free cover."""
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action == "keep":
        return _keep(request)
    form = EndForm(request.POST if action else None)
    if not action or not form.is_valid():
        return _show(request, form, status=422 if action else 200)
    try:
        return _preview_or_ask(request, form, action)
    except EndRefused as refused:
        form.add_error(None, forms.ValidationError(in_language(refused.said)))
        return _show(request, form, status=409)


def _preview_or_ask(request: HttpRequest, form: EndForm, action: str) -> HttpResponse:
    ends_on = form.cleaned_data["ends_on"]
    if action != "confirm":
        numbers = preview_free_cover_end(ends_on=ends_on, now=now(request)).as_dict()
        if action == "edit":
            return _show(request, form)
        return _show(request, form, preview=_lines(request, ends_on, numbers))
    look = ask_free_cover_end(ends_on=ends_on, reason=form.cleaned_data["reason"], by=person(request), now=now(request))
    messages.info(request, in_language(ASKED))
    return redirect("desk:free_cover_look", look.pk)


def _keep(request: HttpRequest) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, EndForm(), keep_form=form, status=422)
    try:
        keep_free_cover(reason=form.cleaned_data["reason"], by=person(request), now=now(request))
    except EndRefused as refused:
        form.add_error(None, forms.ValidationError(in_language(refused.said)))
        return _show(request, EndForm(), keep_form=form, status=409)
    messages.success(request, in_language(KEPT))
    return redirect("desk:free_cover")


@for_staff("GET", "POST", right=Right.END_FREE_COVER)
def free_cover_look(request: HttpRequest, *, look_id: int) -> HttpResponse:
    """The second person of the organiser, who sees the numbers that the first one saw."""
    look = look_or_absent(request, look_id, KIND)
    asked = _in_words(request, look)
    try:
        return decide(request, look, asked)
    except EndRefused as refused:
        return show(request, look, asked, DecisionForm(), status=409, moved_on=in_language(refused.said))


def _in_words(request: HttpRequest, look: SecondLook) -> Asked:
    ends_on = date.fromisoformat(look.object_id)
    return Asked(
        title=Text("無料補償を終えることの確認", "End of the free cover: agree"),
        lines=_lines(request, ends_on, look.facts),
        consequence=CONSEQUENCE,
        done=SCHEDULED,
    )


def _lines(request: HttpRequest, ends_on: date, numbers: dict[str, Any]) -> list[tuple[Text, Text]]:
    names = class_names(programme_of(request).current_product)
    ended = numbers["certificates"]
    lines = [
        (Text("無料補償がなくなる最初の日", "First day without free cover"), date_in_words(ends_on)),
        (Text("その日に終わる加入者証", "Certificates that end"), _count(ended)),
        *((class_name(code, names), _count(count)) for code, count in numbers["by_class"].items()),
        (Text("うち始まらないもの", "Of these never begin"), _count(numbers["never_begin"])),
        (Text("今日の会員", "Members today"), _count(numbers["members"])),
        (Text("メールで知らせる会員", "Told by mail"), _count(numbers["told"])),
    ]
    return [(name, value) for name, value in lines if name.ja]


def _count(number: int) -> Text:
    return Text(f"{number:,}件", f"{number:,}")


def _show(
    request: HttpRequest,
    form: EndForm,
    *,
    preview: list[tuple[Text, Text]] | None = None,
    keep_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    end = find_free_cover_end()
    facts = {
        "end": end,
        "scheduled_by": actor_names([end.scheduled_by])[end.scheduled_by] if end else None,
        "may_keep": end is not None and today(request) < end.ends_on,
        "looks": [(look, date.fromisoformat(look.object_id)) for look in list_waiting_looks(kind=KIND)],
        "form": form,
        "keep_form": keep_form or ReasonForm(),
        "preview": preview,
        "consequence": CONSEQUENCE,
    }
    return desk_page(request, "desk/free_cover.html", facts, status=status)
