"""The page on which a second person agrees to what another asked for, or drops it; the same for every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.queries import find_look
from sonae.apps.audit.reason import LONGEST_REASON, ReasonMissing
from sonae.apps.audit.use_cases.decide_second_look import LookDecided, SamePerson, decide_second_look
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now

State = SecondLook.State
STATES = {
    State.WAITING: (Text("確認待ち", "Waits for a second person"), "waiting"),
    State.AGREED: (Text("確認済み", "Agreed and done"), "good"),
    State.DROPPED: (Text("取りやめ", "Dropped"), "ended"),
}
DROPPED = Text("取りやめました。何も行っていません。", "Dropped. Nothing was done.")
WHY_DROPPED = say("取りやめる理由を入れてください。", "Please say why it is dropped.")
DECIDED = Text(
    "画面を開いたあとに決まっていました。いまの内容をご覧ください。",
    "It was decided after you had opened the page. This is how it stands now.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One look in words: what is asked for, its facts with their names, what agreeing does, and what is said when it is done.
    ``links`` lead to where more of it can be seen."""

    title: Text
    lines: list[tuple[Text, Text]]
    consequence: Text
    done: Text
    files: list[tuple[str, str]] = field(default_factory=list)  # form and address of what can be taken since
    files_until: datetime | None = None
    links: list[tuple[Text, str]] = field(default_factory=list)


class DecisionForm(forms.Form):
    """Why; needed for dropping, welcome for agreeing."""

    reason = forms.CharField(
        required=False,
        label=say("確かめたこと、または取りやめる理由", "What you have checked, or why it is dropped"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": say("400字までで入れてください。", "At most 400 characters, please.")},
    )


def look_or_absent(request: HttpRequest, look_id: int, kind: str) -> SecondLook:
    """The look of that kind, or 404."""
    found = find_look(look_id=look_id, kind=kind)
    if found is None:
        raise not_there(request, "second_look", str(look_id))
    return found


def decide(request: HttpRequest, look: SecondLook, asked: Asked) -> HttpResponse:
    """GET shows; POST agrees or drops, once. What the act itself raises is the caller's to answer."""
    form = DecisionForm(request.POST if request.method == "POST" else None)
    decision = request.POST.get("decision")
    if decision not in {"agree", "drop"} or not form.is_valid():
        if form.is_bound and form.is_valid():
            form.add_error(
                "reason", say("どちらかのボタンで決めてください。", "Please decide with one of the buttons.")
            )
        return show(request, look, asked, form, status=422 if form.errors else 200)
    try:
        done = decide_second_look(
            look_id=look.pk, agree=decision == "agree", reason=form.cleaned_data["reason"], actor=actor_of(request),
            now=now(request),
        )  # fmt: skip
    except SamePerson:
        return show(request, look, asked, form, status=403)
    except ReasonMissing:
        form.add_error("reason", WHY_DROPPED)
        return show(request, look, asked, form, status=422)
    except LookDecided:
        look.refresh_from_db()
        return show(request, look, asked, form, status=409, moved_on=in_language(DECIDED))
    messages.success(request, in_language(asked.done if done.state == State.AGREED else DROPPED))
    return redirect(request.path)


def show(
    request: HttpRequest, look: SecondLook, asked: Asked, form: DecisionForm, *, status: int = 200, moved_on: str = ""
) -> HttpResponse:
    """The page as the look stands."""
    names = actor_names([look.asked_by, look.decided_by])
    facts = {
        "look": look,
        "asked": asked,
        "form": form,
        "own": look.asked_by == actor_of(request),
        "state": STATES[State(look.state)],
        "asked_by": names[look.asked_by],
        "decided_by": names.get(look.decided_by),
        "moved_on": moved_on,
        "look_address": request.path.removesuffix(f"{look.pk}/"),
    }
    return desk_page(request, "desk/second_look.html", facts, status=status)
