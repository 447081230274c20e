"""The contact window on the web: what it is for, the form, the page that says what was received, and taking consent back."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.apps.audit.throttle import allow
from sonae.apps.contact.callbacks import find_booking, free_slots
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.queries import find_consent, find_consultation, find_provision, find_withdrawal
from sonae.apps.contact.use_cases.book_callback import NothingBooked, SlotTaken, cancel_callback, rebook_callback
from sonae.apps.contact.use_cases.receive_consultation import Asked, receive_consultation
from sonae.apps.contact.use_cases.withdraw_consent import NothingToWithdraw, withdraw_consent
from sonae.apps.contact.window import answer_expected
from sonae.apps.programmes.product_files import product_of
from sonae.domain.callback_slots import Slot
from sonae.domain.product.definition import Product
from sonae.domain.window import span_words
from sonae.web.shared.client import client_of
from sonae.web.shared.context import programme_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.keyed_form import new_form_key
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now
from sonae.web.site.consultation_rows import rows_of
from sonae.web.site.contact_forms import CallbackForm, ConsultationForm
from sonae.web.site.not_open_yet import not_open_yet

HOUR = timedelta(hours=1)
MOVES_AN_HOUR = 10  # of one booked call, each with a mail
FOR_ONE_ADDRESS = 5  # mails of receipt to one e-mail address an hour, whoever asks for them
SENT_BEFORE = say(
    "この画面の内容は、すでに受け付けています。もう一度送られたものは記録していません。"
    "内容を変えて送るときは、新しい画面から送ってください。",
    "This form had been received already, so the second copy was not kept. To send something else, please open a new form.",
)


@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest) -> HttpResponse:
    """GET shows the window and an empty form; POST takes in a question or a request for a call."""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    if not product.consultation.are_there:
        return _page(request, product, None)
    if request.method != "POST":
        form = ConsultationForm(product, slots=_free(request, product), initial={"form_key": new_form_key()})
        return _page(request, product, form)
    form = ConsultationForm(product, request.POST, slots=_free(request, product))
    if not form.is_valid():
        return _page(request, product, form, status=422)
    given = form.cleaned_data
    fields = {name: given[name] for name in ASKED} | {"preferred_time": form.time_of_day}
    asked = Asked(**fields, kind=given["kind"], member_number=given["member_number"])
    try:
        return take_in(request, asked, form_key=given["form_key"], product=product, slot=form.slot)
    except SlotTaken:  # by somebody who was quicker: everything else that was typed is still there
        form = ConsultationForm(product, request.POST, slots=_free(request, product, without=form.slot))
        return _page(request, product, form, status=409)


def _free(request: HttpRequest, product: Product, *, without: Slot | None = None) -> tuple[Slot, ...]:
    return tuple(slot for slot in free_slots(product, now=now(request)) if slot != without)


ASKED = ("name", "kana", "firm", "email", "telephone", "preferred_time", "message")


def take_in(
    request: HttpRequest, asked: Asked, *, form_key: str, product: Product, consent_digest: str = "",
    slot: Slot | None = None,
) -> HttpResponse:  # fmt: skip
    """Count it, keep it, lead on to its page. Raises what ``receive_consultation`` raises."""
    if not _within_limits(request, asked.email):
        return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
    received, is_new = receive_consultation(
        asked=asked,
        form_key=form_key,
        consent_digest=consent_digest,
        product=product,
        language=active_language(),
        actor=_actor(request),
        now=now(request),
        slot=slot,
    )
    if not is_new:
        messages.info(request, SENT_BEFORE)
    return redirect("site:consultation_received", received.token)


def _within_limits(request: HttpRequest, email: str) -> bool:
    """By network address, and by the e-mail address that the receipt goes to, so that nobody's box is filled through us."""
    counted = (
        (f"consultation:sender:{client_of(request)}", settings.SONAE_CONSULTATIONS_AN_HOUR),
        (f"consultation:address:{email.lower()}", FOR_ONE_ADDRESS),
    )
    return all(allow(key=key, most=most, within=HOUR, now=now(request)) for key, most in counted)


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}" if request.user.is_authenticated else "visitor"


def _page(request: HttpRequest, product: Product, form: ConsultationForm | None, *, status: int = 200) -> HttpResponse:
    """Without a form where the version has no words for one: then the telephone is the way."""
    facts = {
        "product": product,
        "form": form,
        "texts": product.consultation,
        "operator": product.party("operator"),
        "privacy": product.wording_document("privacy"),
        "due": answer_expected(product.contact, now(request)),
    }
    return unstored(render(request, "site/consultation.html", facts, status=status))


