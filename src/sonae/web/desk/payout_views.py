"""/desk/money/payouts/: the card processor's files, what in them doesn't match, and closing an item of that work list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.reporting.models import Payout
from sonae.apps.reporting.payout_forms import payout_forms
from sonae.apps.reporting.payout_items import PayoutItem, find_payout_item, kept_payout_items
from sonae.apps.reporting.use_cases.decide_payout_item import ItemGone, decide_payout_item
from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
from sonae.domain.payout import PayoutRefused, Verdict
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.afresh import wants_afresh
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.money_words import ITEMS, KINDS, REFUSALS, WHAT_TO_DO
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now

PAYOUTS_SHOWN = 50
ITEMS_SHOWN = 200
MEGABYTE = 1 << 20
LONGEST_KEY = 300


class PayoutUploadForm(forms.Form):
    """The file; its form is known by its headings."""

    file = forms.FileField(
        label=say("入金明細のファイル（CSV）", "Payout file (CSV)"),
        max_length=200,
        error_messages={
            "required": say("ファイルを選んでください。", "Please choose a file."),
            "missing": say("ファイルを選んでください。", "Please choose a file."),
            "invalid": say("ファイルを選んでください。", "Please choose a file."),
            "empty": say("ファイルが空です。", "The file is empty."),
            "max_length": say(
                "ファイル名が長すぎます。200字までにしてください。",
                "The file’s name is too long: at most 200 characters.",
            ),
        },
    )


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item with its words."""

    item: PayoutItem
    kind: Text
    verdict: Text
    todo: Text
    look: str
    closed_by: Text | None


@for_staff("GET", right=Right.SEE_MONEY)
def payouts(request: HttpRequest) -> HttpResponse:
    """The work first, then what is on its way, what was closed, and the payouts."""
    kept = kept_payout_items(now=now(request), afresh=wants_afresh(request))
    items = _lines(kept.answer)
    listed = list(Payout.objects.select_related("file").order_by("-paid_on", "-id")[:PAYOUTS_SHOWN])
    names = actor_names(payout.file.received_by for payout in listed)
    facts = {
        "work": [one for one in items if one.look == "urgent"][:ITEMS_SHOWN],
        "coming": [one for one in items if one.look == "waiting"][:ITEMS_SHOWN],
        "done": [one for one in items if one.look == "ended"][:ITEMS_SHOWN],
        "payouts": [(payout, names[payout.file.received_by]) for payout in listed],
        "coming_yen": sum(-one.item.comparison.difference_yen for one in items if one.look == "waiting"),
        "work_count": sum(one.look == "urgent" for one in items),
        "kept": kept,
        "as_of": now(request),
    }
    return desk_page(request, "desk/money/payouts.html", facts)


def _lines(items: list[PayoutItem]) -> list[ItemLine]:
    names = actor_names(item.decision.actor for item in items if item.decision)
    return [
        ItemLine(
            item,
            KINDS[item.comparison.kind],
            ITEMS[item.verdict],
            WHAT_TO_DO[item.verdict],
            "ended" if item.is_closed else "waiting" if item.verdict == Verdict.ON_ITS_WAY else "urgent",
            names[item.decision.actor] if item.decision and item.is_closed else None,
        )
        for item in items
    ]


@for_staff("GET", "POST", right=Right.HANDLE_MONEY)
def upload(request: HttpRequest) -> HttpResponse:
    """Whole or not at all; the same file again changes nothing."""
    if request.method != "POST":
        return _show(request, PayoutUploadForm())
    form = PayoutUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    given = form.cleaned_data["file"]
    if given.size > settings.SONAE_PAYOUT_LIMIT_BYTES:
        form.add_error("file", in_language(REFUSALS["too_large"]))
        return _show(request, form, status=413)
    try:
        taken = take_payout_file(content=given.read(), file_name=given.name, actor=actor_of(request), now=now(request))
    except PayoutRefused as refused:
        form.add_error("file", _why(refused))
        return _show(request, form, status=422)
    if taken.is_new:
        messages.success(request, say("受け取って記帳しました。", "Taken and booked."))
    else:
        messages.info(
            request,
            say(
                "同じ入金は、すでに受け取っています。何も変えていません。",
                "This payout is here already; nothing has changed.",
            ),
        )
    return redirect("desk:payouts")


def _why(refused: PayoutRefused) -> str:
    words = in_language(REFUSALS[refused.code])
    at = say(f"{refused.line}行目：", f"Line {refused.line}: ") if refused.line else ""
    return f"{at}{words}{say('何も取り込んでいません。', ' Nothing was taken.')}"


def _show(request: HttpRequest, form: PayoutUploadForm, *, status: int = 200) -> HttpResponse:
    facts = {
        "form": form,
        "forms": [one.name for one in payout_forms()],
        "limit_megabytes": settings.SONAE_PAYOUT_LIMIT_BYTES // MEGABYTE,
    }
    return desk_page(request, "desk/money/payout_upload.html", facts, status=status)


@for_staff("GET", "POST", right=Right.SEE_MONEY, to_act=Right.HANDLE_MONEY)
def item(request: HttpRequest) -> HttpResponse:
    """Close an item with a reason, or open it again. The address names it; once its sums change it is another."""
    key = request.GET.get("key", "")[:LONGEST_KEY]
    found = find_payout_item(key=key, now=now(request)) if key and "\0" not in key else None
    if found is None:
        raise not_there(request, "payout_item", key)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _decide(request, found, form)
    facts: dict[str, Any] = {"line": _lines([found])[0], "form": form}
    return desk_page(request, "desk/money/payout_item.html", facts, status=422 if form.errors else 200)


def _decide(request: HttpRequest, found: PayoutItem, form: ReasonForm) -> HttpResponse:
    reason, closed = form.cleaned_data["reason"], not found.is_closed
    try:
        decide_payout_item(item=found.key, closed=closed, reason=reason, actor=actor_of(request), now=now(request))
    except ItemGone:
        messages.warning(
            request,
            say(
                "内容が変わったため、閉じていません。いまの一覧を見てください。",
                "It has changed meanwhile and was left open; look at the list as it is now.",
            ),
        )
    else:
        done = say("もう一度開きました。", "Opened again.") if found.is_closed else say("閉じました。", "Closed.")
        messages.success(request, done)
    return redirect("desk:payouts")
