"""/desk/data-requests/: the register of requests about personal data, and one of them with its steps up to the answer."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.record import record
from sonae.apps.contact.data_mails import FIELD_NAMES, shown_value
from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.contact.data_requests import Entry, Show, count_requests, find_request, list_requests
from sonae.apps.contact.use_cases.note_request import DayOutOfReach, NotNow, WordsMissing, note_request
from sonae.apps.contact.use_cases.register_request import DayToCome, NoSuchMember, Told, register_request
from sonae.domain.data_request import Kind, Outcome, State, Step, possible_outcomes
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_entry, for_staff
from sonae.web.desk.data_request_words import (
    CHANNELS,
    HINTS,
    KIND_HINTS,
    KINDS,
    OUTCOMES,
    OVERDUE,
    SHOWS,
    STATES,
    STEPS,
)
from sonae.web.desk.entry_steps import CHOOSE, NO_DAY, EntryStepForm, chosen
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.place import read_place
from sonae.web.desk.referral_views import MOVED_ON, party_of
from sonae.web.shared.context import programme_of
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.keyed_form import KeyedForm, new_form_key
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import email_field, line_field, message_field
from sonae.web.shared.typed_contact import read_line, read_lines

LONGEST_TEXT = 2_000
COUNTED = (Show.OPEN, Show.OVERDUE, Show.WITH_ORGANISER)
Channel = RegisteredRequest.Channel


def _find(request: HttpRequest, number: str) -> Entry | None:
    return find_request(party=party_of(request), number=number)


for_request = partial(for_entry, kind="data_request", find=_find)


class RequestForm(KeyedForm):
    """A request that came by letter, telephone or otherwise, as it is taken down."""

    kind = chosen(say("何を求めていますか", "What do they ask for?"), look=forms.RadioSelect)
    channel = chosen(say("どこから", "How it came"))
    received_on = DayField(label=say("受け付けた日", "Received on"))
    person = line_field(
        say("請求した方", "Who asks"), say("お名前を入れてください。", "Please enter the name."), most=120
    )
    agent_of = line_field(
        say("だれの代わりに（代理のとき）", "For whom, if for somebody else"),
        most=120,
        help_text=say("代理の権限も、あとで確かめます。", "That they may is to be proved, too."),
    )
    email = email_field(
        say("メールアドレス", "E-mail address"),
        required=False,
        help_text=say("あれば、お返事をここへ送ります。", "If there is one, the answer goes there."),
    )
    reach = line_field(say("そのほかのお返事の先", "Where else to answer"), most=200)
    member_number = line_field(
        say("会員番号（会員のとき）", "Member number, if a member"), most=20, inputmode="numeric"
    )
    wanted = forms.CharField(
        label=say("ご請求の内容", "What they ask"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": say("ご請求の内容を入れてください。", "Please say what they ask."),
            "max_length": say("2,000文字以内で入れてください。", "Please use no more than 2,000 characters."),
        },
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        kind: Any = self.fields["kind"]
        kind.choices = [(code.value, in_language(name)) for code, name in KINDS.items()]
        self.hints = {code.value: hint for code, hint in KIND_HINTS.items()}
        channel: Any = self.fields["channel"]
        others = [(code, in_language(name)) for code, name in CHANNELS.items() if code != Channel.PORTAL]
        channel.choices = [("", str(say("選んでください", "Please choose"))), *others]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for name in ("person", "agent_of", "reach", "member_number"):
            given[name] = read_line(given.get(name, ""))
        given["wanted"] = read_lines(given.get("wanted", ""))
        return given


class StepForm(EntryStepForm):
    """What is noted of a request."""

    field_order = (
        "seen",
        "kind",
        "outcome",
        "happened_on",
        "text",
    )  # as on the page, so that the list of errors goes down it
    outcome = forms.ChoiceField(
        label=say("お返事の結果", "How it was answered"),
        required=False,
        error_messages={"invalid_choice": CHOOSE},
    )
    text = message_field(
        say("内容・お返事の文・理由", "What, the answer’s text, or the reason"), most=LONGEST_TEXT, rows=4
    )

    def __init__(self, *given: Any, entry: Entry, today: date, **more: Any) -> None:
        super().__init__(*given, entry=entry, today=today, **more)
        kind: Any = self.fields["kind"]
        kind.choices = [(one.value, in_language(STEPS[one])) for one in entry.following]
        self.hints = {one.value: HINTS[one] for one in entry.following}
        outcome: Any = self.fields["outcome"]
        possible = [(one.value, in_language(OUTCOMES[one])) for one in possible_outcomes(entry.standing)]
        outcome.choices = [("", "—"), *possible]
        if Step.ANSWERED not in entry.following:
            del self.fields["outcome"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        answered = given.get("kind") == Step.ANSWERED
        if answered and not given.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", CHOOSE)
        given["outcome"] = given.get("outcome", "") if answered else ""
        given["text"] = read_lines(given.get("text", ""))
        return given


@for_staff("GET", right=Right.SEE_DATA_REQUESTS)
def data_requests(request: HttpRequest) -> HttpResponse:
    """GET ?show=…&after=…: whose answer is due first, first."""
    asked, party, day = request.GET.get("show", Show.OPEN), party_of(request), today(request)
    show = Show(asked) if asked in set(Show) else Show.OPEN
    rows, has_more = list_requests(party=party, show=show, today=day, after=read_place(request.GET.get("after", "")))
    facts = {
        "rows": [_line(request, one) for one in rows],
        "next_page": rows[-1].place if has_more else "",
        "show": show.value,
        "shows": [(one.value, name) for one, name in SHOWS.items()],
        "counts": [(one.value, SHOWS[one], count_requests(party=party, show=one, today=day)) for one in COUNTED],
        "days": settings.SONAE_DATA_REQUEST_DAYS,
    }
    return desk_page(request, "desk/data_requests/list.html", facts)


@for_request("GET", right=Right.SEE_DATA_REQUESTS)
def data_request(request: HttpRequest, found: Entry) -> HttpResponse:
    """What is asked and what was done; who opened it is written down."""
    record(now=now(request), actor=actor_of(request), action="data_request.looked_at", object_kind="data_request",
           object_id=found.request.number)  # fmt: skip
    return _show(request, found, StepForm(entry=found, today=today(request)))


@for_request("POST", right=Right.HANDLE_DATA_REQUESTS)
def note(request: HttpRequest, found: Entry) -> HttpResponse:
    """One more step, on the request as it was seen."""
    product = programme_of(request).current_product
    if request.POST.get("seen", "") != str(len(found.steps)) or product is None:
        return _show(request, found, StepForm(entry=found, today=today(request)), moved_on=True)
    form = StepForm(request.POST, entry=found, today=today(request))
    if not form.is_valid():
        return _show(request, found, form)
    given = form.cleaned_data
    try:
        note_request(
            request=found.request, party=party_of(request), kind=Step(given["kind"]), happened_on=given["happened_on"],
            text=given["text"], outcome=given["outcome"], seen=len(found.steps), product=product,
            actor=actor_of(request), now=now(request),
        )  # fmt: skip
    except WordsMissing:
        form.add_error("text", say("入れてください。", "Please fill this in."))
        return _show(request, found, form)
    except DayOutOfReach:
        form.add_error("happened_on", NO_DAY)
        return _show(request, found, form)
    except NotNow:
        return _show(request, found, StepForm(entry=found, today=today(request)), moved_on=True)
    messages.success(request, say("記録しました。", "Recorded."))
    return redirect("desk:data_request", found.request.number)


@for_staff("GET", "POST", right=Right.HANDLE_DATA_REQUESTS)
def new(request: HttpRequest) -> HttpResponse:
    """GET shows a form; POST enters the request."""
    if request.method != "POST":
        initial = {"form_key": new_form_key(), "received_on": today(request).isoformat()}
        return desk_page(request, "desk/data_requests/new.html", {"form": RequestForm(initial=initial)})
    form = RequestForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in Told.__dataclass_fields__}
        try:
            entered, _ = register_request(
                told=Told(**given), form_key=form.cleaned_data["form_key"], language=active_language(),
                actor=actor_of(request), now=now(request),
            )  # fmt: skip
        except DayToCome:
            form.add_error("received_on", say("今日までの日付を入れてください。", "A day up to today, please."))
        except NoSuchMember:
            form.add_error("member_number", say("この番号の会員はありません。", "There is no member of that number."))
        else:
            messages.success(
                request, say(f"記録しました（受付番号 {entered.number}）。", f"Entered ({entered.number}).")
            )
            return redirect("desk:data_request", entered.number)
    return desk_page(request, "desk/data_requests/new.html", {"form": form}, status=422)


def _line(request: HttpRequest, one: Entry) -> dict[str, Any]:
    overdue = one.standing.state != State.ANSWERED and one.request.due_on < today(request)
    return {
        "request": one.request,
        "state": OVERDUE if overdue else STATES[one.standing.state],
        "kind": KINDS[Kind(one.request.kind)],
        "channel": CHANNELS[one.request.channel],
    }


def _show(request: HttpRequest, found: Entry, form: StepForm, *, moved_on: bool = False) -> HttpResponse:
    names = actor_names([found.request.recorded_by, *(one.actor for one in found.steps)])
    facts = {
        "line": _line(request, found),
        "asked": found.request,
        "corrections": _corrections(found, programme_of(request).current_product),
        "form": form,
        "may_go_on": bool(found.following),
        "recorded_by": names[found.request.recorded_by],
        "steps": [
            (one, STEPS[Step(one.kind)], _outcome(one.facts.get("outcome", "")), names[one.actor])
            for one in found.steps
        ],
        "moved_on": MOVED_ON if moved_on else "",
    }
    status = 409 if moved_on else 422 if form.errors else 200
    return desk_page(request, "desk/data_requests/request.html", facts, status=status)


def _outcome(code: str) -> Text | None:
    return OUTCOMES[Outcome(code)] if code else None


def _corrections(found: Entry, product: Product | None) -> list[tuple[Text, Text, Text]]:
    """Of a request of the portal: field by field what the list says and what should stand."""
    asked = found.request.asked
    if asked is None or product is None:
        return []
    return [
        (
            FIELD_NAMES[field],
            shown_value(field, asked.held.get(field, ""), product),
            shown_value(field, wanted, product),
        )
        for field, wanted in asked.wanted.items()
    ]
