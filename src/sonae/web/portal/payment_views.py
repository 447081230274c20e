"""Paying: to the card page and back. What happened is always asked of the processor, never taken from the address."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from sonae.apps.audit.throttle import allow
from sonae.apps.billing.card_consent import CONSENT, GivenConsent
from sonae.apps.billing.gateway import GatewayError, GatewayRefused, card_gateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.queries import find_saved_card
from sonae.apps.billing.use_cases.leave_payment import leave_payment
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import find_latest_payment, look_again
from sonae.apps.enrolment.steps import Progress
from sonae.apps.enrolment.use_cases.begin_payment import NotPayable, begin_payment
from sonae.domain.calendar import cover_starts_at
from sonae.web.portal.access import for_application, progress_for
from sonae.web.portal.application_views import address_of, steps_of
from sonae.web.portal.confirm_views import cover_facts, show_obstacle
from sonae.web.portal.ended_views import show_closed, show_under_payment
from sonae.web.portal.obstacles import EXPLANATIONS, explain
from sonae.web.shared.access import person
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language
from sonae.web.shared.moment import now

State = Application.State
HOUR = timedelta(hours=1)
SAVED = "saved"
CARD_TRIES_AN_HOUR = 20  # law row 18: a limit on tries with cards


class Outcome(StrEnum):
    """Where a payment stands, as the applicant is told."""

    DONE = "done"
    NOT_PAID = "not_paid"  # declined, or the page was left: nothing charged, may be tried again
    WAITING = "waiting"  # 確認中
    PERSON = "person"  # we look into it by hand
    RELEASED = "released"  # let go because of an obstacle: nothing charged
    REFUNDED = "refunded"  # charged, but cover could not begin: given back


@for_application("GET", "POST")
def pay(request: HttpRequest, application: Application) -> HttpResponse:
    """GET shows what will be paid; POST opens the card page, the same one however often it is pressed."""
    if application.state == State.CLOSED:
        return show_closed(request, application)
    if application.state == State.ISSUED:
        return redirect("portal:paid", application.public_id)
    if request.method == "POST":
        return to_card_page(request, application)
    if application.state == State.PAYING:
        return show_under_payment(request, application)
    progress = progress_for(request, application)
    if application.state != State.CONFIRMED or not progress.quote_holds:
        return redirect(address_of(progress))
    return _show_pay(request, progress)


def _show_pay(request: HttpRequest, progress: Progress, *, status: int = 200, said: str = "") -> HttpResponse:
    facts = {
        **cover_facts(progress),
        "steps": steps_of(progress, None),
        "card_page": said,
        **card_facts(request, progress.application),
    }
    return render(request, "portal/pay.html", facts, status=status)


def card_facts(request: HttpRequest, application: Application) -> dict[str, Any]:
    """With which card to pay: the one that is kept, where it is good, or another, which may be kept."""
    saved = find_saved_card(member=application.member, gateway=card_gateway().name, now=now(request))
    return {
        "saved_card": saved,
        "pays_with_saved": request.POST.get("pay_with", SAVED) == SAVED,
        "card_consent": CONSENT,
        "keeps_card": request.POST.get("save_card") == "on",
    }


def to_card_page(request: HttpRequest, application: Application) -> HttpResponse:
    """Pay for a confirmed application that this person may manage: on to the card page, or past it with the kept card."""
    moment = now(request)
    if not allow(key=f"pay:{application.pk}", most=CARD_TRIES_AN_HOUR, within=HOUR, now=moment):
        return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
    try:
        payment = begin_payment(
            application_id=application.pk,
            gateway=card_gateway(),
            now=moment,
            consent=given_consent(request),
            on_saved_card=request.POST.get("pay_with") == SAVED,
        )
    except NotPayable as refusal:
        if refusal.obstacle is None:
            return redirect(address_of(progress_for(request, application)))
        return show_obstacle(request, application, refusal.obstacle)
    except GatewayError as error:
        look_again(application)
        said = "refused" if isinstance(error, GatewayRefused) else "away"
        return _show_pay(request, progress_for(request, application), status=503, said=said)
    if payment.state == Payment.State.OPEN and payment.checkout_url:
        return HttpResponseRedirect(payment.checkout_url, status=303)
    return redirect("portal:paid", application.public_id)


def given_consent(request: HttpRequest) -> GivenConsent | None:
    """Where the box beside the words was ticked: nobody's card is kept without."""
    agreed = request.POST.get("save_card") == "on"
    return GivenConsent(person(request), active_language()) if agreed else None


