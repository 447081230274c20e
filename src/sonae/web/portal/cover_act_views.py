"""/portal/cover/<number>/…: a member changes its paid cover, cancels it, or takes its own cancellation back."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.queries import find_waiting_change
from sonae.apps.parties.models import MemberAccess
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.effective import OutsideTerm, earliest_for_member
from sonae.domain.certificate.log import Kind, live
from sonae.web.portal.cover_access import for_own_cover
from sonae.web.portal.cover_pages import page_for
from sonae.web.shared.cover_acts import answer
from sonae.web.shared.moment import today


@for_own_cover("GET", "POST")
def change(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """Plan, sales, industry, insured, address."""
    return _open("change", request, certificate)


@for_own_cover("GET", "POST")
def cancel(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """Says for each possible day what comes back, and that the free cover stays."""
    return _open("cancel", request, certificate)


@for_own_cover("GET", "POST")
def reinstate(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """Until the day on which cover ends."""
    return _open("reinstate", request, certificate)


def _open(code: str, request: HttpRequest, certificate: Certificate) -> HttpResponse:
    if request.method != "POST":
        waiting = find_waiting_change(certificate=certificate)
        if waiting is not None:
            return redirect("portal:change_asked", waiting.public_id)
        closed = why_not(code, certificate, today(request))
        if closed:
            facts = {"why": closed, "certificate": certificate, "code": code}
            return render(request, "portal/cover_act_closed.html", facts, status=409)
    elif code == "reinstate" and why_not(code, certificate, today(request)) == "not_yours":
        return render(
            request,
            "portal/cover_act_closed.html",
            {"why": "not_yours", "certificate": certificate, "code": code},
            status=409,
        )
    return answer(page_for(code, request, certificate))


def why_not(code: str, certificate: Certificate, day: date) -> str:
    """ended, cancelled, no_day_left, not_cancelled or not_yours; empty where it may be asked for."""
    ends_on = certificate.cancelled_on
    if day >= min(ends_on or certificate.scheme_year.expiry_on, certificate.scheme_year.expiry_on):
        return "ended"
    if code == "reinstate":
        if ends_on is None:
            return "not_cancelled"
        return "" if cancelled_by_member(certificate) else "not_yours"
    if code != "cancel":
        return ""
    return "cancelled" if ends_on is not None else _no_day_left(certificate, day)


def _no_day_left(certificate: Certificate, day: date) -> str:
    """Shortly before the expiry the first day on which a cancellation could take effect is the expiry itself."""
    product = product_of(certificate.scheme_year.product_version)
    try:
        earliest_for_member(product, ("cancellation",), day, term_of(certificate))
    except OutsideTerm:
        return "no_day_left"
    return ""


def cancelled_by_member(certificate: Certificate) -> bool:
    """Whether one of the member's own people asked for the cancellation that stands."""
    entries = list(certificate.transactions.all())
    ending = {act.seq for act in live(acts_of(entries)) if act.kind == Kind.CANCELLATION}
    actors = {entry.actor for entry in entries if entry.seq in ending}
    people = MemberAccess.objects.filter(member=certificate.member).values_list("user_id", flat=True)
    return bool(actors) and actors <= {f"user:{pk}" for pk in people}
