"""The steps of an application: each saved, each showing what was saved, in their order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import year_is_over
from sonae.apps.enrolment.steps import ORDER, TITLES, Progress, StepCode
from sonae.apps.enrolment.use_cases.close_application import NotClosable, close_application
from sonae.apps.enrolment.use_cases.save_step import ChangedMeanwhile, NotOpen, OutOfOrder, YearOver, save_step
from sonae.domain.calendar import cover_starts_at
from sonae.domain.text import Text
from sonae.web.portal.access import for_application, progress_for
from sonae.web.portal.ended_views import show_closed, show_under_payment
from sonae.web.portal.postcode import find_beginning
from sonae.web.portal.steps.company import Company
from sonae.web.portal.steps.documents import Documents
from sonae.web.portal.steps.page import StepPage
from sonae.web.portal.steps.plan import PlanStep
from sonae.web.portal.steps.questions import Disclosure, Needs
from sonae.web.shared.access import person, signed_in
from sonae.web.shared.language import say
from sonae.web.shared.moment import now
from sonae.web.shared.procedure import ProcedureStep, lay_out_steps

State = Application.State
PAGES: dict[str, type[StepPage]] = {page.code: page for page in (Needs, PlanStep, Documents, Disclosure, Company)}
ON_ONE_PAGE = {StepCode.PLAN, StepCode.DOCUMENTS, StepCode.DISCLOSURE, StepCode.CONFIRM}  # of a renewal
EARLIER_FIRST = say("先に、この画面の入力をお願いします。", "Please fill in this page first.")


@for_application("GET")
def application(request: HttpRequest, application: Application) -> HttpResponse:
    """Where this application goes on."""
    return redirect(address_of(progress_for(request, application)))


def address_of(progress: Progress) -> str:
    """The page on which the application stands."""
    application = progress.application
    if application.state == State.PAYING or (application.state == State.CONFIRMED and progress.quote_holds):
        return reverse("portal:pay", args=[application.public_id])
    if application.state == State.ISSUED:
        return reverse("portal:paid", args=[application.public_id])
    return step_address(application, progress.first_open)


def step_address(application: Application, step: StepCode) -> str:
    """The page of one step; most steps of a renewal stand on one."""
    if application.renewal_of_id and step in ON_ONE_PAGE:
        return reverse("portal:renew", args=[application.public_id])
    if step == StepCode.CONFIRM:
        return reverse("portal:confirm", args=[application.public_id])
    return reverse("portal:step", args=[application.public_id, step])


@for_application("GET", "POST")
def step(request: HttpRequest, application: Application, step: str) -> HttpResponse:
    """Show a step, or save it and go on."""
    ended = answer_if_not_open(request, application)
    if ended is not None:
        return ended
    progress = progress_for(request, application)
    page = PAGES[step](request, progress)
    if not progress.may_visit(page.code) or (page.code == StepCode.PLAN and year_is_over(progress)):
        return go_to_first_open(request, progress)
    if request.method != "POST":
        return show_step(page, page.form())
    helped = page.help_out(request.POST)
    if helped is not None:
        return show_step(page, helped)
    form = page.form(request.POST)
    if form.is_valid():
        page.check(form)
    if form.errors:
        return show_step(page, form, status=422)
    return _save(page, form)


def answer_if_not_open(request: HttpRequest, application: Application) -> HttpResponse | None:
    """The page that says why nothing can be changed now; None while everything can."""
    if application.state == State.PAYING:
        return show_under_payment(request, application)
    if application.state == State.CLOSED:
        return show_closed(request, application)
    if application.state == State.ISSUED:
        return redirect("portal:paid", application.public_id)
    return None


def go_to_first_open(request: HttpRequest, progress: Progress) -> HttpResponse:
    """To the first step that is not done, or to the page that says who has to look at it first, or where a new one begins."""
    if progress.referrals:
        return redirect("portal:referral", progress.application.public_id)
    if progress.first_open == StepCode.PLAN and year_is_over(progress):
        return redirect("portal:start")
    if request.method == "POST":
        messages.info(request, EARLIER_FIRST)
    return redirect(step_address(progress.application, progress.first_open))


def _save(page: StepPage, form: forms.Form) -> HttpResponse:
    application = page.progress.application
    answers = page.answers(form)
    try:
        progress = save_step(
            application_id=application.pk,
            step=page.code,
            answers=answers,
            seen_revision=seen_revision(page.request),
            user=person(page.request),
            now=now(page.request),
        )
    except ChangedMeanwhile as meanwhile:
        saved = meanwhile.saved.answers if meanwhile.saved else {}
        other_tab = page.rows(saved) if saved else []
        return show_step(page, form, status=409, other_tab=other_tab, saved_now=True)
    except OutOfOrder:
        return go_to_first_open(page.request, page.progress)
    except YearOver:
        return redirect("portal:start")
    except NotOpen:
        return redirect("portal:application", application.public_id)
    return redirect(_next_address(page, progress))


def seen_revision(request: HttpRequest) -> int:
    """The revision that the page carried; one that isn't a number counts as never seen."""
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _next_address(page: StepPage, progress: Progress) -> str:
    if page.request.POST.get("action") == "pause":
        messages.success(page.request, say("ここまでの入力を保存しました。", "Everything so far is saved."))
        return reverse("portal:home")
    if progress.referrals:
        return reverse("portal:referral", args=[progress.application.public_id])
    if page.request.POST.get("action") == "calculate":
        return step_address(progress.application, page.code)
    if not progress.is_done(page.code) or progress.may_visit(StepCode.CONFIRM):
        return step_address(progress.application, progress.first_open)
    return step_address(progress.application, ORDER[ORDER.index(page.code) + 1])


