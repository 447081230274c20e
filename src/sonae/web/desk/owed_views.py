"""/desk/money/owed/ and /desk/money/write-offs/: premium that is owed again, giving it up, and taking that back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.billing.models import Receivable, WriteOff
from sonae.apps.billing.queries import find_receivable, find_write_off
from sonae.apps.billing.recovered import recovered_of
from sonae.apps.billing.use_cases.write_off import (
    LIVING,
    NothingOwed,
    SamePerson,
    WriteOffStands,
    agree_to_write_off,
    drop_write_off,
    needs_second_person,
    owed_of,
    still_owed,
    take_back_write_off,
    write_off,
)
from sonae.domain.figures import FigureInvalid, read_yen
from sonae.domain.money import format_yen
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.money_words import BY_ITSELF, WHY_OWED, WRITE_OFF_STATES
from sonae.web.desk.page import desk_page
from sonae.web.desk.second_looks import WHY_DROPPED, DecisionForm
from sonae.web.desk.yen_moves import write_off_moves
from sonae.web.shared.access import not_there
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now

State = WriteOff.State
LONGEST_TYPED = 60
MOVED_ON = say(
    "画面を開いたあとに変わりました。何も記帳していません。いまの内容を見て、もう一度お決めください。",
    "It has changed since you opened the page. Nothing was booked. Look at it as it stands now and decide again.",
)
ASKED = say(
    "申し出を受け付けました。別の担当者が確かめるまで、何も記帳しません。",
    "Asked for. Nothing is booked until another person has confirmed it.",
)
NEITHER = say("貸倒処理するか、取り下げるかを選んでください。", "Please choose: write it off, or drop it.")
DONE = say("貸倒処理を記帳しました。", "Written off and booked.")
DROPPED = say("取りやめました。何も記帳していません。", "Dropped. Nothing was booked.")


class YenField(forms.Field):
    """Whole yen, in any of the ways in which people write them; more than nought."""

    def clean(self, value: Any) -> int:
        text = str(value or "")
        if len(text) > LONGEST_TYPED:
            raise forms.ValidationError(
                say(
                    "長すぎて読めません。24,000 のように入れてください。",
                    "This is too long to read. Write it like 24,000.",
                )
            )
        try:
            yen = read_yen(text)
        except FigureInvalid as problem:
            raise forms.ValidationError(in_language(problem.message)) from problem
        if not yen:
            raise forms.ValidationError(say("1円以上の金額を入れてください。", "Please enter 1 yen or more."))
        return yen


class WriteOffForm(ReasonForm):
    """How much of what is owed, and why."""

    write_off_yen = YenField(
        label=say("貸倒処理する額", "How much to write off"),
        help_text=say("一部だけでもできます。残りは未収のままです。", "A part will do; the rest stays owed."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": LONGEST_TYPED}),
    )
    field_order = ("write_off_yen", "reason", "seen")

    def __init__(self, *given: Any, owed_yen: int, **more: Any) -> None:
        super().__init__(*given, **more)
        self.owed_yen = owed_yen

    def clean_write_off_yen(self) -> int:
        yen: int = self.cleaned_data["write_off_yen"]
        if yen > self.owed_yen:
            owed = format_yen(self.owed_yen, active_language())
            raise forms.ValidationError(
                say(
                    f"未収の額は{owed}です。それ以下にしてください。", f"No more than the {owed} that are owed, please."
                )
            )
        return yen


@for_staff("GET", right=Right.SEE_MONEY)
def receivable(request: HttpRequest, *, receivable_id: int) -> HttpResponse:
    """Why it is owed, how much still, and every write-off that was asked for."""
    return _show(request, _receivable_or_absent(request, receivable_id))


@for_staff("GET", "POST", right=Right.HANDLE_MONEY)
def ask(request: HttpRequest, *, receivable_id: int) -> HttpResponse:
    """GET asks how much and why; POST shows what it does to the yen, and a POST of that page does it, once."""
    owed = _receivable_or_absent(request, receivable_id)
    if request.method == "POST":
        return _asked(request, owed)
    yen = owed_of(owed)
    if _living(owed) is not None or not yen:
        return redirect("desk:receivable", owed.pk)
    return _form(
        request, owed, WriteOffForm(owed_yen=yen, initial={"seen": seen_as(owed), "write_off_yen": f"{yen:,}"})
    )


def _asked(request: HttpRequest, owed: Receivable) -> HttpResponse:
    living = _living(owed)
    form = WriteOffForm(request.POST, owed_yen=owed.receivable_yen if living else owed_of(owed))
    if not form.is_valid():
        return _form(request, owed, form, status=422)
    same = living is not None and _is_the_same(living, form, actor_of(request))
    if not same and form.cleaned_data["seen"] != seen_as(owed):
        return _show(request, owed, moved_on=True)
    match request.POST.get("action"):
        case "confirm":
            return _ask(request, owed, form)
        case "edit":
            typed = {**form.cleaned_data, "write_off_yen": f"{form.cleaned_data['write_off_yen']:,}"}
            return _form(request, owed, WriteOffForm(owed_yen=owed_of(owed), initial=typed))
        case _:
            return _form(request, owed, form, preview=True)


def _ask(request: HttpRequest, owed: Receivable, form: WriteOffForm) -> HttpResponse:
    try:
        asked = write_off(
            receivable_id=owed.pk,
            write_off_yen=form.cleaned_data["write_off_yen"],
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            now=now(request),
        )
    except NothingOwed:
        return _show(request, _receivable_or_absent(request, owed.pk), moved_on=True)
    messages.success(request, ASKED if asked.state == State.WAITING else DONE)
    return redirect("desk:receivable", owed.pk)


@for_staff("GET", "POST", right=Right.HANDLE_MONEY)
def decide(request: HttpRequest, *, write_off_id: int) -> HttpResponse:
    """The second person says yes, or no and why. Whoever asked may only drop it."""
    asked = _write_off_or_absent(request, write_off_id)
    decision = request.POST.get("decision")
    if decision not in {"agree", "drop"}:
        if asked.state != State.WAITING:
            return redirect("desk:receivable", asked.receivable_id)
        form = DecisionForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            form.add_error("reason", NEITHER)
        return _decision(request, asked, form, status=422 if form.errors else 200)
    form = DecisionForm(request.POST)
    try:
        return _decided(request, asked, form, agreed=decision == "agree")
    except SamePerson:
        return _decision(request, asked, form, status=403)
    except ReasonMissing:
        form.add_error("reason", WHY_DROPPED)
        return _decision(request, asked, form, status=422)
    except WriteOffStands:
        return _show(request, _receivable_or_absent(request, asked.receivable_id), moved_on=True)


def _decided(request: HttpRequest, asked: WriteOff, form: DecisionForm, *, agreed: bool) -> HttpResponse:
    if not form.is_valid():
        return _decision(request, asked, form, status=422)
    said, actor, moment = form.cleaned_data["reason"], actor_of(request), now(request)
    if agreed:
        agree_to_write_off(write_off_id=asked.pk, checked=said, actor=actor, now=moment)
    else:
        drop_write_off(write_off_id=asked.pk, reason=said, actor=actor, now=moment)
    messages.success(request, DONE if agreed else DROPPED)
    return redirect("desk:receivable", asked.receivable_id)


@for_staff("GET", "POST", right=Right.HANDLE_MONEY)
def take_back(request: HttpRequest, *, write_off_id: int) -> HttpResponse:
    """The premium is owed again, by a booking of its own, with a reason."""
    done = _write_off_or_absent(request, write_off_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" and done.state != State.DONE:
        return redirect("desk:receivable", done.receivable_id)
    if request.method != "POST" or not form.is_valid():
        facts = {"act": "take_back", "form": form, "write_off": done}
        owed, status = _receivable_or_absent(request, done.receivable_id), 422 if form.errors else 200
        return _act(request, owed, facts, moved_yen=-done.write_off_yen, status=status)
    try:
        take_back_write_off(
            write_off_id=done.pk, reason=form.cleaned_data["reason"], actor=actor_of(request), now=now(request)
        )
    except WriteOffStands:
        return _show(request, _receivable_or_absent(request, done.receivable_id), moved_on=True)
    messages.success(request, say("取り消しました。保険料はまた未収です。", "Taken back. The premium is owed again."))
    return redirect("desk:receivable", done.receivable_id)


def seen_as(owed: Receivable) -> str:
    """Changes whenever a write-off is asked for, decided or taken back."""
    return ".".join(["write-offs", *(f"{one.pk}{one.state}" for one in owed.write_offs.all())])[-60:]


def _living(owed: Receivable) -> WriteOff | None:
    return next((one for one in owed.write_offs.all() if one.state in LIVING), None)


def _is_the_same(living: WriteOff, form: WriteOffForm, actor: str) -> bool:
    return (living.write_off_yen, living.asked_by) == (form.cleaned_data["write_off_yen"], actor)


def _receivable_or_absent(request: HttpRequest, receivable_id: int) -> Receivable:
    found = find_receivable(receivable_id=receivable_id)
    if found is None:
        raise not_there(request, "receivable", str(receivable_id))
    return found


def _write_off_or_absent(request: HttpRequest, write_off_id: int) -> WriteOff:
    found = find_write_off(write_off_id=write_off_id)
    if found is None:
        raise not_there(request, "write_off", str(write_off_id))
    return found


def _show(request: HttpRequest, owed: Receivable, *, moved_on: bool = False) -> HttpResponse:
    """Its page; 409 where what was wanted can't be done to it any more."""
    asked = owed.write_offs.all()
    actors = (actor for one in asked for actor in (one.asked_by, one.decided_by, one.taken_back_by))
    names = actor_names(actors)
    facts = {
        **_facts(owed),
        "living": _living(owed),
        "moved_on": MOVED_ON if moved_on else "",
        "write_offs": [
            (
                one,
                BY_ITSELF.get(one.taken_back_reason, one.taken_back_reason),
                BY_ITSELF.get(one.decision_reason, one.decision_reason),
                *WRITE_OFF_STATES[one.state],
                names[one.asked_by],
                names.get(one.decided_by),
                names.get(one.taken_back_by),
            )
            for one in asked
        ],
    }
    return desk_page(request, "desk/money/owed.html", facts, status=409 if moved_on else 200)


