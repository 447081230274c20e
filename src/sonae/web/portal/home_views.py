"""/portal/: what the chosen member has and hasn't, what is due, and whom to call; and the papers to keep."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.audit.record import record
from sonae.apps.certificates.queries import list_waiting_changes
from sonae.apps.documents.papers import pdf_of
from sonae.apps.enrolment.queries import list_living_applications
from sonae.apps.renewal.members_offer import list_members_offers
from sonae.domain.membership_standing import MembershipStanding, RenewalOutlook, renewal_outlook
from sonae.web.portal.chosen_member import choose_member
from sonae.web.portal.cover import Cover, CoverState, Holding, find_paper, holding_of, reach_of
from sonae.web.portal.downloads import pdf_download
from sonae.web.portal.notices import notices_of
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.context import programme_of
from sonae.web.shared.moment import now, today

SHOWN_NOTICES, SHOWN_PAPERS = 3, 4


@signed_in("GET")
def home(request: HttpRequest) -> HttpResponse:
    """One member at a time, the most urgent first."""
    chosen = choose_member(request)
    applications = list_living_applications(user=person(request))
    product = programme_of(request).current_product
    if chosen is None and person(request).has_desk and not applications:
        return redirect("desk:home")  # staff without a member have nothing to see here
    if chosen is None:
        facts: dict[str, object] = {"applications": applications, "today": today(request), "product": product}
        return render(request, "portal/home_of_nobody.html", facts)
    holding = holding_of(member=chosen.member, now=now(request))
    notices = notices_of(chosen=chosen, holding=holding, product=product, user=person(request), now=now(request))
    in_force = next((cover for cover in holding.paid if cover.state is CoverState.IN_FORCE), None)
    shown = in_force or next(iter(holding.paid), None)
    shown_product = shown.product if shown else product
    facts = {
        "chosen": chosen,
        "holding": holding,
        "applications": [one for one in applications if one.member_id == chosen.member.pk],
        "today": today(request),
        "product": shown_product,
        "renewals": list_members_offers(member=chosen.member, today=today(request)) if holding.paid else [],
        "outlook": _outlook(chosen.standing, holding, today(request)),
        "shown": shown,
        "free": _free_now(holding),
        "reach": reach_of(shown_product, shown.plan if shown else None) if shown_product else None,
        "hotlines": [one for one in in_force.product.services_of("paid") if one.phone] if in_force else [],
        "notices": notices[:SHOWN_NOTICES],
        "unread": sum(one.is_new for one in notices),
        "papers": holding.papers[:SHOWN_PAPERS],
        "may_manage": chosen.may(person(request), "manage"),
        "waiting_changes": list_waiting_changes(member=chosen.member),
    }
    return render(request, "portal/home.html", facts)


def _free_now(holding: Holding) -> Cover | None:
    """The free cover in force, or else the next one."""
    in_order = sorted(holding.free, key=lambda cover: cover.starts_at)
    return next((cover for cover in in_order if cover.state is CoverState.IN_FORCE), next(iter(in_order), None))


def _outlook(standing: MembershipStanding, holding: Holding, day: date) -> RenewalOutlook | None:
    """Of the paid cover that runs longest."""
    last = max(holding.paid, key=lambda cover: cover.ends_at, default=None)
    if last is None:
        return None
    return renewal_outlook(standing, expires_on=last.ends_on, today=day, calendar=last.product.calendar)


@signed_in("GET")
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper as PDF; who opened it is written down. Somebody else's answers like one that isn't there."""
    found = find_paper(user=person(request), paper_id=paper_id)
    if found is None:
        raise not_there(request, "paper", str(paper_id))
    record(now=now(request), actor=f"user:{person(request).pk}", action="paper.opened", object_kind="paper",
           object_id=found.key[:80])  # fmt: skip
    return pdf_download(pdf_of(paper=found, now=now(request)), found.file_name)