@require_safe
def received(request: HttpRequest, token: str) -> HttpResponse:
    """GET /consultation/<token>/: for whoever holds the address."""
    found = _consultation_or_404(token)
    product = product_of(found.product_version)
    booking = find_booking(found) if found.kind == Consultation.Kind.CALLBACK else None
    facts = {
        "booking": booking,
        "span": span_words(booking.begins_at, booking.ends_at) if booking else None,
        "is_over": booking is not None and booking.begins_at <= now(request),
        "may_book": found.kind == Consultation.Kind.CALLBACK and product.desk.callbacks.are_booked,
        "consultation": found,
        "product": product,
        "rows": rows_of(found, product),
        "due": answer_expected(product.contact, found.received_at),
        "consent": find_consent(found),
        "provision": find_provision(found),
        "withdrawal": find_withdrawal(found),
        "agency": product.party("agency"),
        "insurer": product.party("insurer"),
    }
    return _sealed(render(request, "site/consultation_received.html", facts))


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks once more, POST withdraws the consent. There is no such page without a consent that stands."""
    found = _consultation_or_404(token)
    if find_consent(found) is None:
        raise Http404
    if request.method == "POST":
        product = product_of(found.product_version)
        try:
            withdraw_consent(consultation=found, product=product, actor=_actor(request), now=now(request))
        except NothingToWithdraw as nothing:
            raise Http404 from nothing
        return redirect("site:consultation_received", found.token)
    if find_withdrawal(found) is not None:
        return redirect("site:consultation_received", found.token)
    return _sealed(
        render(request, "site/consultation_withdraw.html", {"consultation": found, "consent": found.consent})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: HttpRequest, token: str) -> HttpResponse:
    """GET /consultation/<token>/call-back/ shows the booked call and what is free; POST books, moves or cancels it."""
    found, product = _consultation_or_404(token), programme_of(request).current_product
    if found.kind != Consultation.Kind.CALLBACK or product is None or not product.desk.callbacks.are_booked:
        raise Http404
    slots = free_slots(product, now=now(request))
    if request.method != "POST":
        form = CallbackForm(slots=slots, initial={"form_key": new_form_key()})
        return _callback_page(request, found, form)
    if not allow(key=f"callback:{found.pk}", most=MOVES_AN_HOUR, within=HOUR, now=now(request)):
        return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
    form = CallbackForm(request.POST, slots=slots)
    if request.POST.get("action") == "cancel":
        return _cancel(request, found, product, key=form.key)
    if not form.is_valid():
        return _callback_page(request, found, form, status=422)
    slot = form.slot
    try:
        rebook_callback(
            consultation=found, slot=slot, product=product, key=form.key, actor=_actor(request), now=now(request)
        )
    except SlotTaken:
        form = CallbackForm(request.POST, slots=_free(request, product, without=slot))
        return _callback_page(request, found, form, status=409)
    messages.success(request, say("お電話の時間を予約しました。", "Your call is booked."))
    return redirect("site:consultation_received", found.token)


def _cancel(request: HttpRequest, found: Consultation, product: Product, *, key: str) -> HttpResponse:
    try:
        cancel_callback(consultation=found, product=product, key=key, actor=_actor(request), now=now(request))
    except NothingBooked:
        messages.info(request, say("取り消す予約はありません。", "There is no booked call to cancel."))
    else:
        messages.success(request, say("お電話の予約を取り消しました。", "Your call is cancelled."))
    return redirect("site:consultation_received", found.token)


def _callback_page(request: HttpRequest, found: Consultation, form: CallbackForm, *, status: int = 200) -> HttpResponse:
    booking = find_booking(found)
    facts = {
        "consultation": found,
        "form": form,
        "booking": booking if booking and booking.begins_at > now(request) else None,
        "span": span_words(booking.begins_at, booking.ends_at) if booking else None,
    }
    return _sealed(render(request, "site/consultation_callback.html", facts, status=status))


def _consultation_or_404(token: str) -> Consultation:
    found = find_consultation(token=token)
    if found is None:
        raise Http404
    return found


def unstored(response: HttpResponse) -> HttpResponse:
    """Going back brings a fresh form with a key of its own, and nothing typed stays behind in a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _sealed(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    return unstored(response)
