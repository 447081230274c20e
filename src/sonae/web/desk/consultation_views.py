"""/desk/consultations/: what waits at the contact window by when it is due, one consultation with everything, a call coming in."""

from __future__ import annotations

from typing import Any, cast, get_args

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.record import record
from sonae.apps.contact.consultation_file import consultation_file_of
from sonae.apps.contact.consultation_log import HappenedLater
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.recognition import LONGEST_TYPED, KnownMember, recognise
from sonae.apps.contact.standings import State, list_closed, list_open
from sonae.apps.contact.use_cases.receive_call import TakenCall, receive_call
from sonae.apps.people.staff import positions_of, registration_of
from sonae.apps.programmes.product_files import product_of
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Position, Registration, Right
from sonae.web.desk.access import actor_of, for_consultation, for_staff, rights_here
from sonae.web.desk.consultation_facts import sent_facts
from sonae.web.desk.consultation_forms import CallForm
from sonae.web.desk.consultation_words import (
    KINDS,
    WAYS,
    clock_lines,
    event_lines,
    holder_names,
    holder_of,
    state_of,
)
from sonae.web.desk.feed_words import class_name, class_names
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import person
from sonae.web.shared.context import programme_of
from sonae.web.shared.keyed_form import new_form_key
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today
from sonae.web.shared.typed_contact import read_telephone

LONGEST_AFTER = 40
STATES: tuple[State, ...] = get_args(State)
AHEAD = say("まだ先の時刻です。いまか、それより前にしてください。", "This lies ahead. Now or earlier, please.")


@for_staff("GET", right=Right.SEE_CONSULTATIONS)
def consultations(request: HttpRequest) -> HttpResponse:
    """GET /desk/consultations/?state=…&kind=…&mine=1&after=…"""
    state = _chosen(request, "state", STATES, "open")
    kind = _chosen(request, "kind", tuple(KINDS), "")
    mine = request.GET.get("mine") == "1" and state != "closed"
    after = request.GET.get("after", "")[:LONGEST_AFTER]
    if state == "closed":
        page = list_closed(kind=kind, after=after)
    else:
        page = list_open(
            kind=kind, state=cast("State", state), holder=actor_of(request) if mine else "",
            may_solicit=Right.SOLICIT in rights_here(request), after=after, now=now(request),
        )  # fmt: skip
    names = holder_names([row.standing for row in page.rows])
    rows = [
        (row, KINDS[row.consultation.kind], *state_of(row.standing, now(request)), holder_of(row.standing, names))
        for row in page.rows
    ]
    facts = {
        "page": page, "rows": rows, "state": state, "kind": kind, "mine": mine, "after": after, "kinds": KINDS.items(),
    }  # fmt: skip
    return desk_page(request, "desk/consultations/list.html", facts)


def _chosen(request: HttpRequest, name: str, choices: tuple[str, ...], otherwise: str) -> str:
    given = request.GET.get(name, "")
    return given if given in choices else otherwise


@for_consultation("GET")
def consultation(request: HttpRequest, found: Consultation) -> HttpResponse:
    """What was asked, what happened, and by which script to go on; who opened it is written down."""
    record(now=now(request), actor=actor_of(request), action="consultation.opened", object_kind="consultation",
           object_id=found.number)  # fmt: skip
    facts = {**consultation_facts(request, found), "form_key": new_form_key()}
    return desk_page(request, "desk/consultations/consultation.html", facts)


def consultation_facts(request: HttpRequest, found: Consultation) -> dict[str, Any]:
    """For its page, and for the pages on which something is done to it."""
    product, file = product_of(found.product_version), consultation_file_of(consultation=found, today=today(request))
    names = class_names(product)
    ruling = script_product(request, found)
    return {
        "consultation": found,
        "kind": KINDS[found.kind],
        "rows": sent_facts(found, product),
        "file": file,
        "standing": file.standing,
        "state": state_of(file.standing, now(request)),
        "holder": holder_of(file.standing, holder_names([file.standing])),
        "clocks": clock_lines(file.standing, contact=product.contact, at=now(request)),
        "lines": event_lines(
            file.events, product=ruling, sent={key: one.sent_at is not None for key, one in file.sent.items()}
        ),
        "members": member_rows(file.members, names),
        "others": [(one, KINDS[one.kind]) for one in file.others],
        **script_facts(request, ruling),
    }


