"""The lists of a member: its documents, its payments, its notices."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sonae.apps.documents.use_cases.mark_notices_read import mark_notices_read
from sonae.web.portal.chosen_member import ChosenMember, for_member
from sonae.web.portal.cover import holding_of
from sonae.web.portal.notices import notices_of
from sonae.web.shared.access import person
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today


@for_member("GET")
def documents(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """Every paper, newest first, and every certificate that ever held."""
    holding = holding_of(member=chosen.member, now=now(request))
    facts = {
        "chosen": chosen,
        "holding": holding,
        "papers": holding.papers,
        "product": programme_of(request).current_product,
    }
    return render(request, "portal/documents.html", facts)


@for_member("GET")
def payments(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """Charges and refunds, with the way to the table for the member's books."""
    holding = holding_of(member=chosen.member, now=now(request))
    product = programme_of(request).current_product
    facts = {"chosen": chosen, "holding": holding, "product": product, "today": today(request)}
    return render(request, "portal/payments.html", facts)


@for_member("GET", "POST")
def notices(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """GET shows them and changes nothing; POST says that one, or all, have been read."""
    holding = holding_of(member=chosen.member, now=now(request))
    product = programme_of(request).current_product
    found = notices_of(chosen=chosen, holding=holding, product=product, user=person(request), now=now(request))
    if request.method != "POST":
        facts = {"chosen": chosen, "notices": found, "unread": sum(one.is_new for one in found)}
        return render(request, "portal/notices.html", facts)
    wanted = request.POST.get("key", "")
    keys = [one.key for one in found if one.is_new and wanted in {one.key, "all"}]
    mark_notices_read(user=person(request), member=chosen.member, keys=keys, now=now(request))
    if keys:
        messages.success(request, say("既読にしました。", "Marked as read."))
    return redirect(f"{reverse('portal:notices')}{chosen.query}")
