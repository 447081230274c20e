"""/desk/staff/…/: one person of the own organisation: positions, registration, closing the desk, the second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.people.staff import StaffMember, find_staff_member
from sonae.apps.people.use_cases.manage_staff import (
    MayNotManage,
    NoSuchPerson,
    NotThere,
    OwnAccount,
    close_desk,
    give_position,
    renew_registration,
    reopen_desk,
    reset_second_factor,
    take_position,
)
from sonae.domain.staff_rights import POSITION_DUTIES, POSITION_NAMES, Party, Position, Right, positions_in
from sonae.web.desk.access import for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.page import desk_page
from sonae.web.desk.staff_views import own_organisation, row_of
from sonae.web.shared.access import not_there, person
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import line_field

LONGEST_REGISTRATION = 20
OWN = say(
    "ご自分の役割や登録は変えられません。別の責任者に頼んでください。",
    "Nobody changes their own positions or registration. Please ask another supervisor.",
)
NOT_ANY_MORE = say(
    "いまは職員を管理できません。何も変えていません。", "You don’t manage the staff any more. Nothing was changed."
)


class RegistrationForm(forms.Form):
    """As the registration shows it."""

    number = line_field(
        say("登録番号", "Registration number"),
        say("登録番号を入れてください。", "Please enter the registration number."),
        most=LONGEST_REGISTRATION,
        autocomplete="off",
    )
    last_day = DayField(label=say("有効期限（この日まで）", "Valid to and including"))


@for_staff("GET", "POST", right=Right.SEE_STAFF, to_act=Right.MANAGE_STAFF)
def staff_member(request: HttpRequest, *, user_id: int) -> HttpResponse:
    """GET shows the person; POST gives or ends a position, records a registration, or opens the desk again."""
    found = _found_or_absent(request, user_id)
    if request.method != "POST":
        return _show(request, found, RegistrationForm())
    if "number" in request.POST:
        return _register(request, found)
    match request.POST.get("action", ""):
        case "give" | "take" as action if request.POST.get("position") in set(Position):
            return _position(request, found, Position(request.POST["position"]), gives=action == "give")
        case "reopen":
            done = say("業務画面をまた使えるようにしました。", "The desk is open to this person again.")
            return _do(request, found, done, lambda: reopen_desk(
                by=person(request), user_id=found.user.pk, language=active_language(), now=now(request)))  # fmt: skip
    return redirect("desk:staff_member", found.user.pk)


def _position(request: HttpRequest, found: StaffMember, position: Position, *, gives: bool) -> HttpResponse:
    use_case = give_position if gives else take_position
    done = (
        say("役割を加えました。", "The position was added.")
        if gives
        else say("役割を外しました。", "The position was ended.")
    )
    return _do(
        request,
        found,
        done,
        lambda: use_case(by=person(request), user_id=found.user.pk, position=position, now=now(request)),
    )


def _register(request: HttpRequest, found: StaffMember) -> HttpResponse:
    form = RegistrationForm(request.POST)
    if form.is_valid() and form.cleaned_data["last_day"] < today(request):
        form.add_error("last_day", say("今日より前の日です。", "This day is over already."))
    if not form.is_valid():
        return _show(request, found, form)
    done = say("登録を記録しました。", "The registration is on record.")
    return _do(
        request, found, done,
        lambda: renew_registration(by=person(request), user_id=found.user.pk, now=now(request), **form.cleaned_data),
    )  # fmt: skip


@for_staff("GET", "POST", right=Right.MANAGE_STAFF)
def close(request: HttpRequest, *, user_id: int) -> HttpResponse:
    """Asked twice, with a reason; it can be taken back."""
    done = say("業務画面の利用を止めました。", "The desk is closed to this person.")
    return _asked_twice(request, user_id, "close", close_desk, done)


@for_staff("GET", "POST", right=Right.MANAGE_STAFF)
def reset(request: HttpRequest, *, user_id: int) -> HttpResponse:
    """Asked twice, with a reason."""
    done = say("二段階のログインを解除しました。", "The second sign-in step has been reset.")
    return _asked_twice(request, user_id, "reset", reset_second_factor, done)


def _asked_twice(
    request: HttpRequest, user_id: int, act: str, use_case: Callable[..., object], done: Any
) -> HttpResponse:
    found = _found_or_absent(request, user_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if found.user.pk == person(request).pk:
        messages.error(request, OWN)
        return redirect("desk:staff_member", found.user.pk)
    if not form.is_valid():
        facts = {"act": act, "form": form, **row_of(found)}
        return desk_page(request, "desk/staff/act.html", facts, status=422 if form.errors else 200)
    return _do(request, found, done, lambda: use_case(
        by=person(request), user_id=found.user.pk, reason=form.cleaned_data["reason"], language=active_language(),
        now=now(request)))  # fmt: skip


def _do(request: HttpRequest, found: StaffMember, done: Any, act: Callable[[], object]) -> HttpResponse:
    """Do it and show the person again; what can't be done leaves everything as it is."""
    try:
        act()
    except NoSuchPerson:
        raise not_there(request, "staff", str(found.user.pk)) from None
    except OwnAccount:
        messages.error(request, OWN)
    except MayNotManage:
        messages.error(request, NOT_ANY_MORE)
        return redirect("desk:home")
    except NotThere:
        messages.error(request, say("この組織にはない役割です。", "Your organisation has no such position."))
    else:
        messages.success(request, done)
    return redirect("desk:staff_member", found.user.pk)


def _show(request: HttpRequest, found: StaffMember, form: RegistrationForm) -> HttpResponse:
    offered = positions_in(Party(own_organisation(request).role))
    facts = {
        **row_of(found),
        "form": form,
        "own": found.user.pk == person(request).pk,
        "held": [(one.value, POSITION_NAMES[one], POSITION_DUTIES[one]) for one in Position if one in found.positions],
        "offered": [(one.value, POSITION_NAMES[one]) for one in offered if one not in found.positions],
        "only_clerk": found.positions == {Position.CLERK},
    }
    return desk_page(request, "desk/staff/member.html", facts, status=422 if form.errors else 200)


def _found_or_absent(request: HttpRequest, user_id: int) -> StaffMember:
    found = find_staff_member(organisation=own_organisation(request), user_id=user_id, on=today(request))
    if found is None:
        raise not_there(request, "staff", str(user_id))
    return found
