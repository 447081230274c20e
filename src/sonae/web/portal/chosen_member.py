"""Which of a person's members a page is about: the one that the address names, or else the one they have acted for longest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from sonae.apps.parties.models import Member, MembershipFact, User
from sonae.apps.parties.queries import Deed, list_members_of, may_act_for
from sonae.apps.parties.standing import latest_fact, list_facts, names_on, standing_of
from sonae.domain.membership_standing import MembershipStanding
from sonae.web.portal.access import only_looks
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.moment import today


@dataclass(frozen=True)
class ChosenMember:
    """The member, what the organiser's list says of it, and the person's other members to switch to."""

    member: Member
    facts: list[MembershipFact]
    known: MembershipFact | None  # what is known today, even when it has left
    standing: MembershipStanding
    members: list[tuple[Member, str]]  # all of the person's, each with its name

    @property
    def name(self) -> str:
        return self.known.name if self.known else ""

    def may(self, user: User, to: Deed) -> bool:
        """Whether the person may do that for this member."""
        return may_act_for(user=user, member=self.member, to=to)

    @property
    def query(self) -> str:
        """To be put behind an address of the portal, so that the page there is about the same member."""
        return f"?{urlencode({'member': self.member.number})}" if len(self.members) > 1 else ""


def choose_member(request: HttpRequest) -> ChosenMember | None:
    """None for a person who acts for nobody. Somebody else's member and one that isn't there answer alike: 404."""
    members = list_members_of(user=person(request))
    if not members:
        return None
    wanted = request.GET.get("member", members[0].number)
    member = next((one for one in members if one.number == wanted), None)
    if member is None:
        raise not_there(request, "member", wanted)
    return _about(member, members, today(request))


def _about(member: Member, members: list[Member], day: date) -> ChosenMember:
    facts = list_facts(member=member)
    names = names_on(members=members, on=day) if len(members) > 1 else {}
    return ChosenMember(
        member=member,
        facts=facts,
        known=latest_fact(facts, on=day),
        standing=standing_of(facts, on=day),
        members=[(one, names.get(one.pk, "")) for one in members],
    )


View = Callable[..., HttpResponseBase]


def for_member(*methods: str, to: Deed = "see") -> Callable[[View], View]:
    """The view gets the chosen member. Who acts for nobody is asked for the member number, and finds nothing of others.

    ``to`` is what the page lets people do; whoever only looks gets the page that says whom to ask.
    """

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
            chosen = choose_member(request)
            if chosen is not None and to != "see" and not chosen.may(person(request), to):
                return only_looks(request)
            if chosen is not None:
                return view(request, chosen, **arguments)
            if arguments:  # of somebody else, or of nobody
                raise not_there(request, "page", request.path)
            return redirect("portal:start")

        return opened

    return decorate
