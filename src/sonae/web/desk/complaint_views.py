"""/desk/complaints/: the register, one complaint with what was noted of it, and the file for the insurer's report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.record import record
from sonae.apps.contact.complaint_models import Complaint
from sonae.apps.contact.complaint_rules import complaint_rules
from sonae.apps.contact.complaints import (
    NAMED_FOR,
    Entry,
    Show,
    Wanted,
    count_complaints,
    find_complaint,
    list_complaints,
)
from sonae.apps.contact.use_cases.note_complaint import DayOutOfReach, NotNow, WordsMissing, note_complaint
from sonae.apps.contact.use_cases.open_complaint import DayToCome, Told, open_complaint
from sonae.domain.complaint import Step, is_overdue, next_steps
from sonae.domain.csv_cells import Cell
from sonae.domain.staff_rights import Party, Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_entry, for_staff
from sonae.web.desk.complaint_words import AGAINST, CHANNELS, HINTS, OVERDUE, SHOWS, STATES, STEPS
from sonae.web.desk.entry_steps import CHOOSE, NO_DAY, EntryStepForm, chosen
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.place import read_place
from sonae.web.desk.referral_views import MOVED_ON, party_of
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.csv_download import csv_bytes, file_download
from sonae.web.shared.keyed_form import KeyedForm, new_form_key
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import line_field, message_field
from sonae.web.shared.typed_contact import read_line, read_lines

LONGEST_TEXT = 2_000
COUNTED = (Show.OPEN, Show.OVERDUE, Show.ANSWERED)


def _find(request: HttpRequest, number: str) -> Entry | None:
    return find_complaint(party=party_of(request), number=number)


for_complaint = partial(for_entry, kind="complaint", find=_find)


class ComplaintForm(KeyedForm):
    """A complaint as it is taken down."""

    received_on = DayField(label=say("受け付けた日", "Received on"))
    channel = chosen(say("どこから", "How it came"))
    against = chosen(say("どこへの苦情か", "About whom"))
    category = chosen(say("何についてか", "About what"))
    gravity = chosen(say("重さ", "How grave"), look=forms.RadioSelect)
    summary = forms.CharField(
        label=say("内容", "What it is about"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=say(
            "保険会社への報告にもそのまま載ります。個人の名前や連絡先は、ここに書かないでください。",
            "It goes into the insurer’s report as it is: name nobody here, and no address.",
        ),
        error_messages={
            "required": say("内容を入れてください。", "Please say what it is about."),
            "max_length": say("2,000文字以内で入れてください。", "Please use no more than 2,000 characters."),
        },
    )
    complainant = line_field(say("申し出た方", "Who complains"), most=120)
    reach = line_field(say("お返事の先", "Where to answer"), most=200)
    consultation_number = line_field(say("関係するご相談の番号", "Number of the consultation"), most=20)
    member_number = line_field(say("会員番号", "Member number"), most=20, inputmode="numeric")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        rules = complaint_rules()
        first = [("", str(say("選んでください", "Please choose")))]
        for name, named in (("channel", CHANNELS), ("against", AGAINST), ("category", rules.categories)):
            field: Any = self.fields[name]
            field.choices = [*first, *((code, in_language(text)) for code, text in named.items())]
        gravity: Any = self.fields["gravity"]
        gravity.choices = [(code, in_language(one.name)) for code, one in rules.gravities.items()]
        self.hints = {
            code: Text(f"{one.hint.ja}。{one.answer_days}日以内にお返事", f"{one.hint.en}; answered within {one.answer_days} days")
            for code, one in rules.gravities.items()
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for name in ("complainant", "reach", "consultation_number", "member_number"):
            given[name] = read_line(given.get(name, ""))
        given["summary"] = read_lines(given.get("summary", ""))
        return given


class StepForm(EntryStepForm):
    """What is noted of a complaint."""

    text = message_field(
        say("内容", "What"),
        most=LONGEST_TEXT,
        rows=4,
        help_text=say("個人の名前や連絡先は書かないでください。", "Name nobody, and no address."),
    )
    prevention = message_field(
        say("再発防止（原因を記録するとき）", "Prevention, when noting the cause"), most=LONGEST_TEXT, rows=3
    )
    gravity = forms.ChoiceField(
        label=say("新しい重さ（変えるとき）", "Its new gravity, when changing it"),
        required=False,
        error_messages={"invalid_choice": CHOOSE},
    )

    def __init__(self, *given: Any, entry: Entry, today: date, **more: Any) -> None:
        super().__init__(*given, entry=entry, today=today, **more)
        steps = next_steps(entry.standing)
        kind: Any = self.fields["kind"]
        kind.choices = [(one.value, in_language(STEPS[one])) for one in steps]
        self.hints = {one.value: HINTS[one] for one in steps}
        gravity: Any = self.fields["gravity"]
        rules = complaint_rules().gravities
        gravity.choices = [
            ("", "—"),
            *((code, in_language(rules[code].name)) for code in entry.complaint.days if code in rules),
        ]
        if Step.GRADED not in steps:
            del self.fields["gravity"]
        if Step.CAUSE not in steps:
            del self.fields["prevention"]


@for_staff("GET", right=Right.SEE_COMPLAINTS)
def complaints(request: HttpRequest) -> HttpResponse:
    """GET ?show=…&category=…&against=…&after=…: whose answer is due first, first."""
    party, wanted = party_of(request), _wanted(request)
    rows, has_more = list_complaints(
        party=party, wanted=wanted, today=today(request), after=read_place(request.GET.get("after", ""))
    )
    rules = complaint_rules()
    facts = {
        "rows": [_line(request, one) for one in rows],
        "next_page": rows[-1].place if has_more else "",
        "query": urlencode({"show": wanted.show, "category": wanted.category, "against": wanted.against}),
        "wanted": wanted,
        "shows": SHOWS.items(),
        "categories": rules.categories.items(),
        "parties": AGAINST.items(),
        "counts": [(one, SHOWS[one], count_complaints(party=party, show=one, today=today(request))) for one in COUNTED],
    }
    return desk_page(request, "desk/complaints/list.html", facts)


@for_complaint("GET", right=Right.SEE_COMPLAINTS)
def complaint(request: HttpRequest, found: Entry) -> HttpResponse:
    """Everything that was noted; who opened it is written down."""
    record(now=now(request), actor=actor_of(request), action="complaint.looked_at", object_kind="complaint",
           object_id=found.complaint.number)  # fmt: skip
    return _show(request, found, StepForm(entry=found, today=today(request)))


@for_complaint("POST", right=Right.HANDLE_COMPLAINTS)
def note(request: HttpRequest, found: Entry) -> HttpResponse:
    """One more step, on the complaint as it was seen."""
    form = StepForm(request.POST, entry=found, today=today(request))
    if request.POST.get("seen", "") != str(len(found.steps)):
        return _show(request, found, StepForm(entry=found, today=today(request)), moved_on=True)
    if not form.is_valid():
        return _show(request, found, form)
    given = form.cleaned_data
    words = {name: read_lines(given.get(name, "")) for name in ("text", "prevention", "gravity")}
    try:
        note_complaint(
            complaint=found.complaint, kind=Step(given["kind"]), happened_on=given["happened_on"], words=words,
            seen=len(found.steps), actor=actor_of(request), now=now(request),
        )  # fmt: skip
    except WordsMissing as missing:
        form.add_error(missing.field, say("入れてください。", "Please fill this in."))
        return _show(request, found, form)
    except DayOutOfReach:
        form.add_error("happened_on", NO_DAY)
        return _show(request, found, form)
    except NotNow:
        return _show(request, found, StepForm(entry=found, today=today(request)), moved_on=True)
    messages.success(request, say("記録しました。", "Recorded."))
    return redirect("desk:complaint", found.complaint.number)


@for_staff("GET", "POST", right=Right.HANDLE_COMPLAINTS)
def new(request: HttpRequest) -> HttpResponse:
    """GET ?consultation=…&member=… shows a form that carries them along; POST enters the complaint."""
    if request.method != "POST":
        carried = {"consultation_number": "consultation", "member_number": "member"}
        initial = {name: request.GET.get(given, "")[:20] for name, given in carried.items()}
        initial |= {"form_key": new_form_key(), "received_on": today(request).isoformat(), "channel": "telephone"}
        return desk_page(request, "desk/complaints/new.html", {"form": ComplaintForm(initial=initial)})
    form = ComplaintForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in Told.__dataclass_fields__}
        try:
            entered, _ = open_complaint(
                told=Told(**given), form_key=form.cleaned_data["form_key"], actor=actor_of(request), now=now(request)
            )
        except DayToCome:
            form.add_error("received_on", say("今日までの日付を入れてください。", "A day up to today, please."))
        else:
            messages.success(
                request, say(f"記録しました（受付番号 {entered.number}）。", f"Entered ({entered.number}).")
            )
            return redirect("desk:complaint", entered.number)
    return desk_page(request, "desk/complaints/new.html", {"form": form}, status=422)


@for_staff("GET", right=Right.SEE_COMPLAINTS)
def file(request: HttpRequest) -> HttpResponse:
    """The complaints of the list as CSV, for the insurer's report: nobody is named; who took it is written down."""
    rows, _ = list_complaints(party=party_of(request), wanted=_wanted(request), today=today(request), most=None)
    record(now=now(request), actor=actor_of(request), action="complaints.taken", object_kind="complaint", object_id="",
           rows=len(rows))  # fmt: skip
    content = csv_bytes([[in_language(name) for name in COLUMNS], *_cells(rows)])
    return file_download(content, f"complaints_{today(request):%Y%m%d}.csv", "text/csv; charset=utf-8")


