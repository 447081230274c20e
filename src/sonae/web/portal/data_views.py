"""/portal/data/: what we hold of a member, and how to get it, have it corrected and have it deleted."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.billing.queries import find_kept_card
from sonae.apps.contact.use_cases.ask_for_correction import FIELDS, NothingToCorrect, ask_for_correction
from sonae.apps.contact.use_cases.erase_data import erase_data
from sonae.apps.enrolment.use_cases.erase_drafts import erasable_applications
from sonae.web.portal.chosen_member import ChosenMember, for_member
from sonae.web.portal.data_archive import archive_files
from sonae.web.portal.data_forms import CorrectionForm, ErasureForm
from sonae.web.portal.data_requests import request_rows
from sonae.web.shared.access import person
from sonae.web.shared.context import programme_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.zip_stream import zip_stream

HOUR = timedelta(hours=1)
DOWNLOADS_AN_HOUR, REQUESTS_AN_HOUR = 10, 10
SENT_BEFORE = say("このお申し出は、すでに受け付けています。", "This request had been received already.")


@for_member("GET")
def data(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """What the organiser's list says, what was asked, and the ways on."""
    product = programme_of(request).current_product
    facts = {
        "chosen": chosen,
        "product": product,
        "requests": request_rows(member=chosen.member, product=product) if product else [],
        "today": today(request),
        "email": person(request).email,
    }
    return render(request, "portal/data.html", facts)


@for_member("POST")
def data_download(request: HttpRequest, chosen: ChosenMember) -> HttpResponseBase:
    """Everything as one ZIP, sent while it is made; who took it is written down before."""
    if not _allowed(request, "download", DOWNLOADS_AN_HOUR):
        return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
    member, moment = chosen.member, now(request)
    record(now=moment, actor=f"user:{person(request).pk}", action="data.downloaded", object_kind="member",
           object_id=member.number)  # fmt: skip
    files = archive_files(member=member, user=person(request), now=moment)
    answer = StreamingHttpResponse(zip_stream(files, at=moment), content_type="application/zip")
    name = f"sonae_{member.number}_{today(request):%Y%m%d}.zip"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@for_member("GET", "POST", to="manage")
def data_correct(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """GET shows what the list says in a form; POST keeps what should stand and confirms it by mail."""
    product = programme_of(request).current_product
    if product is None or chosen.known is None:
        return redirect(_back(chosen))
    held = {field: str(getattr(chosen.known, field)) for field in FIELDS}
    form = CorrectionForm(product, held, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _allowed(request, "request", REQUESTS_AN_HOUR):
            return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
        try:
            asked, is_new = ask_for_correction(
                member=chosen.member, user=person(request), held=held, wanted=form.wanted,
                message=form.cleaned_data["message"], form_key=form.cleaned_data["form_key"], product=product,
                language=active_language(), now=now(request),
            )  # fmt: skip
        except NothingToCorrect:
            form.add_error(None, NOTHING)
        else:
            _tell(request, is_new, asked.number)
            return redirect(_back(chosen))
    facts = {"chosen": chosen, "form": form, "product": product}
    return render(request, "portal/data_correct.html", facts, status=422 if form.errors else 200)


NOTHING = say("直したいところを書き換えてから送ってください。", "Please change what is wrong before you send it.")


@for_member("GET", "POST", to="manage")
def data_erase(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """GET shows what can be deleted and what must be kept; POST deletes the one and names the other."""
    product = programme_of(request).current_product
    if product is None:
        return redirect(_back(chosen))
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _allowed(request, "request", REQUESTS_AN_HOUR):
            return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
        asked, is_new = erase_data(
            member=chosen.member, user=person(request), message=form.cleaned_data["message"],
            form_key=form.cleaned_data["form_key"], product=product, language=active_language(), now=now(request),
        )  # fmt: skip
        _tell(request, is_new, asked.number)
        return redirect(_back(chosen))
    facts = {
        "chosen": chosen,
        "form": form,
        "erasable": list(erasable_applications(member=chosen.member).order_by("started_at")),
        "saved_card": find_kept_card(member=chosen.member),
        "keeping": product.keeping,
    }
    return render(request, "portal/data_erase.html", facts, status=422 if form.errors else 200)


def _allowed(request: HttpRequest, what: str, most: int) -> bool:
    return allow(key=f"data:{what}:user:{person(request).pk}", most=most, within=HOUR, now=now(request))


def _tell(request: HttpRequest, is_new: bool, number: str) -> None:
    if not is_new:
        messages.info(request, SENT_BEFORE)
        return
    messages.success(
        request,
        say(
            f"受け付けました（受付番号 {number}）。控えをメールでお送りします。",
            f"Received ({number}). A copy is on its way to you by e-mail.",
        ),
    )


def _back(chosen: ChosenMember) -> str:
    return f"{reverse('portal:data')}{chosen.query}"