def _facts(owed: Receivable) -> dict[str, Any]:
    recovered_yen = recovered_of(owed)
    return {
        "receivable": owed,
        "why": WHY_OWED[owed.reason],
        "owed_yen": still_owed(owed, recovered_yen=recovered_yen),
        "recovered_yen": recovered_yen,
        "alone_yen": settings.SONAE_WRITE_OFF_ALONE_YEN,
    }


def _form(
    request: HttpRequest, owed: Receivable, form: WriteOffForm, *, preview: bool = False, status: int = 200
) -> HttpResponse:
    yen = form.cleaned_data["write_off_yen"] if preview else 0
    facts = {"act": "preview" if preview else "ask", "form": form, "second_person": needs_second_person(yen)}
    return _act(request, owed, facts, moved_yen=yen, status=status)


def _decision(request: HttpRequest, asked: WriteOff, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    facts = {
        "act": "decide",
        "form": form,
        "write_off": asked,
        "own": asked.asked_by == actor_of(request),
        "asked_by": actor_names([asked.asked_by])[asked.asked_by],
    }
    owed = _receivable_or_absent(request, asked.receivable_id)
    return _act(request, owed, facts, moved_yen=asked.write_off_yen, status=status)


def _act(request: HttpRequest, owed: Receivable, facts: dict[str, Any], *, moved_yen: int, status: int) -> HttpResponse:
    known = _facts(owed)
    facts = {**known, "moves": write_off_moves(owed, moved_yen, recovered_yen=known["recovered_yen"]), **facts}
    return desk_page(request, "desk/money/owed_act.html", facts, status=status)
