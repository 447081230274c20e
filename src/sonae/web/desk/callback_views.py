"""/desk/call-backs/: the calls booked for a day in their order, and closing a half hour for further bookings."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sonae.apps.contact.callbacks import list_callbacks, slots_on
from sonae.apps.contact.standings import standings_of
from sonae.apps.contact.use_cases.close_slot import close_slot, reopen_slot
from sonae.domain.callback_slots import Slot
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today

DAYS_BACK_AND_AHEAD = 366
LONGEST_DAY = 10


@for_staff("GET", "POST", right=Right.SEE_CONSULTATIONS, to_act=Right.CLOSE_CALLBACK_SLOTS)
def callbacks(request: HttpRequest) -> HttpResponse:
    """GET /desk/call-backs/?day=2026-11-25; POST closes or opens the half hour that is named."""
    product, day = programme_of(request).current_product, _day(request)
    if product is None:
        return desk_page(request, "desk/consultations/callbacks.html", {"day": day})
    form = ReasonForm()
    if request.method == "POST":
        slot = _slot(request, product, day)
        if slot is not None and request.POST.get("action") == "open":
            reopen_slot(slot=slot, actor=actor_of(request), now=now(request))
            return _back(day, request, say("この枠を、また予約できるようにしました。", "It can be booked again."))
        form = ReasonForm(request.POST)
        if slot is not None and form.is_valid():
            close_slot(slot=slot, reason=form.cleaned_data["reason"], actor=actor_of(request), now=now(request))
            said = say(
                "この枠を閉じました。すでにある予約は、そのまま電話します。",
                "Closed. Whoever is booked in it is still called.",
            )
            return _back(day, request, said)
    return _page(request, product, day, form)


def _page(request: HttpRequest, product: Product, day: date, form: ReasonForm) -> HttpResponse:
    slots = list_callbacks(product, day=day)
    booked = [booking.consultation for slot in slots for booking in slot.bookings]
    standings = standings_of(booked)
    rows = [
        (slot, [(one, not standings[one.consultation_id].slot_begins_at) for one in slot.bookings]) for slot in slots
    ]
    closed_by = actor_names(slot.closed.closed_by for slot in slots if slot.closed)
    facts = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": today(request),
        "rows": rows,
        "count": len(booked),
        "form": form,
        "chosen": request.GET.get("slot", "") or request.POST.get("slot", ""),
        "closed_by": closed_by,
        "open_slots": [slot for slot in slots if not slot.closed],
    }
    return desk_page(request, "desk/consultations/callbacks.html", facts, status=422 if form.errors else 200)


def _back(day: date, request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(f"{reverse('desk:callbacks')}?day={day.isoformat()}")


def _slot(request: HttpRequest, product: Product, day: date) -> Slot | None:
    code = request.POST.get("slot", "")
    return next((slot for slot in slots_on(product, day=day) if slot.code == code), None)


def _day(request: HttpRequest) -> date:
    """The day of the address, within a year of today; today where it names none."""
    written = request.GET.get("day", "")
    try:
        day = date.fromisoformat(written) if len(written) == LONGEST_DAY else today(request)
    except ValueError:
        return today(request)
    return day if abs((day - today(request)).days) <= DAYS_BACK_AND_AHEAD else today(request)
