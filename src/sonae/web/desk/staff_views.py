"""/desk/staff/: who is of the staff of one's own organisation, whose registration ends, who is invited; and inviting somebody."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst

from sonae.apps.parties.models import Organisation
from sonae.apps.people.models import StaffInvitation
from sonae.apps.people.queries import list_desk_networks, list_open_staff_invitations
from sonae.apps.people.staff import StaffMember, list_staff
from sonae.apps.people.use_cases.enter_staff import WorksHere
from sonae.apps.people.use_cases.invite_staff import (
    NoInvitation,
    TooManyInvitations,
    invite_staff,
    revoke_staff_invitation,
    send_staff_invitation_again,
)
from sonae.domain.staff_rights import (
    DAYS_TO_RENEW,
    POSITION_DUTIES,
    POSITION_NAMES,
    Party,
    Position,
    Right,
    Standing,
    positions_in,
)
from sonae.domain.text import Text
from sonae.web.desk.access import for_staff
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there, person
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import email_field

LONGEST_NUMBER = 16
HOUR = 3600
STANDINGS: dict[Standing, tuple[Text, str]] = {
    Standing.HOLDS: (Text("有効", "holds"), "good"),
    Standing.ENDS_SOON: (Text("まもなく満了", "ends soon"), "waiting"),
    Standing.OVER: (Text("満了", "over"), "urgent"),
}


class InvitationForm(forms.Form):
    """Whom, and what they will be."""

    email = email_field(
        say("招く方のメールアドレス", "E-mail address"),
        say("メールアドレスを入れてください。", "Please enter an e-mail address."),
        autocomplete="off",
    )
    positions = forms.MultipleChoiceField(
        label=say("役割", "Positions"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": say("役割を1つ以上選んでください。", "Please choose one position at least.")},
    )

    def __init__(self, data: Any = None, *, party: Party) -> None:
        super().__init__(data)
        choice: Any = self.fields["positions"]
        choice.choices = [(one.value, capfirst(in_language(POSITION_NAMES[one]))) for one in positions_in(party)]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@for_staff("GET", "POST", right=Right.SEE_STAFF, to_act=Right.MANAGE_STAFF)
def staff(request: HttpRequest) -> HttpResponse:
    """GET lists everybody; POST sends an invitation again or takes it back."""
    if request.method == "POST":
        return _change_invitation(request)
    organisation = own_organisation(request)
    rows = [row_of(one) for one in list_staff(organisation=organisation, on=today(request))]
    facts = {
        "organisation": organisation,
        "rows": rows,
        "to_renew": [row for row in rows if row["renew"]],
        "days": DAYS_TO_RENEW,
        "invitations": [(one, names_of(one)) for one in list_open_staff_invitations(organisation=organisation)],
        "networks": list_desk_networks(organisation_id=organisation.pk),
        "now": now(request),
    }
    return desk_page(request, "desk/staff/list.html", facts)


@for_staff("GET", "POST", right=Right.MANAGE_STAFF)
def invite(request: HttpRequest) -> HttpResponse:
    """GET asks whom; POST sends the mail."""
    party = Party(own_organisation(request).role)
    form = InvitationForm(request.POST if request.method == "POST" else None, party=party)
    if not form.is_valid():
        return _form(request, form)
    try:
        invite_staff(
            by=person(request), email=form.cleaned_data["email"], address=invitation_address(),
            positions=[Position(one) for one in form.cleaned_data["positions"]],
            language=active_language(), now=now(request),
        )  # fmt: skip
    except WorksHere:
        form.add_error("email", say("この方は、すでに職員です。", "This person is of your staff already."))
        return _form(request, form)
    except TooManyInvitations:
        return too_many_requests(request, retry_after_seconds=HOUR)
    messages.success(request, say("招待のメールを送りました。", "The invitation has been sent."))
    return redirect("desk:staff")


def _form(request: HttpRequest, form: InvitationForm) -> HttpResponse:
    facts = {"form": form, "hints": {one.value: duty for one, duty in POSITION_DUTIES.items()}}
    return desk_page(request, "desk/staff/invite.html", facts, status=422 if form.errors else 200)


def _change_invitation(request: HttpRequest) -> HttpResponse:
    number, again = typed_number(request, "one"), request.POST.get("action") == "send_again"
    by, moment = person(request), now(request)
    try:
        if again:
            send_staff_invitation_again(by=by, invitation_id=number, address=invitation_address(), now=moment)
        else:
            revoke_staff_invitation(by=by, invitation_id=number, now=moment)
    except (NoInvitation, WorksHere):
        raise not_there(request, "invitation", str(number)) from None
    except TooManyInvitations:
        return too_many_requests(request, retry_after_seconds=HOUR)
    sent = say("招待のメールをもう一度送りました。", "The invitation has been sent again.")
    messages.success(request, sent if again else say("招待を取り消しました。", "The invitation has been taken back."))
    return redirect("desk:staff")


def own_organisation(request: HttpRequest) -> Organisation:
    """The one whose staff the person is of."""
    return cast(Organisation, person(request).organisation)  # the door has made sure that there is one


def row_of(one: StaffMember) -> dict[str, Any]:
    """One person with everything in words."""
    standing, look = STANDINGS[one.standing] if one.standing else (Text("登録なし", "none"), "urgent")
    is_solicitor = Position.SOLICITOR in one.positions
    return {
        "one": one,
        "positions": [POSITION_NAMES[position] for position in Position if position in one.positions],
        "standing": standing if one.registration or is_solicitor else None,
        "look": look,
        "renew": is_solicitor and one.user.has_desk and one.standing != Standing.HOLDS,
    }


def names_of(invitation: StaffInvitation) -> list[Text]:
    """What the invited person will be."""
    return [POSITION_NAMES[Position(one)] for one in invitation.positions]


def invitation_address() -> str:
    """Where an invitation is taken, from the settings and never from the request's host."""
    token = "T" * 32
    path = reverse("portal:staff_invitation", args=[token])
    return f"{settings.SONAE_SITE_ADDRESS}{path}".replace(token, "{token}")


def typed_number(request: HttpRequest, name: str) -> int:
    """The number that the form carries; one that isn't a number is nobody's."""
    typed = request.POST.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_NUMBER else -1
