"""/desk/call-backs/: the calls booked for a day in their order, and closing a half hour for further bookings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sonae.apps.contact.callbacks import DaySlot, list_callbacks
from sonae.apps.contact.standings import standings_of
from sonae.apps.contact.use_cases.close_slot import close_slot, reopen_slot
from sonae.domain.callback_slots import Slot
from sonae.domain.staff_rights import Right
from sonae.domain.window import span_words
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.page import desk_page
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now, today

DAYS_BACK_AND_AHEAD = 366
LONGEST_DAY = 10


class ClosingForm(ReasonForm):
    """Which half hour, and why."""

    slot = forms.ChoiceField(
        label=say("時間", "Time"),
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )
    field_order = ("slot", "reason", "seen")

    def __init__(self, *given: Any, slots: Sequence[Slot], **more: Any) -> None:
        super().__init__(*given, **more)
        field: Any = self.fields["slot"]
        field.choices = [(slot.code, in_language(span_words(slot.begins_at, slot.ends_at))) for slot in slots]


@for_staff("GET", "POST", right=Right.SEE_CONSULTATIONS, to_act=Right.CLOSE_CALLBACK_SLOTS)
def callbacks(request: HttpRequest) -> HttpResponse:
    """GET /desk/call-backs/?day=2026-11-25; POST closes or opens the half hour that is named."""
    product, day = programme_of(request).current_product, _day(request)
    if product is None:
        return desk_page(request, "desk/consultations/callbacks.html", {"day": day})
    slots = list_callbacks(product, day=day)
    by_code = {one.slot.code: one.slot for one in slots}
    if request.method == "POST" and request.POST.get("action") == "open" and request.POST.get("slot", "") in by_code:
        reopen_slot(slot=by_code[request.POST["slot"]], actor=actor_of(request), now=now(request))
        return _back(day, request, say("この枠を、また予約できるようにしました。", "It can be booked again."))
    sent = request.POST if request.method == "POST" else None
    form = ClosingForm(sent, slots=[one.slot for one in slots if not one.closed])
    if sent is not None and form.is_valid():
        slot, reason = by_code[form.cleaned_data["slot"]], form.cleaned_data["reason"]
        close_slot(slot=slot, reason=reason, actor=actor_of(request), now=now(request))
        said = say(
            "この枠を閉じました。すでにある予約は、そのまま電話します。",
            "Closed. Whoever is booked in it is still called.",
        )
        return _back(day, request, said)
    return _page(request, day, slots, form)


def _page(request: HttpRequest, day: date, slots: list[DaySlot], form: ClosingForm) -> HttpResponse:
    booked = [booking.consultation for slot in slots for booking in slot.bookings]
    standings = standings_of(booked)
    rows = [
        (slot, [(one, not standings[one.consultation_id].slot_begins_at) for one in slot.bookings]) for slot in slots
    ]
    facts = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": today(request),
        "rows": rows,
        "count": len(booked),
        "form": form,
        "can_be_closed": any(not slot.closed for slot in slots),
    }
    return desk_page(request, "desk/consultations/callbacks.html", facts, status=422 if form.errors else 200)


def _back(day: date, request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(f"{reverse('desk:callbacks')}?day={day.isoformat()}")


def _day(request: HttpRequest) -> date:
    """The day of the address, within a year of today; today where it names none."""
    written = request.GET.get("day", "")
    try:
        day = date.fromisoformat(written) if len(written) == LONGEST_DAY else today(request)
    except ValueError:
        return today(request)
    return day if abs((day - today(request)).days) <= DAYS_BACK_AND_AHEAD else today(request)