@for_application("GET", "POST")
def paid(request: HttpRequest, application: Application) -> HttpResponse:
    """The way back from the card page.

    The processor sends people here with GET, so this GET observes: it asks the processor what has happened and writes that
    down, once, exactly as the webhook and the sweeper do. It decides nothing from the address and may be repeated for ever.
    """
    payment = _settled(request, application)
    if payment is None:
        return redirect(address_of(progress_for(request, application)))
    return _show_outcome(request, application, payment, "portal/paid.html")


@for_application("GET")
def status(request: HttpRequest, application: Application) -> HttpResponse:
    """The part of that page that changes; asked for every few seconds while the outcome is open."""
    payment = _settled(request, application)
    if payment is None:
        return redirect("portal:application", application.public_id)
    outcome = outcome_of(application, payment)
    if request.headers.get("HX-Request") and outcome != Outcome.WAITING:
        answer = HttpResponse(status=204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return render(request, "portal/payment_status.html", _outcome_facts(request, application, payment))


@for_application("GET", "POST")
def payment_left(request: HttpRequest, application: Application) -> HttpResponse:
    """The card page was left. GET says how things stand; POST lets go of the payment so that something can be changed."""
    payment = find_latest_payment(application)
    if payment is None:
        return redirect(address_of(progress_for(request, application)))
    if request.method == "POST":
        leave_payment(payment=payment, gateway=card_gateway(), now=now(request))
        look_again(application)
        if application.state == State.CONFIRMED:
            return redirect("portal:confirm", application.public_id)
        return redirect("portal:paid", application.public_id)
    settled = _settled(request, application) or payment
    return _show_outcome(request, application, settled, "portal/paid.html")


def _settled(request: HttpRequest, application: Application) -> Payment | None:
    payment = find_latest_payment(application)
    if payment is None:
        return None
    payment = settle_payment(key=payment.key, gateway=card_gateway(), cause="browser", now=now(request))
    look_again(application)
    return payment


def outcome_of(application: Application, payment: Payment) -> Outcome:
    """What the applicant is told, from where payment and application stand."""
    states = Payment.State
    if application.state == State.ISSUED:
        return Outcome.DONE
    match payment.state:
        case states.CAPTURED:
            return Outcome.REFUNDED
        case states.PERSON:
            return Outcome.PERSON
        case states.OPEN if payment.answered:
            return Outcome.NOT_PAID
        case states.CLOSED:
            return Outcome.RELEASED if payment.closed_reason in EXPLANATIONS else Outcome.NOT_PAID
        case _:
            return Outcome.WAITING


def _show_outcome(request: HttpRequest, application: Application, payment: Payment, template: str) -> HttpResponse:
    return render(request, template, _outcome_facts(request, application, payment))


def _outcome_facts(request: HttpRequest, application: Application, payment: Payment) -> dict[str, Any]:
    progress = progress_for(request, application)
    facts: dict[str, Any] = {
        "application": application,
        "payment": payment,
        "outcome": outcome_of(application, payment),
        "steps": steps_of(progress, None),
        "product": progress.product,
        "starts_at": cover_starts_at(progress.product.calendar, application.start_on),
        "expires_at": cover_starts_at(progress.product.calendar, application.scheme_year.expiry_on),
        "refund": payment.refunds.first(),
    }
    if application.plan_code:
        facts["plan"] = progress.product.plan(application.plan_code)
    if facts["outcome"] == Outcome.RELEASED:
        facts["explanation"] = explain(payment.closed_reason)
    return facts
