"""/portal/people/: who acts for the member, in which role; inviting, changing roles, removing, handing over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst

from sonae.apps.parties.models import Member, MemberAccess
from sonae.apps.parties.queries import MayNotAct, list_members_of, list_people_of, role_of
from sonae.apps.parties.standing import names_on
from sonae.apps.people.models import Invitation
from sonae.apps.people.queries import list_open_invitations
from sonae.apps.people.roles import ROLE_DUTIES, ROLE_NAMES, TO_GIVE
from sonae.apps.people.use_cases.change_people import (
    NoSuchPerson,
    OwnerStays,
    change_role,
    hand_over,
    remove_person,
)
from sonae.apps.people.use_cases.invite_person import (
    ActsAlready,
    NoInvitation,
    TooManyInvitations,
    invite_person,
    revoke_invitation,
    send_invitation_again,
)
from sonae.web.portal.access import only_looks
from sonae.web.portal.fresh import is_fresh, sign_in_again
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import email_field

Role = MemberAccess.Role


class InvitationForm(forms.Form):
    """Whom, and in which role."""

    email = email_field(
        say("招く方のメールアドレス", "E-mail address"),
        say("メールアドレスを入れてください。", "Please enter an e-mail address."),
        autocomplete="off",
    )
    role = forms.ChoiceField(
        label=say("役割", "Role"),
        widget=forms.RadioSelect,
        error_messages={"required": say("役割を選んでください。", "Please choose a role.")},
    )

    def __init__(self, data: Any = None, *, member: Member | None = None) -> None:
        super().__init__(data, auto_id=f"id_{member.number if member else ''}_%s")
        choice: Any = self.fields["role"]
        choice.choices = [(role, capfirst(in_language(ROLE_NAMES[role]))) for role in TO_GIVE]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@dataclass(frozen=True)
class Firm:
    """One member as the page shows it."""

    member: Member
    name: str
    people: list[MemberAccess]
    invitations: list[Invitation]
    own_role: str
    form: InvitationForm

    @property
    def may_manage(self) -> bool:
        return self.own_role in {Role.OWNER, Role.ADMINISTRATOR}

    @property
    def may_own(self) -> bool:
        return self.own_role == Role.OWNER


@signed_in("GET", "POST")
def people(request: HttpRequest) -> HttpResponse:
    """GET shows everybody; POST does one thing for one member. What the role does not allow is refused by the use-case."""
    if request.method != "POST":
        return _show(request)
    number = request.POST.get("member", "")
    member = next((one for one in list_members_of(user=person(request)) if one.number == number), None)
    if member is None:
        raise not_there(request, "member", number)
    act = ACTS.get(request.POST.get("action", ""))
    if act is None:
        return redirect("portal:people")
    try:
        return act(request, member)
    except MayNotAct:
        return only_looks(request)
    except (NoSuchPerson, NoInvitation):
        raise not_there(request, "person", request.POST.get("one", "")) from None
    except OwnerStays:
        messages.error(
            request, say("代表者は、先に交代の手続きが要ります。", "The ownership has to be handed over first.")
        )
        return redirect("portal:people")


def _show(request: HttpRequest, bound: InvitationForm | None = None, member: Member | None = None) -> HttpResponse:
    user, moment = person(request), now(request)
    members = list_members_of(user=user)
    names, people = names_on(members=members, on=today(request)), list_people_of(members=members)
    invitations = list_open_invitations(members=members)
    firms = [
        Firm(
            member=one,
            name=names.get(one.pk, one.number),
            people=people[one.pk],
            invitations=invitations[one.pk],
            own_role=next(access.role for access in people[one.pk] if access.user_id == user.pk),
            form=bound if bound is not None and member == one else InvitationForm(member=one),
        )
        for one in members
    ]
    facts = {"firms": firms, "user": user, "now": moment, "names": ROLE_NAMES, "duties": ROLE_DUTIES,
             "role_rows": [(code, ROLE_NAMES[code], ROLE_DUTIES[code]) for code in ROLE_NAMES],
             "role_hints": {code: ROLE_DUTIES[code] for code in TO_GIVE}}  # fmt: skip
    return render(request, "portal/people.html", facts, status=422 if bound is not None else 200)


def _address() -> str:
    """Where an invitation is taken, from the settings and never from the request's host."""
    token = "T" * 32
    path = reverse("portal:invitation", args=[token])
    return f"{settings.SONAE_SITE_ADDRESS}{path}".replace(token, "{token}")


def _one(request: HttpRequest) -> int:
    typed = request.POST.get("one", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 16):
        raise NoSuchPerson
    return int(typed)


def _invite(request: HttpRequest, member: Member) -> HttpResponse:
    form = InvitationForm(request.POST, member=member)
    if not form.is_valid():
        if role_of(user=person(request), member=member) == Role.READER:
            raise MayNotAct
        return _show(request, form, member)
    try:
        invite_person(
            member=member,
            user=person(request),
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            address=_address(),
            language=active_language(),
            now=now(request),
        )
    except ActsAlready:
        form.add_error("email", say("この方は、すでに担当になっています。", "This person acts for the member already."))
        return _show(request, form, member)
    except TooManyInvitations:
        return too_many_requests(request, retry_after_seconds=3600)
    messages.success(request, say("招待のメールを送りました。", "The invitation has been sent."))
    return redirect("portal:people")


def _send_again(request: HttpRequest, member: Member) -> HttpResponse:
    try:
        send_invitation_again(
            member=member, user=person(request), invitation_id=_one(request), address=_address(), now=now(request)
        )
    except TooManyInvitations:
        return too_many_requests(request, retry_after_seconds=3600)
    except ActsAlready:
        return redirect("portal:people")
    messages.success(request, say("招待のメールをもう一度送りました。", "The invitation has been sent again."))
    return redirect("portal:people")


def _revoke(request: HttpRequest, member: Member) -> HttpResponse:
    revoke_invitation(member=member, user=person(request), invitation_id=_one(request), now=now(request))
    messages.success(request, say("招待を取り消しました。", "The invitation has been taken back."))
    return redirect("portal:people")


def _role(request: HttpRequest, member: Member) -> HttpResponse:
    role = request.POST.get("role", "")
    if role not in TO_GIVE:
        return redirect("portal:people")
    change_role(member=member, user=person(request), person_id=_one(request), role=role, language=active_language(),
                now=now(request))  # fmt: skip
    messages.success(request, say("役割を変えました。", "The role has been changed."))
    return redirect("portal:people")


def _remove(request: HttpRequest, member: Member) -> HttpResponse:
    remove_person(
        member=member, user=person(request), person_id=_one(request), language=active_language(), now=now(request)
    )
    messages.success(request, say("担当から外しました。", "The person no longer acts for the member."))
    return redirect("portal:people")


def _hand_over(request: HttpRequest, member: Member) -> HttpResponse:
    if not is_fresh(request):
        return sign_in_again(request)
    hand_over(
        member=member, user=person(request), person_id=_one(request), language=active_language(), now=now(request)
    )
    messages.success(request, say("代表者を交代しました。", "The ownership has been handed over."))
    return redirect("portal:people")


ACTS: dict[str, Callable[[HttpRequest, Member], HttpResponse]] = {
    "invite": _invite,
    "send_again": _send_again,
    "revoke": _revoke,
    "role": _role,
    "remove": _remove,
    "hand_over": _hand_over,
}
