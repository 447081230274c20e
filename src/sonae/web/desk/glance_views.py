"""/desk/members/<number>/: a member at a glance, and all that happened around it, page by page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member
from sonae.apps.parties.queries import find_member
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import for_staff, note_look, rights_here
from sonae.web.desk.cover_words import fields_in_words
from sonae.web.desk.feed_words import actor_names, class_names
from sonae.web.desk.glance import Glance, ShownCover, glance_at
from sonae.web.desk.member_sources import GROUPS, Scope, emails_of, page_of, read_cursor, seen_sources
from sonae.web.desk.page import desk_page
from sonae.web.desk.two_clocks import Clocks, clocks_of
from sonae.web.shared.access import not_there
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import active_language

A_PAGE = 50
TELLING = ("industry", "annual_sales", "insured.name")


@for_staff("GET", right=Right.SEE_COVER)
def member(request: HttpRequest, number: str) -> HttpResponse:
    """GET …/?on=2027-03-03&known=2027-03-10; without them today, as it is known now."""
    found = _found_or_absent(request, number)
    clocks = clocks_of(request)
    names = class_names(programme_of(request).current_product)
    glance = glance_at(member=found, clocks=clocks, rights=rights_here(request), class_names=names)
    facts = {
        "member": found,
        "glance": glance,
        "clocks": clocks,
        "steps": glance.cover.rows(active_language()) if glance.cover else [],
        "insured": _insured(glance),
        "acts": _acts_on(glance, clocks),
        "here": glance.stops.index(next(stop for stop in glance.stops if stop.is_here)) if _shows_day(glance) else 0,
    }
    return desk_page(request, "desk/members/glance.html", facts, status=422 if clocks.unreadable else 200)


def _insured(glance: Glance) -> tuple[tuple[Text, Text], ...]:
    """Whose cover it is, and what its premium is worked out from."""
    if glance.cover is None:
        return ()
    found = glance.cover.found
    return fields_in_words(found.product, {name: found.fields[name] for name in TELLING if found.fields.get(name)})


def _shows_day(glance: Glance) -> bool:
    return any(stop.is_here for stop in glance.stops)


def _acts_on(glance: Glance, clocks: Clocks) -> list[tuple[str, Certificate]]:
    """What may be done to the paid cover today, the likeliest first; nothing while a change waits for its payment."""
    cover: ShownCover | None = glance.cover
    if cover is None or not clocks.is_now or _waits_for_payment(glance):
        return []
    names = ("reinstate", "change") if cover.found.is_cancelled else ("change", "cancel")
    return [(name, cover.found.certificate) for name in names]


def _waits_for_payment(glance: Glance) -> bool:
    return any(entry.kind == "change" for entry in glance.waiting)


@for_staff("GET", right=Right.SEE_COVER)
def member_history(request: HttpRequest, number: str) -> HttpResponse:
    """GET …/history/?of=money&after=…: everything, or one kind of it, newest first; with the clock of what was known."""
    found = _found_or_absent(request, number)
    clocks, group = clocks_of(request), request.GET.get("of", "")
    scope = _scope(request, found, clocks)
    groups = {one.group for one in seen_sources(scope)}
    if group and group not in groups:
        raise not_there(request, "member", f"{number}/{group}")
    cursor = read_cursor(request.GET.get("after", ""))
    entries, behind = page_of(seen_sources(scope, group), scope, cursor=cursor, most=A_PAGE)
    facts: dict[str, Any] = {
        "member": found,
        "clocks": clocks,
        "group": group,
        "group_name": GROUPS.get(group),
        "groups": [(one, GROUPS[one], clocks.query(of=one)) for one in GROUPS if one in groups],
        "entries": entries,
        "actors": actor_names(entry.actor for entry in entries),
        "is_first": cursor is None,
        "next_page": clocks.query(of=group, after=str(behind)) if behind else "",
        "first_page": clocks.query(of=group),
    }
    return desk_page(request, "desk/members/history.html", facts, status=422 if clocks.unreadable else 200)


def _scope(request: HttpRequest, member: Member, clocks: Clocks) -> Scope:
    people = list(member.people.filter(granted_at__lte=clocks.known).select_related("user")[:A_PAGE])
    facts = member.facts.filter(recorded_at__lte=clocks.known).order_by("-id")[:A_PAGE]
    names = class_names(programme_of(request).current_product)
    return Scope(member, clocks.known, clocks.now, rights_here(request), emails_of(people, facts), names)


def _found_or_absent(request: HttpRequest, number: str) -> Member:
    found = find_member(number=number)
    if found is None:
        raise not_there(request, "member", number)
    note_look(request, "member.seen", "member", found.number)
    return found
