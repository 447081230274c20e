"""The page that shows every part of the design in every state, drawn with the tags that the pages use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.domain.product.definition import Plan, Section
from sonae.domain.rating import PlanPremium, Step, StepKind
from sonae.domain.text import Text
from sonae.web.shared.icons import ICONS
from sonae.web.shared.language import say
from sonae.web.shared.procedure import lay_out_steps

START_ON, EXPIRY_ON, A_DAY = date(2027, 3, 1), date(2027, 12, 1), date(2027, 4, 18)

PLANS = (
    Plan("P100", Text("1億円プラン", "100 million yen plan"), 100_000_000, 10_000_000, Fraction(1), Text("", "")),
    Plan("P300", Text("3億円プラン", "300 million yen plan"), 300_000_000, 50_000_000, Fraction(81, 50), Text("", "")),
    Plan("P500", Text("5億円プラン", "500 million yen plan"), 500_000_000, 50_000_000, Fraction(91, 50), Text("", "")),
)
FREE = Section(
    code="free",
    name=Text("無料補償", "Free cover"),
    explanation=Text(
        "損害賠償金と争訟費用だけが対象です。自社で先に出ていく費用には使えません。",
        "Pays damages and the cost of disputes only, not what you would pay yourself.",
    ),
    needs_application=False,
    liability_limit_yen=500_000,
    cost_limit_yen=None,
    cost_lines=(),
    services=(),
    organiser_may_end_it=True,
)
SERVICES = (Text("緊急ホットライン", "Emergency hotline"), Text("ベンチマークレポート", "Benchmark report"))
STEP_TITLES = (
    Text("会員の確認", "Membership"),
    Text("プラン", "Plan"),
    Text("会社の情報", "Your firm"),
    Text("告知", "Disclosure"),
    Text("確認", "Check"),
    Text("お支払い", "Payment"),
)
PATTERNS = (  # text on ground, as the tokens name them
    ("text", "paper"), ("text-soft", "paper"), ("text-faint", "plaster"), ("accent-strong", "accent-soft"),
    ("paper", "accent"), ("danger-strong", "danger-soft"), ("warning", "warning-soft"),
    ("success", "success-soft"), ("info", "info-soft"),
)  # fmt: skip
SCENES = ("misdirected-mail", "dispute", "investigation", "hotline", "benchmark")


def sample_premium(plan: Plan, annual_premium: int) -> PlanPremium:
    """Made up for this page: a factor of 1.30, a band of 1.41, nine months of the year. Pages show what rating answers."""
    base, industry, band = Fraction(64_940), Fraction(13, 10), Fraction(141, 100)
    exact = base * industry * band * plan.factor
    pay = annual_premium * 9 // 12
    return PlanPremium(
        plan_code=plan.code,
        annual_premium=annual_premium,
        term_premium=pay,
        monthly_equivalent=-(-annual_premium // 12),
        liability_limit=plan.liability_limit,
        cost_limit=plan.cost_limit,
        steps=(
            _step("base", Text("すべての計算のはじまり", "Where every premium starts"), None, base),
            _step("industry", Text("士業・会計事務所等", "Professional firms"), industry, base * industry),
            _step("band", Text("3,000万円超 5,000万円以下", "30–50 million yen"), band, base * industry * band),
            _step("plan", plan.name, plan.factor, exact),
            _step("floor", Text("", ""), None, exact, changes=False),
            _step("rounding", Text("10円未満を四捨五入", "To the nearest ¥10"), None, Fraction(annual_premium)),
            Step("term", Text("9か月分", "9 months"), 9, 12, pay, 1, True),
        ),
    )


def floor_premium() -> PlanPremium:
    """A premium that the floor lifts."""
    plan, least, industry = PLANS[0], Fraction(64_940), Fraction(9, 10)
    steps = (
        _step("base", Text("すべての計算のはじまり", "Where every premium starts"), None, least),
        _step("industry", Text("建設業", "Construction"), industry, least * industry),
        _step(
            "floor",
            Text("計算した額が、プランの最低保険料を下回ったため", "The sum was below the plan’s minimum premium"),
            None,
            least,
        ),
        _step("rounding", Text("", ""), None, least),
    )
    return PlanPremium(plan.code, 64_940, 64_940, 5_412, plan.liability_limit, plan.cost_limit, steps)


def _step(kind: StepKind, detail: Text, factor: Fraction | None, value: Fraction, *, changes: bool = True) -> Step:
    numerator, denominator = (factor.numerator, factor.denominator) if factor is not None else (1, 0)
    return Step(kind, detail, numerator, denominator, value.numerator, value.denominator, changes)


class SampleForm(forms.Form):
    """Every kind of field; filled with mistakes on purpose."""

    firm = forms.CharField(
        label=say("会社名", "Name of the firm"), help_text=say("登記どおりに入れてください。", "As registered.")
    )
    corporate_number = forms.CharField(
        label=say("法人番号", "Corporate number"),
        required=False,
        help_text=say("13桁の数字です。全角でも構いません。", "13 digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    sales = forms.CharField(
        label=say("申告売上高（年間・税込）", "Declared yearly sales, tax included"),
        help_text=say("直近の決算の額です。全角でも構いません。", "From your latest accounts."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    industry = forms.ChoiceField(
        label=say("業種", "Business"),
        choices=[
            ("construction", say("建設業", "Construction")),
            ("professional", say("士業・会計事務所等", "Professional firms")),
        ],
    )
    number = forms.CharField(
        label=say("加入者証番号", "Certificate number"),
        required=False,
        widget=forms.TextInput(attrs={"readonly": True}),
    )
    subject = forms.CharField(
        label=say("ご相談の内容", "What you would like to ask"),
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "placeholder": say(
                    "例：1億円プランと3億円プランで迷っています", "For example: which of two plans to choose"
                ),
            }
        ),
    )
    insured = forms.ChoiceField(
        label=say("補償を受ける会社", "Which firm is covered"),
        widget=forms.RadioSelect,
        choices=[
            ("same", say("申し込む会社と同じ", "The firm that applies")),
            ("other", say("別の会社", "Another firm")),
        ],
    )
    backups = forms.ChoiceField(
        label=say(
            "大事なデータの控えを、切り離した場所にも置いていますか",
            "Do you keep copies of important data in a separate place?",
        ),
        widget=forms.RadioSelect,
        choices=[
            ("yes", say("はい", "Yes")),
            ("partly", say("一部", "Partly")),
            ("no", say("いいえ", "No")),
            ("unknown", say("わからない", "Don’t know")),
        ],
    )
    held_data = forms.MultipleChoiceField(
        label=say("お持ちの情報", "What data you hold"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("names", say("お客さまの連絡先", "Names and addresses")),
            ("cards", say("カード番号", "Card numbers")),
        ],
    )
    read = forms.BooleanField(
        label=say("重要事項のご説明を読みました", "I have read the explanation of important matters")
    )
    explained = forms.BooleanField(
        label=say("補償の内容を被保険者に説明しました", "I have explained the cover to the insured"),
        error_messages={
            "required": say("説明がお済みでしたら、印を付けてください。", "Tick this once you have explained it.")
        },
    )

    def clean_corporate_number(self) -> str:
        raise forms.ValidationError(
            say("いま12桁です。あと1桁を入れてください。", "There are 12 digits. Add one more.")
        )


def filled_form() -> SampleForm:
    """Typed by a firm that doesn't exist."""
    return SampleForm(
        {
            "firm": say("サンプル工務店", "Sample Builders"),
            "corporate_number": "１２３４５６７８９０１２",
            "sales": "８，５００",
            "industry": "construction",
            "number": "S26-001234",
            "insured": "other",
            "backups": "partly",
            "held_data": ["names"],
            "read": "on",
        }
    )


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """GET /design/"""
    premiums = [(PLANS[0], sample_premium(PLANS[0], 119_040)), (PLANS[1], sample_premium(PLANS[1], 192_840)),
                (PLANS[2], sample_premium(PLANS[2], 216_640))]  # fmt: skip
    context = {
        "form": filled_form(),
        "hints": {"other": Text("申込者と被保険者が異なる場合", "If the applicant and the insured differ")},
        "steps": lay_out_steps(STEP_TITLES, 3, ["#steps", "#steps", "#steps"]),
        "premiums": premiums,
        "floored": floor_premium(),
        "free": FREE,
        "services": tuple((name, True) for name in SERVICES),
        "no_services": tuple((name, False) for name in SERVICES),
        "start_on": START_ON,
        "expiry_on": EXPIRY_ON,
        "a_day": A_DAY,
        "a_moment": datetime(2026, 12, 1, 7, tzinfo=UTC),
        "pairs": PATTERNS,
        "icons": list(ICONS),
        "scenes": [f"shared/pictures/{name}.svg" for name in SCENES],
    }
    return render(request, "shared/parts.html", context)