COLUMNS = (
    Text("受付番号", "Number"), Text("受付日", "Received on"), Text("経路", "Channel"), Text("何について", "About what"),
    Text("どこへの", "About whom"), Text("重さ", "Gravity"), Text("内容", "Summary"), Text("状態", "State"),
    Text("お返事の期限", "Answer due"), Text("お返事した日", "Answered on"), Text("対応", "What was done"),
    Text("原因", "Cause"), Text("再発防止", "Prevention"),
)  # fmt: skip


def _cells(rows: list[Entry]) -> Iterator[list[Cell]]:
    rules = complaint_rules()
    for one in rows:
        told, standing = one.complaint, one.standing
        done = [f"{step.happened_on} {step.facts.get('text', '')}" for step in one.steps if step.kind == Step.DONE]
        yield [
            told.number, told.received_on, in_language(CHANNELS[told.channel]), _named(rules.categories, told.category),
            in_language(AGAINST[told.against]), _gravity(standing.gravity), told.summary,
            in_language(STATES[standing.state][0]), standing.due_on, standing.answered_on, " / ".join(done),
            standing.cause, standing.prevention,
        ]  # fmt: skip


def _wanted(request: HttpRequest) -> Wanted:
    show, category, against = (request.GET.get(name, "") for name in ("show", "category", "against"))
    return Wanted(
        show=Show(show) if show in set(Show) else Show.OPEN,
        category=category if category in complaint_rules().categories else "",
        against=against if against in Complaint.Against.values else "",
    )