def show_step(
    page: StepPage, form: forms.Form, *, status: int = 200, other_tab: Any = (), saved_now: bool = False
) -> HttpResponse:
    """The page of a step. ``saved_now``: the next save may overwrite what another tab saved, for it is shown."""
    progress = page.progress if not saved_now else progress_for(page.request, page.progress.application)
    facts = {
        "form": form,
        "progress": progress,
        "application": progress.application,
        "revision": progress.revision(page.code),
        "steps": steps_of(progress, page.code),
        "other_tab": other_tab,
        "back": _back_address(progress, page.code),
        **aside_facts(progress),
        **page.facts(form),
    }
    return render(page.request, page.template, facts, status=status)


def aside_facts(progress: Progress) -> dict[str, Any]:
    """What stands beside every step: the plan as chosen so far, and which number to give on the telephone."""
    application, calendar = progress.application, progress.product.calendar
    note = str(say("申込番号 {number} とお伝えください", "Please give application number {number}"))
    facts: dict[str, Any] = {"call_note": note.format(number=application.number)}
    if application.term_premium is not None:
        facts["chosen_plan"] = progress.product.plan(application.plan_code)
        facts["starts_at"] = cover_starts_at(calendar, application.start_on)
        facts["expires_at"] = cover_starts_at(calendar, application.scheme_year.expiry_on)
    return facts


PAY = Text("お支払い", "Payment")


def steps_of(progress: Progress, current: StepCode | None) -> tuple[ProcedureStep, ...]:
    """The tiles on the line; None stands for paying, the last one."""
    titles = [*(TITLES[step] for step in ORDER), PAY]
    place = len(ORDER) if current is None else ORDER.index(current)
    addresses = [step_address(progress.application, step) for step in ORDER]
    return lay_out_steps(titles, place, addresses)


def _back_address(progress: Progress, step: StepCode) -> str:
    place = ORDER.index(step)
    return step_address(progress.application, ORDER[place - 1]) if place else ""


@for_application("GET")
def referral(request: HttpRequest, application: Application) -> HttpResponse:
    """A person has to look at it: why, what happens next, whom to call. Everything that was entered is kept."""
    progress = progress_for(request, application)
    if not progress.referrals or application.state not in {State.DRAFT, State.CONFIRMED}:
        return redirect("portal:application", application.public_id)
    place = StepCode.PLAN if progress.plan_referrals else StepCode.DISCLOSURE
    facts = {
        "application": application,
        "progress": progress,
        "steps": steps_of(progress, place),
        "back": step_address(application, place),
        "is_plan": place == StepCode.PLAN,
    }
    return render(request, "portal/referral.html", facts)


@for_application("GET", "POST")
def give_up(request: HttpRequest, application: Application) -> HttpResponse:
    """Ask once, then close the application."""
    ended = answer_if_not_open(request, application)
    if ended is not None:
        return ended
    if request.method != "POST":
        return render(request, "portal/give_up.html", {"application": application})
    try:
        close_application(
            application_id=application.pk, reason="given_up", actor=f"user:{person(request).pk}", now=now(request)
        )
    except NotClosable:
        return redirect("portal:application", application.public_id)
    messages.success(request, say("申込みをやめました。", "The application has been given up."))
    return redirect("portal:home")


@signed_in("GET")
def postcode(request: HttpRequest) -> HttpResponse:
    """The beginning of the address for the postcode that was typed, as fields (htmx) or as JSON."""
    place = find_beginning(request.GET.get("postcode", "")[:20])
    if request.headers.get("HX-Request"):
        return render(request, "portal/steps/address.html", {"place": place, "asked": True})
    if place is None:
        return JsonResponse({}, status=404)
    return JsonResponse({"prefecture": place.prefecture, "city": place.city})
