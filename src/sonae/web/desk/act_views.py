"""Applying, releasing and withdrawing a feed: each asks once more on a page of its own, and says so when the feed has moved on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.membership.locks import FeedStands
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.release_feed import is_second_person, release_feed
from sonae.apps.membership.use_cases.withdraw_feed import OPEN, withdraw_feed
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_feed
from sonae.web.desk.feed_views import feed_facts
from sonae.web.desk.feed_words import STATES
from sonae.web.desk.page import desk_page
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now

State = Feed.State
MOVED_ON = Text(
    "このファイルは、画面を開いたあとに「{state}」になりました。いまの内容を見て、もう一度お決めください。",
    "Since you opened the page this file has become “{state}”. Look at it as it stands now and decide again.",
)
SECOND_PERSON = Text(
    "このファイルを入れた本人は解除できません。別の担当者が内容を確かめて解除します。",
    "Whoever handed the file in can’t release it. Another person has to look at it.",
)


class SeenForm(forms.Form):
    """Carries along how the feed stood when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)


class ReasonForm(SeenForm):
    """Why; it stands in the log."""

    reason = forms.CharField(
        label=say("理由", "Reason"),
        help_text=say(
            "あとから見て分かるように、確かめたことを書いてください。",
            "Say what you have checked, so that it can be understood later.",
        ),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": say("理由を入れてください。", "Please give a reason."),
            "max_length": say("400字までで入れてください。", "At most 400 characters, please."),
        },
    )


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done with a feed in one of these states."""

    code: str
    allowed: frozenset[str]
    form: type[SeenForm]
    carry_out: Callable[[HttpRequest, Feed, str], Feed]


def _apply(request: HttpRequest, feed: Feed, reason: str) -> Feed:
    return apply_feed(feed_id=feed.pk, actor=actor_of(request), now=now(request))


def _release(request: HttpRequest, feed: Feed, reason: str) -> Feed:
    return release_feed(feed_id=feed.pk, actor=actor_of(request), reason=reason, now=now(request))


def _withdraw(request: HttpRequest, feed: Feed, reason: str) -> Feed:
    return withdraw_feed(feed_id=feed.pk, actor=actor_of(request), reason=reason, now=now(request))


ACTS = {
    "apply": Act("apply", frozenset({State.CHECKED}), SeenForm, _apply),
    "release": Act("release", frozenset({State.HELD}), ReasonForm, _release),
    "withdraw": Act("withdraw", OPEN, ReasonForm, _withdraw),
}
DONE = {
    State.APPLIED: Text("適用しました。", "Applied."),
    State.CHECKED: Text("保留を解除しました。適用できます。", "Released. It may be applied now."),
    State.WITHDRAWN: Text("取り下げました。", "Withdrawn."),
    State.HELD: Text(
        "計算し直したところ、保留になりました。まだ何も適用していません。",
        "Worked out afresh, the brake holds it. Nothing has been applied.",
    ),
    State.REFUSED: Text(
        "計算し直したところ、受け付けられないファイルでした。何も適用していません。",
        "Worked out afresh, the file can’t be used. Nothing has been applied.",
    ),
}


@for_feed("GET", "POST", right=Right.HANDLE_FEEDS)
def apply(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Make what the dry run says known."""
    return _act(request, feed, ACTS["apply"])


@for_feed("GET", "POST", right=Right.HANDLE_FEEDS)
def release(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Let go of what the brake holds."""
    return _act(request, feed, ACTS["release"])


@for_feed("GET", "POST", right=Right.HANDLE_FEEDS)
def withdraw(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Give the file up."""
    return _act(request, feed, ACTS["withdraw"])


def _act(request: HttpRequest, feed: Feed, chosen: Act) -> HttpResponse:
    """GET asks; POST does it, once, and only to the feed as it was seen."""
    if feed.state not in chosen.allowed:
        return _moved_on(request, feed)
    if chosen.code == "release" and not is_second_person(actor_of(request), feed):
        return _show(request, feed, chosen, ReasonForm(), status=403 if request.method == "POST" else 200)
    if request.method != "POST":
        return _show(request, feed, chosen, chosen.form(initial={"seen": seen_as(feed)}))
    form = chosen.form(request.POST)
    if not form.is_valid():
        return _show(request, feed, chosen, form, status=422)
    return _carry_out(request, feed, chosen, form)


def _carry_out(request: HttpRequest, feed: Feed, chosen: Act, form: SeenForm) -> HttpResponse:
    if form.cleaned_data["seen"] != seen_as(feed):
        return _moved_on(request, feed)
    try:
        done = chosen.carry_out(request, feed, form.cleaned_data.get("reason", ""))
    except FeedStands as stands:
        return _moved_on(request, stands.feed)
    as_meant = done.state not in {State.HELD, State.REFUSED}
    (messages.success if as_meant else messages.warning)(request, in_language(DONE[State(done.state)]))
    return redirect("desk:feed", done.pk)


def seen_as(feed: Feed) -> str:
    """Changes whenever the feed's state or its dry run does."""
    return f"{feed.state}:{feed.checked_at.isoformat() if feed.checked_at else ''}"


def _moved_on(request: HttpRequest, feed: Feed) -> HttpResponse:
    """409 with the feed as it stands; whoever pressed twice reads that it is done."""
    said = in_language(MOVED_ON).format(state=in_language(STATES[feed.state][0]))
    return desk_page(request, "desk/feeds/feed.html", {**feed_facts(request, feed), "moved_on": said}, status=409)


def _show(request: HttpRequest, feed: Feed, chosen: Act, form: forms.Form, *, status: int = 200) -> HttpResponse:
    facts = {**feed_facts(request, feed), "act": chosen.code, "form": form, "second_person": SECOND_PERSON}
    return desk_page(request, "desk/feeds/act.html", facts, status=status)
