"""The lists of a member: its documents, its payments, its notices."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sonae.apps.billing.models import SavedCard
from sonae.apps.billing.queries import find_kept_card
from sonae.apps.billing.use_cases.keep_card import remove_saved_card
from sonae.apps.documents.use_cases.mark_notices_read import mark_notices_read
from sonae.web.portal.access import only_looks
from sonae.web.portal.chosen_member import ChosenMember, for_member
from sonae.web.portal.cover import holding_of
from sonae.web.portal.notices import notices_of
from sonae.web.shared.access import not_there, person
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today

LONGEST_NUMBER = 12


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


@for_member("GET", "POST")
def payments(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """GET shows charges and refunds, the kept card, and the way to the table for the member's books; POST removes the card."""
    may_manage = chosen.may(person(request), "manage")
    if request.method == "POST":
        return _remove_card(request, chosen) if may_manage else only_looks(request)
    holding = holding_of(member=chosen.member, now=now(request))
    product = programme_of(request).current_product
    facts = {
        "chosen": chosen,
        "holding": holding,
        "product": product,
        "today": today(request),
        "saved_card": find_kept_card(member=chosen.member),
        "may_manage": may_manage,
    }
    return render(request, "portal/payments.html", facts)


def _remove_card(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    wanted = request.POST.get("saved_card", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < LONGEST_NUMBER):
        raise not_there(request, "saved_card", wanted)
    try:
        remove_saved_card(
            saved_card_id=int(wanted),
            member=chosen.member,
            actor=f"user:{person(request).pk}",
            now=now(request),
        )
    except SavedCard.DoesNotExist:
        raise not_there(request, "saved_card", wanted) from None
    messages.success(request, say("保存したカードを削除しました。", "The kept card was removed."))
    return redirect(f"{reverse('portal:payments')}{chosen.query}")


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
