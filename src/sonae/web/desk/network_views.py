"""/desk/staff/networks/: from which networks the own organisation's people open the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.people.queries import list_desk_networks
from sonae.apps.people.use_cases.limit_networks import OwnAddressOutside, limit_networks
from sonae.domain.networks import NetworksInvalid, read_networks
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import for_staff
from sonae.web.desk.page import desk_page
from sonae.web.desk.staff_views import own_organisation
from sonae.web.shared.access import person
from sonae.web.shared.client import client_of
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now
from sonae.web.shared.text_fields import message_field

LONGEST_LIST = 6_000


class NetworksForm(forms.Form):
    """One network a line."""

    networks = message_field(
        say("ネットワーク（1行に1つ）", "Networks, one a line"),
        most=LONGEST_LIST,
        rows=6,
        help_text=say(
            "203.0.113.0/24 本社 のように、CIDRに続けて名前を書けます。",
            "CIDR and, if you like, a name: 203.0.113.0/24 head office.",
        ),
    )

    def clean_networks(self) -> Any:
        try:
            found = read_networks(self.cleaned_data["networks"])
        except NetworksInvalid as problem:
            raise forms.ValidationError(in_language(problem.message)) from problem
        if not found:  # what opens the desk from everywhere is a button of its own, and no slip
            raise forms.ValidationError(say("ネットワークを入れてください。", "Please enter a network."))
        return found


@for_staff("GET", "POST", right=Right.SEE_STAFF, to_act=Right.MANAGE_STAFF)
def networks(request: HttpRequest) -> HttpResponse:
    """GET shows the list; POST sets it, unless it would lock out whoever sends it, or takes the limit away."""
    if request.method != "POST":
        standing = list_desk_networks(organisation_id=own_organisation(request).pk)
        written = "\n".join(f"{one.cidr} {one.label}".rstrip() for one in standing)
        return _show(request, NetworksForm(initial={"networks": written}))
    own = client_of(request)
    if request.POST.get("action") == "lift":
        limit_networks(by=person(request), networks=[], own_address=own, now=now(request))
        messages.success(request, say("制限をやめました。", "The limit has been taken away."))
        return redirect("desk:staff")
    form = NetworksForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    try:
        limit_networks(by=person(request), networks=form.cleaned_data["networks"], own_address=own, now=now(request))
    except OwnAddressOutside:
        form.add_error(
            "networks",
            say(
                f"あなたのいまのアドレス {own} が入っていません。このままでは、あなたも業務画面を開けなくなります。",
                f"Your own address {own} is not among them. You would lock yourself out.",
            ),
        )
        return _show(request, form)
    messages.success(request, say("ネットワークを決めました。", "The networks have been set."))
    return redirect("desk:staff")


def _show(request: HttpRequest, form: NetworksForm) -> HttpResponse:
    standing = list_desk_networks(organisation_id=own_organisation(request).pk)
    facts = {"form": form, "standing": standing, "own_address": client_of(request)}
    return desk_page(request, "desk/staff/networks.html", facts, status=422 if form.errors else 200)
