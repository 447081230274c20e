"""入力内容の確認: everything that was entered, the premium with its steps, the declarations; then paying may begin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.enrolment.acceptance import Obstacle
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import look_again
from sonae.apps.enrolment.steps import ORDER, TITLES, Progress, StepCode
from sonae.apps.enrolment.use_cases.confirm_application import (
    EXPLAINED,
    DeclarationMissing,
    NotAcceptable,
    confirm_application,
    declarations_of,
)
from sonae.apps.enrolment.use_cases.save_step import ChangedMeanwhile, NotOpen, OutOfOrder
from sonae.domain.calendar import cover_starts_at, months_between
from sonae.domain.rating import rate_plan
from sonae.domain.risk import Risk
from sonae.web.portal.access import for_application, progress_for
from sonae.web.portal.application_views import (
    PAGES,
    answer_if_not_open,
    aside_facts,
    go_to_first_open,
    seen_revision,
    step_address,
    steps_of,
)
from sonae.web.portal.obstacles import explain
from sonae.web.shared.access import person
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now

NOT_DECLARED = say("お確かめのうえ、印を付けてください。", "Please check this and tick it.")
CHANGED = say(
    "この画面を開いたあとに、別の画面で内容が変わりました。いまの内容をもう一度お確かめください。",
    "Something was changed on another page since this one was opened. Please check what stands here now.",
)


class DeclarationForm(forms.Form):
    """One tick for each declaration; the one on the insured was given where the insured is named."""

    def __init__(self, progress: Progress, data: Any = None) -> None:
        super().__init__(data, initial=progress.answers(StepCode.CONFIRM))
        for question in declarations_of(progress):
            if question.code != EXPLAINED:
                self.fields[question.code] = forms.BooleanField(
                    label=in_language(question.wording),
                    help_text=in_language(question.why),
                    error_messages={"required": NOT_DECLARED},
                )


@for_application("GET", "POST")
def confirm(request: HttpRequest, application: Application) -> HttpResponse:
    """Show everything; on POST seal it, if what was seen is what stands."""
    ended = answer_if_not_open(request, application)
    if ended is not None:
        return ended
    progress = progress_for(request, application)
    if not progress.may_visit(StepCode.CONFIRM):
        return go_to_first_open(request, progress)
    if request.method != "POST":
        return _show(request, progress, DeclarationForm(progress))
    form = DeclarationForm(progress, request.POST)
    if not form.is_valid():
        return _show(request, progress, form, status=422)
    return _seal(request, progress, form)


def _seal(request: HttpRequest, progress: Progress, form: DeclarationForm) -> HttpResponse:
    application = progress.application
    try:
        confirm_application(
            application_id=application.pk,
            seen_revision=seen_revision(request),
            declarations={code: form.cleaned_data[code] for code in form.fields},
            user=person(request),
            language=active_language(),
            now=now(request),
        )
    except ChangedMeanwhile:
        messages.warning(request, CHANGED)
        look_again(application)
        return _show(request, progress_for(request, application), form, status=409)
    except NotAcceptable as refusal:
        return show_obstacle(request, application, refusal.obstacle)
    except (OutOfOrder, NotOpen, DeclarationMissing):
        return redirect("portal:application", application.public_id)
    return redirect("portal:pay", application.public_id)


def show_obstacle(request: HttpRequest, application: Application, obstacle: Obstacle | None) -> HttpResponse:
    """Why it can't go on as it stands, and what to do now."""
    facts = {"application": application, "explanation": explain(obstacle), "obstacle": obstacle}
    return render(request, "portal/obstacle.html", facts, status=409)


def _show(request: HttpRequest, progress: Progress, form: DeclarationForm, *, status: int = 200) -> HttpResponse:
    facts = {
        "form": form,
        "progress": progress,
        "revision": progress.application.revision,
        "steps": steps_of(progress, StepCode.CONFIRM),
        "back": step_address(progress.application, StepCode.COMPANY),
        "sections": _sections(request, progress),
        "other_cover": progress.answers(StepCode.NEEDS).get("other_cover") in {"yes", "unsure"},
        **aside_facts(progress),
        **cover_facts(progress),
    }
    return render(request, "portal/confirm.html", facts, status=status)


def _sections(request: HttpRequest, progress: Progress) -> list[dict[str, Any]]:
    return [
        {
            "title": TITLES[step],
            "rows": PAGES[step](request, progress).rows(progress.answers(step)),
            "address": step_address(progress.application, step),
            "long": step in {StepCode.NEEDS, StepCode.DISCLOSURE},  # whole questions stand above their answers
        }
        for step in ORDER
        if step in PAGES
    ]


def cover_facts(progress: Progress) -> dict[str, Any]:
    """Plan, premium with its steps, and the term, for the pages on which the application is checked and paid."""
    application, product = progress.application, progress.product
    expiry_on = application.scheme_year.expiry_on
    risk = Risk(industry=application.industry, annual_sales=application.annual_sales or 0)
    return {
        "application": application,
        "plan": product.plan(application.plan_code),
        "premium": rate_plan(product, risk, application.plan_code, application.start_on, expiry_on),
        "months": months_between(application.start_on, expiry_on),
        "starts_at": cover_starts_at(product.calendar, application.start_on),
        "expires_at": cover_starts_at(product.calendar, expiry_on),
        "product": product,
    }