def _line(request: HttpRequest, one: Entry) -> dict[str, Any]:
    rules = complaint_rules()
    overdue = is_overdue(one.standing, today(request))
    return {
        "complaint": one.complaint,
        "standing": one.standing,
        "state": OVERDUE if overdue else STATES[one.standing.state],
        "category": _named(rules.categories, one.complaint.category),
        "against": AGAINST[one.complaint.against],
        "channel": CHANNELS[one.complaint.channel],
        "gravity": _gravity(one.standing.gravity),
    }


def _named(names: dict[str, Text], code: str) -> str:
    """A code that the file has no more keeps its code."""
    return in_language(names[code]) if code in names else code


def _gravity(code: str) -> str:
    known = complaint_rules().gravities.get(code)
    return in_language(known.name) if known else code


def _show(request: HttpRequest, found: Entry, form: StepForm, *, moved_on: bool = False) -> HttpResponse:
    names = actor_names([found.complaint.recorded_by, *(one.actor for one in found.steps)])
    facts = {
        "line": _line(request, found),
        "complaint": found.complaint,
        "standing": found.standing,
        "form": form,
        "named": party_of(request) in NAMED_FOR,
        "by_operator": party_of(request) == Party.OPERATOR,
        "recorded_by": names[found.complaint.recorded_by],
        "steps": [
            (one, STEPS[Step(one.kind)], _gravity(one.facts.get("gravity", "")), names[one.actor])
            for one in found.steps
        ],
        "moved_on": MOVED_ON if moved_on else "",
    }
    status = 409 if moved_on else 422 if form.errors else 200
    return desk_page(request, "desk/complaints/complaint.html", facts, status=status)
