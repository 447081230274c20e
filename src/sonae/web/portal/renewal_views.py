"""更新: what the next year costs and why, and the one page on which it is read, answered, declared and paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import look_again
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.enrolment.use_cases.confirm_application import DeclarationMissing, NotAcceptable, confirm_application
from sonae.apps.enrolment.use_cases.save_step import ChangedMeanwhile, NotOpen, OutOfOrder, YearOver
from sonae.apps.enrolment.use_cases.save_together import save_together
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.apps.programmes.product_files import product_of
from sonae.apps.renewal.members_offer import MembersOffer, find_members_offer
from sonae.apps.renewal.use_cases.start_renewal import NothingToRenew, Renewed, start_renewal
from sonae.domain.calendar import cover_starts_at, months_between
from sonae.domain.rating import rate_plan
from sonae.domain.renewal import is_part_year
from sonae.web.portal.access import for_application, only_looks, progress_for
from sonae.web.portal.application_views import answer_if_not_open, seen_revision
from sonae.web.portal.confirm_views import CHANGED, DeclarationForm, show_obstacle
from sonae.web.portal.payment_views import card_facts, pay, to_card_page
from sonae.web.portal.steps.documents import NOT_GIVEN, asking, in_order
from sonae.web.portal.steps.plan import PlanForm, PlanStep
from sonae.web.portal.steps.questions import Disclosure, QuestionForm
from sonae.web.portal.waterfall import bars_of
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today

EXPLAINED = "explained_to_insured"
FORMS = ("plan", "consent", "disclosure", "declaration", "insured")


@signed_in("GET", "POST")
def offer(request: HttpRequest, number: str) -> HttpResponse:
    """What the member is offered for the next year, or why nothing is and what comes next; POST goes on to the page of renewing."""
    found = find_members_offer(number=number, user=person(request), today=today(request))
    if found is None:
        raise not_there(request, "renewal", number)
    may_manage = may_act_for(user=person(request), member=found.certificate.member, to="manage")
    if request.method != "POST":
        return render(request, "portal/renewal_offer.html", _offer_facts(found, may_manage=may_manage))
    try:
        started = start_renewal(number=number, user=person(request), language=active_language(), now=now(request))
    except MayNotAct:
        return only_looks(request)
    except (NothingToRenew, Renewed):
        return redirect("portal:renewal_offer", number)
    return redirect("portal:application", started.public_id)


def _offer_facts(found: MembersOffer, *, may_manage: bool) -> dict[str, Any]:
    offer, product = found.offer, found.turn.new
    premium, months = None, 0
    if offer.plans and found.start_on is not None:  # late, cover begins later and costs fewer months
        term = (found.start_on, found.turn.year.expiry_on)
        premium, months = rate_plan(product, offer.facts.risk, offer.facts.plan_code, *term), months_between(*term)
    return {
        "found": found,
        "offer": offer,
        "bars": bars_of(offer.waterfall) if offer.waterfall else [],
        "premium": premium,
        "months": months,
        "plan": product.plan(offer.facts.plan_code) if premium else None,
        "industry": next((one for one in product.industries if one.code == offer.facts.risk.industry), None),
        "part_year": is_part_year(offer.months),
        "starts_at": cover_starts_at(product.calendar, found.start_on) if found.start_on else None,
        "expires_at": cover_starts_at(product.calendar, found.turn.year.expiry_on),
        "old_expires_at": cover_starts_at(found.turn.old.calendar, found.certificate.scheme_year.expiry_on),
        "may_manage": may_manage,
        "product": product,
    }


class ReadForm(forms.Form):
    """One tick for each document on the page: read, and agreed to where it asks for that."""

    def __init__(self, progress: Progress, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for document in asking(progress.product):
            self.fields[document.code] = forms.BooleanField(
                label=in_language(document.consent), error_messages={"required": NOT_GIVEN}
            )


class InsuredForm(forms.Form):
    """Said anew each year where another is insured (F04)."""

    explained_to_insured = forms.BooleanField(
        label=say(
            "次の1年の補償の内容を、被保険者に説明しました",
            "I have explained the cover of the next year to the insured",
        ),
        error_messages={
            "required": say("説明がお済みでしたら、印を付けてください。", "If you have explained it, please tick this.")
        },
    )


@dataclass(frozen=True, slots=True)
class Page:
    """The forms of the one page, for one application as it stands."""

    progress: Progress
    plan_step: PlanStep
    plan: PlanForm
    consent: ReadForm
    disclosure: QuestionForm
    declaration: DeclarationForm
    insured: InsuredForm | None

    @classmethod
    def of(cls, request: HttpRequest, progress: Progress, data: Any = None) -> Page:
        plan_step, disclosure = PlanStep(request, progress), Disclosure(request, progress)
        other_insured = bool(progress.answers(StepCode.COMPANY).get("insured_name"))
        return cls(
            progress,
            plan_step,
            plan_step.form(data),
            ReadForm(progress, data, progress.answers(StepCode.DOCUMENTS)),
            disclosure.form(data),
            DeclarationForm(progress, data),
            InsuredForm(data) if other_insured else None,
        )

    @property
    def forms(self) -> list[forms.Form]:
        return [form for name in FORMS if (form := getattr(self, name)) is not None]

    def is_valid(self) -> bool:
        """Every form is looked at, so that all slips are shown at once."""
        results = [form.is_valid() for form in self.forms]
        if results[0]:
            self.plan_step.check(self.plan)
        return all(results) and not self.plan.errors

    def answers(self) -> dict[StepCode, dict[str, Any]]:
        """By step, as each step's own page would send them."""
        product, company = self.progress.product, self.progress.answers(StepCode.COMPANY)
        given = {
            StepCode.PLAN: self.plan_step.answers(self.plan),
            StepCode.DOCUMENTS: {one.code: self.consent.cleaned_data[one.code] for one in asking(product)},
            StepCode.DISCLOSURE: Disclosure(self.plan_step.request, self.progress).answers(self.disclosure),
        }
        if self.insured is not None:
            given[StepCode.COMPANY] = {**company, EXPLAINED: self.insured.cleaned_data[EXPLAINED]}
        return given

    @property
    def read(self) -> list[str]:
        """The documents that stand on the page in full."""
        return [document.code for document in self.progress.product.wording if document.must_be_opened]


