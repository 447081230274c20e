"""/desk/money/returns/: return premium that no card can take, its transfer to the member's bank account, and taking that back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.billing.models import HandReturn
from sonae.apps.billing.queries import find_hand_return
from sonae.apps.billing.use_cases.transfer_return import (
    DayOutOfReach,
    TransferredOtherwise,
    note_transfer,
    take_back_transfer,
)
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm, SeenForm
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.owed_views import MOVED_ON
from sonae.web.desk.page import desk_page
from sonae.web.desk.yen_moves import transfer_moves
from sonae.web.shared.access import not_there
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import line_field

LONGEST_REFERENCE = 100


class TransferForm(SeenForm):
    """When it was transferred, and by which reference the bank knows it."""

    transferred_on = DayField(label=say("振り込んだ日", "Transferred on"))
    reference = line_field(
        say("銀行の照会番号", "Bank reference"),
        say("銀行の照会番号を入れてください。", "Please enter the bank’s reference."),
        most=LONGEST_REFERENCE,
        help_text=say("振込みの控えにある番号を入れてください。", "As the bank’s slip has it."),
        autocomplete="off",
    )
    field_order = ("transferred_on", "reference", "seen")


@for_staff("GET", "POST", right=Right.SEE_MONEY, to_act=Right.HANDLE_MONEY)
def hand_return(request: HttpRequest, *, hand_return_id: int) -> HttpResponse:
    """While it waits, the form that notes the transfer; afterwards the transfer."""
    found = _found_or_absent(request, hand_return_id)
    if request.method != "POST":
        form = TransferForm(initial={"seen": seen_as(found), "transferred_on": today(request).isoformat()})
        return _show(request, found, form)
    form = TransferForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    given = {name: form.cleaned_data[name] for name in ("transferred_on", "reference")}
    if found.transferred_on is None and form.cleaned_data["seen"] != seen_as(found):
        return _show(request, found, TransferForm(initial={**given, "seen": seen_as(found)}), moved_on=True)
    try:
        note_transfer(hand_return_id=found.pk, actor=actor_of(request), now=now(request), **given)
    except DayOutOfReach:
        form.add_error(
            "transferred_on",
            say(
                "返戻が決まった日から今日までの日付を入れてください。", "A day from when it was owed to today, please."
            ),
        )
        return _show(request, found, form)
    except TransferredOtherwise as otherwise:
        return _show(request, otherwise.hand_return, form, moved_on=True)
    messages.success(request, say("振込みを記帳しました。", "The transfer is noted and booked."))
    return redirect("desk:hand_return", found.pk)


@for_staff("GET", "POST", right=Right.HANDLE_MONEY)
def take_back(request: HttpRequest, *, hand_return_id: int) -> HttpResponse:
    """It was not transferred after all: owed again, with a reason. Sent again it changes nothing."""
    found = _found_or_absent(request, hand_return_id)
    if request.method != "POST":
        if found.transferred_on is None:
            return redirect("desk:hand_return", found.pk)
        return _ask_back(request, found, ReasonForm(initial={"seen": seen_as(found)}))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _ask_back(request, found, form)
    if found.transferred_on is not None and form.cleaned_data["seen"] != seen_as(found):
        return _show(request, found, TransferForm(), moved_on=True)
    take_back_transfer(
        hand_return_id=found.pk, reason=form.cleaned_data["reason"], actor=actor_of(request), now=now(request)
    )
    messages.success(
        request,
        say(
            "振込みを取り消しました。また振込みを待ちます。",
            "The transfer is taken back; it is to be transferred again.",
        ),
    )
    return redirect("desk:hand_return", found.pk)


def seen_as(found: HandReturn) -> str:
    """Changes with each transfer that is noted."""
    return str(found.transfers)


def _found_or_absent(request: HttpRequest, hand_return_id: int) -> HandReturn:
    found = find_hand_return(hand_return_id=hand_return_id)
    if found is None:
        raise not_there(request, "hand_return", str(hand_return_id))
    return found


def _show(request: HttpRequest, found: HandReturn, form: forms.Form, *, moved_on: bool = False) -> HttpResponse:
    facts: dict[str, Any] = {"hand_return": found, "form": form, "moves": transfer_moves(found)}
    if found.transferred_by:
        facts["transferred_by"] = actor_names([found.transferred_by])[found.transferred_by]
    if moved_on:
        facts["moved_on"] = MOVED_ON
    status = 409 if moved_on else 422 if form.errors else 200
    return desk_page(request, "desk/money/return.html", facts, status=status)


def _ask_back(request: HttpRequest, found: HandReturn, form: forms.Form) -> HttpResponse:
    facts = {"hand_return": found, "form": form, "moves": transfer_moves(found)}
    return desk_page(request, "desk/money/return_back.html", facts, status=422 if form.errors else 200)
