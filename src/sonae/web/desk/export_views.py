"""/desk/exports/: lists with personal data leave the house when another person has agreed, and each taking is written down."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from sonae.apps.audit.models import SecondLook
from sonae.apps.reporting.personal_export import CONTENTS, KIND, list_exports, may_take, open_until, personal_file
from sonae.apps.reporting.table_file import TYPES
from sonae.apps.reporting.use_cases.open_personal_export import ask_personal_export, note_taken
from sonae.domain.calendar import japan_date
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.second_looks import STATES, Asked, decide, look_or_absent
from sonae.web.shared.access import not_there, person
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now

ASKED = Text(
    "申し出を受け付けました。別の担当者が確かめると、24時間のあいだ受け取れます。",
    "Asked for. Once another person has agreed you can take it for 24 hours.",
)
CONSEQUENCE = Text(
    "行うと、申し出た人が24時間のあいだファイルを受け取れます。受け取るたびに記録します。",
    "Once agreed to, whoever asked can take the file for 24 hours. Each taking is written down.",
)
DONE = Text("確かめました。申し出た人にメールで知らせました。", "Agreed. Whoever asked has been told by mail.")


class ExportForm(ReasonForm):
    """Which list, and what it is needed for."""

    contents = forms.ChoiceField(
        label=say("一覧", "List"),
        choices=lambda: [(code, in_language(name)) for code, name in CONTENTS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": say("一覧を選んでください。", "Please choose a list.")},
    )
    field_order = ("contents", "reason")


@for_staff("GET", "POST", right=Right.EXPORT_PERSONAL_DATA)
def exports(request: HttpRequest) -> HttpResponse:
    """What waits, what can be taken, and a form to ask."""
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        look = ask_personal_export(
            contents=form.cleaned_data["contents"],
            reason=form.cleaned_data["reason"],
            by=person(request),
            language=active_language(),
            now=now(request),
        )
        messages.info(request, in_language(ASKED))
        return redirect("desk:export", look.pk)
    looks = list(list_exports(actor=actor_of(request), now=now(request)))
    names = actor_names([look.asked_by for look in looks])
    rows = [
        (look, CONTENTS[look.facts["contents"]], names[look.asked_by], STATES[SecondLook.State(look.state)])
        for look in looks
    ]
    return desk_page(request, "desk/exports.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@for_staff("GET", "POST", right=Right.EXPORT_PERSONAL_DATA)
def export(request: HttpRequest, *, look_id: int) -> HttpResponse:
    """The second person agrees here, and whoever asked finds the files here."""
    look = look_or_absent(request, look_id, KIND)
    count = look.facts["rows"]
    until = open_until(look)
    asked = Asked(
        title=Text("個人データの書き出し", "Export of personal data"),
        lines=[
            (Text("一覧", "List"), CONTENTS[look.facts["contents"]]),
            (Text("申し出のときの件数", "Rows when it was asked for"), Text(f"{count:,}件", f"{count:,}")),
        ],
        consequence=CONSEQUENCE,
        done=DONE,
        files=[(form, f"{look.pk}/{look.facts['contents']}.{form}") for form in TYPES]
        if may_take(look, actor=actor_of(request), now=now(request))
        else [],
        files_until=until,
    )
    return decide(request, look, asked)


@for_staff("GET", right=Right.EXPORT_PERSONAL_DATA)
def export_file(request: HttpRequest, *, look_id: int, contents: str, form: str) -> HttpResponseBase:
    """For whoever asked, for a day."""
    look = look_or_absent(request, look_id, KIND)
    fits = contents == look.facts["contents"] and form in TYPES
    if not fits or not may_take(look, actor=actor_of(request), now=now(request)):
        raise not_there(request, KIND, f"{look_id}/{contents}.{form}")
    note_taken(look=look, form=form, actor=actor_of(request), now=now(request))
    pieces = personal_file(contents, form=form, language=active_language(), now=now(request))
    answer = StreamingHttpResponse(pieces, content_type=TYPES[form])
    name = f"{contents}-{japan_date(now(request))}.{form}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    return answer
