"""What is done to a consultation at the desk, each on a page of its own: contact, mail, hand-over, soliciting, reopening."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.contact.answer_mails import answer_mail, link_mail
from sonae.apps.contact.consultation_log import HappenedLater, MayNotRecord
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.solicitors import list_solicitors
from sonae.apps.contact.standings import standing_now
from sonae.apps.contact.use_cases.answer_by_mail import answer_by_mail
from sonae.apps.contact.use_cases.hand_over_consultation import NoSolicitor, hand_over_consultation
from sonae.apps.contact.use_cases.record_contact import Contacted, record_contact
from sonae.apps.contact.use_cases.record_solicitation import Solicited, record_solicitation
from sonae.apps.contact.use_cases.send_application_link import send_application_link
from sonae.apps.contact.use_cases.take_consultation import reopen_consultation, take_consultation
from sonae.apps.people.staff import registration_of
from sonae.domain.consultation import Channel
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import for_consultation, rights_here
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.consultation_forms import (
    ANYBODY,
    AnswerForm,
    ContactedForm,
    HandOverForm,
    SolicitationForm,
    contact_kind,
)
from sonae.web.desk.consultation_views import consultation_facts, script_product
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there, person
from sonae.web.shared.keyed_form import KeyedForm, new_form_key
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today

TAKE = Right.TAKE_CONSULTATIONS
SENT_BEFORE = say("この画面の内容は、すでに記録しています。", "This form had been recorded already.")
OUTSIDE = say("受け付けた時刻から、いままでの時刻にしてください。", "Between the moment it came in and now, please.")


class ReopenForm(KeyedForm, ReasonForm):
    """Why it is opened again."""


@for_consultation("GET", "POST", right=TAKE)
def record(request: HttpRequest, found: Consultation) -> HttpResponse:
    """A talk, a try, the person's own word, or a note; with the next day, or the outcome."""
    form = ContactedForm(request.POST if _sent(request) else None, today=today(request), initial=_next(request, found))
    if _sent(request) and form.is_valid():
        given = form.cleaned_data
        contacted = Contacted(
            kind=contact_kind(form), channel=Channel(given["channel"]), text=given["text"],
            occurred_at=given["occurred_at"], follow_up_on=given["follow_up_on"], outcome=form.outcome_given,
        )  # fmt: skip
        try:
            is_new = record_contact(
                consultation=found, contacted=contacted, key=given["form_key"], user=person(request), now=now(request)
            )
        except HappenedLater:
            form.add_error("occurred_at", OUTSIDE)
        else:
            return _done(request, found, is_new, say("記録しました。", "Recorded."))
    return _page(request, found, "record", form)


@for_consultation("GET", "POST", right=TAKE)
def answer(request: HttpRequest, found: Consultation) -> HttpResponse:
    """Written, then seen as it will be sent, then sent."""
    if not found.email:
        raise not_there(request, "consultation", f"{found.number} answer")
    form = AnswerForm(request.POST if _sent(request) else None, today=today(request), initial=_next(request, found))
    if not _sent(request) or not form.is_valid() or request.POST.get("action") == "edit":
        return _page(request, found, "answer", form)
    given, product = form.cleaned_data, script_product(request, found)
    if request.POST.get("action") != "confirm":
        mail = answer_mail(found, text=given["text"], product=product)
        return _page(request, found, "answer", form, mail=mail)
    is_new = answer_by_mail(
        consultation=found, text=given["text"], follow_up_on=given["follow_up_on"], outcome=form.outcome_given,
        product=product, key=given["form_key"], user=person(request), now=now(request),
    )  # fmt: skip
    return _done(request, found, is_new, say("お返事を送ります。", "Your answer is on its way."))


@for_consultation("GET", "POST", right=TAKE)
def hand_over(request: HttpRequest, found: Consultation) -> HttpResponse:
    """To a solicitor whose registration holds today, or to whoever takes it first; the note goes along."""
    solicitors = list_solicitors(on=today(request))
    sent = request.POST if _sent(request) else None
    form = HandOverForm(sent, solicitors=solicitors, initial={"form_key": new_form_key()})
    if sent is not None and form.is_valid():
        chosen = form.cleaned_data["solicitor"]
        solicitor = None if chosen == ANYBODY else next(one.user for one in solicitors if str(one.user.pk) == chosen)
        try:
            is_new = hand_over_consultation(
                consultation=found, solicitor=solicitor, note=form.cleaned_data["note"],
                key=form.cleaned_data["form_key"], user=person(request), now=now(request),
            )  # fmt: skip
        except NoSolicitor:
            form.add_error(
                "solicitor", say("この人の登録は、いま有効ではありません。", "Their registration doesn’t hold now.")
            )
        else:
            return _done(request, found, is_new, say("引き継ぎました。", "Handed over."))
    return _page(request, found, "hand_over", form, solicitors=solicitors)