def script_facts(request: HttpRequest, product: Product) -> dict[str, Any]:
    """By the reader's own rights on this day: who may not solicit reads the administrative script, and why."""
    may_solicit = Right.SOLICIT in rights_here(request)
    return {
        "script": product.desk.soliciting if may_solicit else product.desk.administrative,
        "leaflets": [product.document(code) for code in product.desk.leaflets],
        "expired": None if may_solicit else expired_registration(request),
    }


def script_product(request: HttpRequest, found: Consultation) -> Product:
    """The product of today; where there is none, the one under which the consultation came in."""
    return programme_of(request).current_product or product_of(found.product_version)


def expired_registration(request: HttpRequest) -> Registration | None:
    """Of somebody who is a solicitor by position, and whose registration does not hold today."""
    registration = registration_of(person(request))
    if registration is None or Position.SOLICITOR not in positions_of(person(request)):
        return None
    return None if registration.holds_on(today(request)) else registration


def member_rows(members: tuple[KnownMember, ...], names: Any) -> list[tuple[Any, ...]]:
    """Each with its class and the ways in which it fits."""
    return [
        (one, class_name(one.member_class, names) if one.member_class else None, [WAYS[way] for way in one.ways])
        for one in members
    ]


@for_staff("GET", "POST", right=Right.TAKE_CONSULTATIONS)
def call(request: HttpRequest) -> HttpResponse:
    """GET /desk/consultations/call/?caller=0312345678, as a telephone system opens it: who it may be. POST keeps it."""
    product = programme_of(request).current_product
    if product is None:
        return desk_page(request, "desk/consultations/call.html", {"closed": True})
    caller = request.GET.get("caller", "")[:LONGEST_TYPED].strip()
    if request.method == "POST":
        return _take(request, product)
    members = recognise(telephone=caller, today=today(request)) if caller else ()
    for one in members:
        record(now=now(request), actor=actor_of(request), action="member.recognised", object_kind="member",
               object_id=one.number)  # fmt: skip
    known = members[0] if len(members) == 1 else None
    initial = {"form_key": new_form_key(), "telephone": _as_written(caller)}
    if known is not None:
        initial |= {"firm": known.name, "member_number": known.number, "email": known.email}
    form = CallForm(today=today(request), initial=initial)
    return _call_page(request, product, form, caller=caller, members=member_rows(members, class_names(product)))


def _as_written(caller: str) -> str:
    """As people in Japan write it; what is no number stays as it came."""
    try:
        return read_telephone(caller)
    except ValidationError:
        return caller


def _take(request: HttpRequest, product: Product) -> HttpResponse:
    form = CallForm(request.POST, today=today(request))
    if form.is_valid():
        given = form.cleaned_data
        fields = ("message", "said", "name", "kana", "firm", "telephone", "email", "member_number", "rang_at")
        taken = TakenCall(
            **{name: given[name] for name in fields}, follow_up_on=given["follow_up_on"], outcome=form.outcome_given
        )
        try:
            kept, _ = receive_call(
                call=taken, form_key=given["form_key"], product=product, user=person(request),
                language=given["language"], now=now(request),
            )  # fmt: skip
        except HappenedLater:
            form.add_error("rang_at", AHEAD)
        else:
            return redirect("desk:consultation", kept.number)
    return _call_page(request, product, form, status=422)


def _call_page(
    request: HttpRequest, product: Product, form: CallForm, *, status: int = 200, **facts: Any
) -> HttpResponse:
    facts = {"form": form, **script_facts(request, product), **facts}
    return desk_page(request, "desk/consultations/call.html", facts, status=status)
