"""The page that shows every part of the design in every state, drawn with the tags that the pages use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.domain.product.definition import Plan, Section
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


@dataclass(frozen=True, slots=True)
class SampleStep:
    kind: str
    label: Text
    detail: Text
    factor: Fraction | None
    value: Fraction


@dataclass(frozen=True, slots=True)
class SamplePremium:
    """A premium made up for this page; the pages themselves show what rating answers."""

    annual_premium: int
    term_premium: int
    monthly_equivalent: int
    steps: tuple[SampleStep, ...]


def sample_premium(plan: Plan, annual_premium: int) -> SamplePremium:
    """A firm with a factor of 1.30 and a band of 1.41, for nine months of the year."""
    none = Text("", "")
    base, industry, band = Fraction(64_940), Fraction(13, 10), Fraction(141, 100)
    exact = base * industry * band * plan.factor
    term = Fraction(annual_premium * 9, 12)
    steps = (
        SampleStep("base", Text("基準の保険料", "Base premium"), none, None, base),
        SampleStep("industry", Text("業種", "Business"), Text("士業・会計事務所等", "Professional firms"), industry, base),
        SampleStep(
            "band", Text("申告売上高", "Declared sales"), Text("3,000万円超 5,000万円以下", "30–50 million yen"), band, base
        ),
        SampleStep("plan", Text("プラン", "Plan"), plan.name, plan.factor, exact),
        SampleStep(
            "rounding", Text("端数", "Rounding"), Text("10円未満を四捨五入", "To the nearest ¥10"), None, Fraction(annual_premium)
        ),
        SampleStep(
            "term", Text("期間", "Term"), Text("2027年3月1日から12月1日まで", "1 March to 1 December 2027"), Fraction(9, 12), term
        ),
    )  # fmt: skip
    return SamplePremium(annual_premium, int(term), -(-annual_premium // 12), steps)


def floor_premium() -> SamplePremium:
    """A premium that the floor lifts."""
    none = Text("", "")
    steps = (
        SampleStep(
            "base", Text("建設業、3,000万円以下で計算した額", "Worked out for a builder, up to 30 million yen"),
            none, None, Fraction(58_699_266, 1000),
        ),
        SampleStep(
            "floor", Text("最低保険料を適用", "Minimum premium applied"),
            Text("計算した額が、プランの最低保険料を下回ったため", "The sum was below the plan’s minimum premium"),
            None, Fraction(64_940),
        ),
        SampleStep("rounding", Text("端数", "Rounding"), none, None, Fraction(64_940)),
    )  # fmt: skip
    return SamplePremium(64_940, 64_940, 5_412, steps)


class SampleForm(forms.Form):
    """Every kind of field; filled with mistakes on purpose."""

    firm = forms.CharField(label=say("会社名", "Name of the firm"), help_text=say("登記どおりに入れてください。", "As registered."))
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
        label=say("加入者証番号", "Certificate number"), required=False, widget=forms.TextInput(attrs={"readonly": True})
    )
    subject = forms.CharField(
        label=say("ご相談の内容", "What you would like to ask"),
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "placeholder": say("例：1億円プランと3億円プランで迷っています", "For example: which of two plans to choose"),
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
        label=say("大事なデータの控えを、切り離した場所にも置いていますか", "Do you keep copies of important data in a separate place?"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", say("はい", "Yes")),
            ("partly", say("一部", "Partly")),
            ("no", say("いいえ", "No")),
            ("unknown", say("わからない", "Don’t know")),
        ],
    )
    data = forms.MultipleChoiceField(
        label=say("お持ちの情報", "What data you hold"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("names", say("お客さまの連絡先", "Names and addresses")),
            ("cards", say("カード番号", "Card numbers")),
        ],
    )
    read = forms.BooleanField(label=say("重要事項のご説明を読みました", "I have read the explanation of important matters"))
    explained = forms.BooleanField(
        label=say("補償の内容を被保険者に説明しました", "I have explained the cover to the insured"),
        error_messages={"required": say("説明がお済みでしたら、印を付けてください。", "Tick this once you have explained it.")},
    )

    def clean_corporate_number(self) -> str:
        raise forms.ValidationError(say("いま12桁です。あと1桁を入れてください。", "There are 12 digits. Add one more."))


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
            "data": ["names"],
            "read": "on",
        }
    )


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
        "services": [(name, True) for name in SERVICES],
        "no_services": [(name, False) for name in SERVICES],
        "start_on": START_ON,
        "expiry_on": EXPIRY_ON,
        "a_day": A_DAY,
        "a_moment": datetime(2026, 12, 1, 7, tzinfo=UTC),
        "pairs": PATTERNS,
        "icons": list(ICONS),
        "scenes": [f"shared/pictures/{name}.svg" for name in SCENES],
    }
    return render(request, "shared/parts.html", context)