@for_application("GET", "POST")
def renew(request: HttpRequest, application: Application) -> HttpResponseBase:
    """Everything of a renewal on one page; POST keeps it, seals it and goes on to paying."""
    if application.state not in {Application.State.DRAFT, Application.State.CONFIRMED}:
        return _go_on(request, application)
    progress = progress_for(request, application)
    if application.renewal_of is None or not progress.may_visit(StepCode.PLAN):
        return redirect("portal:application", application.public_id)
    if request.method != "POST":
        return _show(request, Page.of(request, progress))
    page = Page.of(request, progress, request.POST)
    if page.plan_step.calculates:
        return _show(request, page, only_plan=True)
    complete = page.is_valid() and page.answers()[StepCode.PLAN]["plan_code"]
    return _keep_and_pay(request, application, page) if complete else _show(request, page, status=422)


def _go_on(request: HttpRequest, application: Application) -> HttpResponseBase:
    """Past changing: pressed twice, it leads to the same card page."""
    if request.method == "POST":
        return pay(request, public_id=application.public_id)
    return answer_if_not_open(request, application) or redirect("portal:application", application.public_id)


def _keep_and_pay(request: HttpRequest, application: Application, page: Page) -> HttpResponseBase:
    by, moment, language = person(request), now(request), active_language()
    try:
        progress = save_together(
            application_id=application.pk, answers=page.answers(), read=page.read, seen_revision=seen_revision(request),
            user=by, language=language, now=moment,
        )  # fmt: skip
        if progress.referrals:
            return redirect("portal:referral", application.public_id)
        declared = {code: page.declaration.cleaned_data[code] for code in page.declaration.fields}
        confirmed = confirm_application(
            application_id=application.pk, seen_revision=progress.application.revision, declarations=declared, user=by,
            language=language, now=moment,
        )  # fmt: skip
    except ChangedMeanwhile:
        messages.warning(request, CHANGED)
        look_again(application)
        return _show(request, Page.of(request, progress_for(request, application)), status=409)
    except NotAcceptable as refusal:
        return show_obstacle(request, application, refusal.obstacle)
    except (OutOfOrder, NotOpen, DeclarationMissing, YearOver):
        return redirect("portal:application", application.public_id)
    return to_card_page(request, confirmed)


def _show(request: HttpRequest, page: Page, *, status: int = 200, only_plan: bool = False) -> HttpResponse:
    application = page.progress.application
    product = page.progress.product
    if only_plan:  # working out premiums isn't sending: nothing else is called wrong
        for form in page.forms[1:]:
            form.errors.clear()
    facts = {
        "page": page,
        "application": application,
        "form": page.plan,
        "errors": [field for form in page.forms for field in form if field.errors],
        "documents": [
            {"text": text, "field": page.consent[text.code] if text.code in page.consent.fields else None}
            for text in in_order(product)
        ],
        "revision": application.revision,
        "old": application.renewal_of,
        "product": product,
        "old_product": product_of(application.renewal_of.scheme_year.product_version)
        if application.renewal_of
        else None,
        "starts_at": cover_starts_at(product.calendar, page.plan_step.start_on),
        "expires_at": cover_starts_at(product.calendar, application.scheme_year.expiry_on),
        **page.plan_step.facts(page.plan),
        **card_facts(request, application),
    }
    return render(request, "portal/renew.html", facts, status=status)