@for_consultation("GET", "POST", to_act=Right.SOLICIT)
def solicit(request: HttpRequest, found: Consultation) -> HttpResponse:
    """Needs, recommendation and reason, for a registered solicitor whose registration holds today."""
    _solicitors_only(request, found)
    product = script_product(request, found)
    form = SolicitationForm(product, request.POST if _sent(request) else None, initial={"form_key": new_form_key()})
    if _sent(request) and form.is_valid():
        given = form.cleaned_data
        solicited = Solicited(
            needs=given["needs"], said=given["said"], plan=given["plan"], channel=Channel(given["channel"])
        )
        try:
            is_new = record_solicitation(
                consultation=found, solicited=solicited, product=product, key=given["form_key"], user=person(request),
                now=now(request),
            )  # fmt: skip
        except MayNotRecord:
            raise not_there(request, "consultation", f"{found.number} solicit") from None
        return _done(request, found, is_new, say("記録しました。", "Recorded."))
    return _page(request, found, "solicit", form)


@for_consultation("GET", "POST", to_act=Right.SOLICIT)
def link(request: HttpRequest, found: Consultation) -> HttpResponse:
    """GET shows the mail with the page to apply on; POST sends it, once."""
    _solicitors_only(request, found)
    if not found.email:
        raise not_there(request, "consultation", f"{found.number} link")
    product = script_product(request, found)
    form = KeyedForm(request.POST if _sent(request) else None, initial={"form_key": new_form_key()})
    if _sent(request) and form.is_valid():
        try:
            is_new = send_application_link(
                consultation=found, product=product, key=form.cleaned_data["form_key"], user=person(request),
                now=now(request),
            )  # fmt: skip
        except MayNotRecord:
            raise not_there(request, "consultation", f"{found.number} link") from None
        return _done(request, found, is_new, say("申込みのページを送ります。", "The link is on its way."))
    registration = registration_of(person(request))
    mail = link_mail(found, registration=registration.number if registration else "", product=product)
    return _page(request, found, "link", form, mail=mail)


@for_consultation("POST", right=TAKE)
def take(request: HttpRequest, found: Consultation) -> HttpResponse:
    """The person at the desk makes it theirs."""
    form = KeyedForm(request.POST)
    key = form.cleaned_data["form_key"] if form.is_valid() else new_form_key()
    is_new = take_consultation(consultation=found, key=key, user=person(request), now=now(request))
    return _done(request, found, is_new, say("担当になりました。", "It is yours."))


@for_consultation("GET", "POST", right=TAKE)
def reopen(request: HttpRequest, found: Consultation) -> HttpResponse:
    """With a reason; what was measured stays."""
    form = ReopenForm(request.POST if _sent(request) else None, initial={"form_key": new_form_key()})
    if _sent(request) and form.is_valid():
        given = form.cleaned_data
        is_new = reopen_consultation(
            consultation=found, reason=given["reason"], key=given["form_key"], user=person(request), now=now(request)
        )
        return _done(request, found, is_new, say("再開しました。", "Reopened."))
    return _page(request, found, "reopen", form)


def _sent(request: HttpRequest) -> bool:
    return request.method == "POST"


def _solicitors_only(request: HttpRequest, found: Consultation) -> None:
    if Right.SOLICIT not in rights_here(request):
        raise not_there(request, "consultation", f"{found.number} solicit")


def _next(request: HttpRequest, found: Consultation) -> dict[str, Any]:
    """The day that is promised stands in the form, so that leaving it keeps it."""
    day = None if _sent(request) else standing_now(found).promised_on
    return {"form_key": new_form_key(), "follow_up_on": day.isoformat() if day else ""}


def _done(request: HttpRequest, found: Consultation, is_new: bool, said: Any) -> HttpResponse:
    messages.success(request, said) if is_new else messages.info(request, SENT_BEFORE)
    return redirect("desk:consultation", found.number)


def _page(request: HttpRequest, found: Consultation, act: str, form: forms.Form, **facts: Any) -> HttpResponse:
    shown = {**consultation_facts(request, found), "act": act, "form": form, **facts}
    return desk_page(request, "desk/consultations/act.html", shown, status=422 if form.errors else 200)
