"""/portal/changes/…: what became of a change that was asked for, and paying its additional premium by card."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from sonae.apps.audit.throttle import allow
from sonae.apps.billing.gateway import GatewayError, GatewayRefused, card_gateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.leave_payment import leave_payment
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.certificates.endorsement import changed_rows
from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.certificates.queries import find_latest_change_payment
from sonae.apps.certificates.use_cases.begin_change_payment import ChangeNotPayable, begin_change_payment
from sonae.apps.certificates.use_cases.change_cover import BeingPaid, give_up_change, preview_asked
from sonae.apps.documents.models import Paper
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.change import NotPossible
from sonae.web.portal.cover_access import for_own_change
from sonae.web.shared.access import person
from sonae.web.shared.cover_preview import show_preview
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.moment import now

State = ChangeRequest.State
HOUR = timedelta(hours=1)
CARD_TRIES_AN_HOUR = 20  # law row 18: a limit on tries with cards


class Outcome(StrEnum):
    """Where a change that was asked for stands, as the member is told."""

    DONE = "done"
    TO_PAY = "to_pay"
    NOT_PAID = "not_paid"  # declined, or the page was left: nothing charged, may be tried again
    WAITING = "waiting"  # 確認中
    PERSON = "person"  # we look into it by hand
    OVERTAKEN = "overtaken"  # it can't be recorded as it was previewed; nothing charged
    REFUNDED = "refunded"  # charged, but it could not be recorded: given back
    GIVEN_UP = "given_up"


@for_own_change("GET")
def asked(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """What was asked for, and where it stands; nothing is asked of the processor here."""
    return _show(request, asked, find_latest_change_payment(asked))


@for_own_change("POST")
def pay(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """The card page, the same one however often it is pressed."""
    moment = now(request)
    if not allow(key=f"pay-change:{asked.pk}", most=CARD_TRIES_AN_HOUR, within=HOUR, now=moment):
        return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
    try:
        actor = f"user:{person(request).pk}"
        payment = begin_change_payment(public_id=asked.public_id, actor=actor, gateway=card_gateway(), now=moment)
    except ChangeNotPayable:
        return redirect("portal:change_asked", asked.public_id)
    except GatewayError as error:
        said = "refused" if isinstance(error, GatewayRefused) else "away"
        return _show(request, asked, find_latest_change_payment(asked), status=503, card_page=said)
    if payment.state == Payment.State.OPEN:
        return HttpResponseRedirect(payment.checkout_url, status=303)
    return redirect("portal:change_paid", asked.public_id)


@for_own_change("GET", "POST")
def paid(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """The way back from the card page. It asks the processor what has happened, and decides nothing from the address."""
    return _show(request, asked, _settled(request, asked))


@for_own_change("GET")
def status(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """Asked for every few seconds while the outcome is open: draws the page anew when it is known."""
    payment = _settled(request, asked)
    answer = HttpResponse(status=204)
    if outcome_of(asked, payment) != Outcome.WAITING:
        answer.headers["HX-Refresh"] = "true"
    return answer


@for_own_change("GET", "POST")
def payment_left(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """The card page was left. GET says how things stand; POST lets go of the payment."""
    payment = find_latest_change_payment(asked)
    if request.method == "POST" and payment is not None:
        leave_payment(payment=payment, gateway=card_gateway(), now=now(request))
        return redirect("portal:change_asked", asked.public_id)
    return _show(request, asked, _settled(request, asked))


@for_own_change("POST")
def give_up(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """The change is closed and nothing is recorded; an open card page is left first."""
    payment = find_latest_change_payment(asked)
    if payment is not None and payment.state == Payment.State.OPEN:
        leave_payment(payment=payment, gateway=card_gateway(), now=now(request))
    try:
        actor = f"user:{person(request).pk}"
        give_up_change(public_id=asked.public_id, actor=actor, reason="given_up", now=now(request))
    except BeingPaid:
        return redirect("portal:change_paid", asked.public_id)
    return redirect("portal:change_asked", asked.public_id)


def outcome_of(asked: ChangeRequest, payment: Payment | None) -> Outcome:
    """From where change and payment stand."""
    if asked.state == State.DONE:
        return Outcome.DONE
    if payment is not None and payment.state == Payment.State.CAPTURED:
        return Outcome.REFUNDED
    if asked.state == State.CLOSED:
        return Outcome.GIVEN_UP
    return Outcome.TO_PAY if payment is None else _of_payment(payment)


def _of_payment(payment: Payment) -> Outcome:
    match payment.state:
        case Payment.State.PERSON:
            return Outcome.PERSON
        case Payment.State.OPEN if payment.answered:
            return Outcome.NOT_PAID
        case Payment.State.CLOSED:
            return Outcome.NOT_PAID if payment.failure_code else Outcome.TO_PAY
        case _:
            return Outcome.WAITING


def _settled(request: HttpRequest, asked: ChangeRequest) -> Payment | None:
    payment = find_latest_change_payment(asked)
    if payment is None:
        return None
    payment = settle_payment(key=payment.key, gateway=card_gateway(), cause="browser", now=now(request))
    asked.refresh_from_db(fields=["state", "closed_reason", "first_seq", "changed_at"])
    return payment


def _show(
    request: HttpRequest, asked: ChangeRequest, payment: Payment | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    product = product_of(asked.certificate.scheme_year.product_version)
    facts: dict[str, Any] = {
        "asked": asked,
        "certificate": asked.certificate,
        "payment": payment,
        "product": product,
        "outcome": outcome_of(asked, payment),
        "refund": payment.refunds.first() if payment else None,
    }
    if asked.state == State.DONE:
        facts |= _recorded(asked)
    elif asked.state == State.WAITING:
        facts |= _waiting(request, asked)
        if "shown" not in facts and facts["outcome"] in {Outcome.TO_PAY, Outcome.NOT_PAID}:
            facts["outcome"] = Outcome.OVERTAKEN
    return render(request, "portal/change_asked.html", {**facts, **more}, status=status)


def _recorded(asked: ChangeRequest) -> dict[str, Any]:
    """The acts that were recorded for it, and their papers."""
    entries, first = list(asked.certificate.transactions.order_by("seq")), asked.first_seq or 0
    log = acts_of(entries)
    together = {entry.seq for entry in entries if entry.seq >= first and entry.recorded_at == asked.changed_at}
    product = product_of(asked.certificate.scheme_year.product_version)
    papers = Paper.objects.filter(member=asked.certificate.member, issued_at=asked.changed_at).defer("facts")
    return {
        "changes": changed_rows(
            product, tuple(act for act in log if act.seq < first), [act for act in log if act.seq in together]
        ),
        "papers": [paper for paper in papers.order_by("-kind", "id") if asked.certificate.number in paper.key],
    }


def _waiting(request: HttpRequest, asked: ChangeRequest) -> dict[str, Any]:
    """What it would do, as long as it would do exactly that."""
    try:
        shown = preview_asked(request=asked, now=now(request))
    except NotPossible:
        return {}
    product = product_of(asked.certificate.scheme_year.product_version)
    seen = max(entry.seq for entry in asked.certificate.transactions.all())
    if shown.difference != asked.difference_yen or seen != asked.seen_seq:
        return {}
    return {"shown": show_preview(product, acts_of(asked.certificate.transactions.all()), shown, {})}
