"""プラン: industry and sales in, all three plans out with how each fits the needs. Facts side by side; nothing is recommended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from sonae.apps.enrolment.evidence import fitting_options
from sonae.apps.enrolment.starts import find_possible_start
from sonae.apps.enrolment.steps import StepCode
from sonae.domain.calendar import months_between
from sonae.domain.eligibility import assess
from sonae.domain.figures import FigureInvalid, read_yen
from sonae.domain.money import MAN, yen_in_words, yen_text
from sonae.domain.product.definition import Plan, Product
from sonae.domain.quoting import LARGEST_SALES
from sonae.domain.rating import PlanPremium, rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text
from sonae.web.portal import prefill
from sonae.web.portal.steps.page import Rows, StepPage
from sonae.web.shared.language import in_language, say


class PlanForm(forms.Form):
    """Industry, sales and, once the premiums were seen, the plan."""

    industry = forms.ChoiceField(
        label=say("業種", "Industry"),
        error_messages={"required": say("業種を選んでください。", "Please choose an industry.")},
    )
    sales = forms.CharField(
        label=say("申告売上高（年間・税込）", "Declared annual sales (tax included)"),
        help_text=say(
            "直近の決算の額です。決算の前なら、事業計画の額を入れてください。全角や「1億2千万円」でも読み取ります。",
            "From the last accounts, or from the business plan before the first. A bare figure counts in 10,000 yen.",
        ),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
        error_messages={"required": say("申告売上高を入れてください。", "Please enter the annual sales.")},
    )
    plan = forms.ChoiceField(label=say("プラン", "Plan"), required=False, widget=forms.RadioSelect)
    seen = forms.CharField(required=False, max_length=80, widget=forms.TextInput)

    def __init__(self, product: Product, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        industry: Any = self.fields["industry"]
        industry.choices = [("", say("選んでください", "Please choose"))] + [
            (one.code, in_language(one.name)) for one in product.industries
        ]
        plan: Any = self.fields["plan"]
        plan.choices = [(one.code, in_language(one.name)) for one in product.plans]

    def clean_sales(self) -> int:
        try:
            yen = read_yen(self.cleaned_data["sales"], unit=MAN)
        except FigureInvalid as invalid:
            raise forms.ValidationError(in_language(invalid.message)) from None
        if yen > LARGEST_SALES:
            raise forms.ValidationError(
                say("金額が大きすぎます。桁をお確かめください。", "The figure is too large; check its digits.")
            )
        return yen


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan as the page shows it."""

    plan: Plan
    premium: PlanPremium
    within_budget: bool | None  # None where no budget was named
    chosen: bool


class PlanStep(StepPage):
    """The plan step. ``seen`` in the form says for which industry, sales and start the premiums were on the page."""

    code = StepCode.PLAN
    template = "portal/steps/plan.html"

    @property
    def start_on(self) -> date:
        """The start that this application can still have; where its year is over, the page isn't shown."""
        progress = self.progress
        start_on = find_possible_start(progress.application, progress.product, progress.today)
        return start_on or progress.application.start_on

    def form(self, data: Any = None) -> PlanForm:
        saved = self.progress.answers(self.code)
        if saved:
            sales = saved["annual_sales"]
            initial = {"industry": saved["industry"], "sales": _typed(sales), "plan": saved["plan_code"]}
        else:
            initial = dict(prefill.kept(self.request, self.progress.product))
            initial["sales"] = _tidied(initial["sales"])
        return PlanForm(self.progress.product, data, initial=initial)

    def check(self, form: forms.Form) -> None:
        if self.calculates or form.cleaned_data["plan"]:
            return
        if self._was_seen(form):
            form.add_error("plan", say("プランを選んでください。", "Please choose a plan."))

    def answers(self, form: forms.Form) -> dict[str, Any]:
        """A plan counts only if its premium was on the page for exactly this industry, these sales and this start."""
        return {
            "industry": form.cleaned_data["industry"],
            "annual_sales": form.cleaned_data["sales"],
            "plan_code": form.cleaned_data["plan"] if self._was_seen(form) else "",
        }

    @property
    def calculates(self) -> bool:
        """Whether the button was pressed that only works the premiums out."""
        return self.request.POST.get("action") == "calculate"

    def _was_seen(self, form: forms.Form) -> bool:
        return bool(form.cleaned_data["seen"] == self.mark(form.cleaned_data["industry"], form.cleaned_data["sales"]))

    def mark(self, industry: str, sales: int) -> str:
        """What the shown premiums were worked out for."""
        return f"{industry}|{sales}|{self.start_on.isoformat()}"

    def rows(self, answers: Mapping[str, Any]) -> Rows:
        product = self.progress.product
        plan = (
            in_language(product.plan(answers["plan_code"]).name)
            if answers.get("plan_code")
            else say("まだ", "None yet")
        )
        return [
            (str(say("業種", "Industry")), in_language(product.industry(answers["industry"]).name)),
            (str(say("申告売上高", "Annual sales")), in_language(yen_text(answers["annual_sales"]))),
            (str(say("プラン", "Plan")), str(plan)),
        ]

    def facts(self, form: forms.Form) -> dict[str, Any]:
        """Premiums for what stands in the form, if it can be rated."""
        risk = self._risk(form)
        year = self.progress.application.scheme_year
        facts: dict[str, Any] = {
            "start_on": self.start_on,
            "expiry_on": year.expiry_on,
            "months": months_between(self.start_on, year.expiry_on),
            "moved": not self.progress.start_is_possible,
            "fits": self._fits(),
            "budget": self._budget(),
            "sales_yen": risk.annual_sales if risk else None,
            "offers": [],
            "mark": "",
        }
        if risk is None or assess(self.progress.product, risk):
            return facts
        chosen = str(form["plan"].value() or "")
        premiums = rate(self.progress.product, risk, self.start_on, year.expiry_on)
        facts["offers"] = [self._offer(premium, chosen) for premium in premiums]
        facts["mark"] = self.mark(risk.industry, risk.annual_sales)
        return facts

    def _risk(self, form: forms.Form) -> Risk | None:
        industry = str(form["industry"].value() or "")
        known = {one.code for one in self.progress.product.industries}
        try:
            sales = read_yen(str(form["sales"].value() or ""), unit=MAN)
        except FigureInvalid:
            return None
        return Risk(industry, sales) if industry in known and sales <= LARGEST_SALES else None

    def _offer(self, premium: PlanPremium, chosen: str) -> Offer:
        budget = self._budget()
        within = None if budget is None else premium.annual_premium <= budget
        plan = self.progress.product.plan(premium.plan_code)
        return Offer(plan, premium, within, plan.code == chosen)

    def _budget(self) -> int | None:
        given = self.progress.answers(StepCode.NEEDS)
        named = (
            option.budget_yen
            for question in self.progress.product.questions_of("needs")
            for option in question.options
            if option.budget_yen is not None and given.get(question.code) == option.code
        )
        return next(named, None)

    def _fits(self) -> list[tuple[Text, Text]]:
        return [(option.label, option.fit) for option in fitting_options(self.progress) if option.fit]


def _tidied(sales: str) -> str:
    """What the calculator carried along, as this field shows a sum; whatever can't be read stays for the person to see."""
    try:
        return _typed(read_yen(sales, unit=MAN))
    except FigureInvalid:
        return sales


def _typed(yen: int) -> str:
    return f"{yen // MAN:,}" if yen % MAN == 0 else yen_in_words(yen).ja
