"""The forms in which members and staff say what shall happen to a paid cover. Only what was touched counts as changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from sonae.domain.product.definition import Product
from sonae.web.shared.company_fields import read_postcode
from sonae.web.shared.keyed_form import KeyedForm, new_form_key
from sonae.web.shared.language import in_language, say
from sonae.web.shared.sales_field import SalesField, sales_typed
from sonae.web.shared.text_fields import line_field
from sonae.web.shared.typed_contact import read_kana, read_line, read_telephone

LONGEST_REASON = 200  # as the log keeps it
EARLIEST = "earliest"
INSURED_FIELDS = ("insured.name", "insured.kana", "insured.address")
APPLICANT_FIELDS = (
    "applicant.name", "applicant.kana", "applicant.representative", "applicant.postcode", "applicant.prefecture",
    "applicant.city", "applicant.street", "applicant.building", "applicant.telephone",
)  # fmt: skip
TEXTS = (*INSURED_FIELDS, *APPLICANT_FIELDS)
READERS = {
    "insured.kana": read_kana,
    "applicant.kana": read_kana,
    "applicant.postcode": read_postcode,
    "applicant.telephone": read_telephone,
}
NEEDED = {"insured.name", "applicant.name"}


def form_name(field: str) -> str:
    """``insured.name`` as a form may call it."""
    return field.replace(".", "__")


class DayField(forms.DateField):
    """A day that staff type."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}),
            error_messages={
                "required": say("日付を入れてください。", "Please enter the day."),
                "invalid": say("2027-04-01 のように入れてください。", "Please write it like 2027-04-01."),
            },
        )


def reason_field(*, required: bool) -> forms.CharField:
    """Why; it stands in the log and on the paper."""
    field = line_field(
        say("理由", "Reason"),
        say("理由を入れてください。", "Please give a reason.") if required else None,
        most=LONGEST_REASON,
        help_text=say("異動承認書にも載ります。", "It also stands on the endorsement."),
    )
    field.widget.attrs["autocomplete"] = "off"
    return field


class ActForm(KeyedForm):
    """``seen`` is the number of the last act that the page knew of. The day is typed (staff) or chosen (members)."""

    seen = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        seen: int,
        day: forms.Field | None = None,
        reason_required: bool = True,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"form_key": new_form_key(), "seen": seen, **(initial or {})})
        if day is not None:
            self.fields["day"] = day
        self.fields["reason"] = reason_field(required=reason_required)

    def clean_reason(self) -> str:
        return read_line(self.cleaned_data["reason"])

    @property
    def patch(self) -> dict[str, object]:
        """The fields that somebody changed."""
        return {}


class CoverForm(ActForm):
    """Begins with what holds; ``held`` has the fields as they stood when the page was opened."""

    plan = forms.ChoiceField(
        label=say("プラン", "Plan"),
        widget=forms.RadioSelect,
        error_messages={
            "required": say("プランを選んでください。", "Please choose a plan."),
            "invalid_choice": say("一覧からプランを選んでください。", "Please choose a plan from the list."),
        },
    )
    industry = forms.ChoiceField(
        label=say("業種", "Industry"),
        error_messages={
            "required": say("業種を選んでください。", "Please choose an industry."),
            "invalid_choice": say("一覧から業種を選んでください。", "Please choose an industry from the list."),
        },
    )
    sales = SalesField(
        label=say("申告売上高（年間・税込）", "Declared annual sales, tax included"),
        help_text=say(
            "直近の決算の額です。全角でも構いません。", "From your last accounts. 4,800 means 48 million yen."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    insured__name = line_field(say("記名被保険者の名称", "Name of the insured"), most=120)
    insured__kana = line_field(say("記名被保険者のフリガナ", "The insured’s name in kana"), most=160)
    insured__address = line_field(
        say("記名被保険者の所在地", "Address of the insured"),
        most=200,
        help_text=say(
            "申込みの会社と同じなら、空けてください。", "Leave it empty where the insured is the firm that applied."
        ),
    )
    applicant__name = line_field(say("会社名", "Name of the firm"), most=120, autocomplete="organization")
    applicant__kana = line_field(say("会社名のフリガナ", "Name in kana"), most=160)
    applicant__representative = line_field(say("代表者の氏名", "Representative"), most=80)
    applicant__postcode = line_field(
        say("郵便番号", "Postcode"), most=20, inputmode="numeric", autocomplete="postal-code"
    )
    applicant__prefecture = line_field(say("都道府県", "Prefecture"), most=10, autocomplete="address-level1")
    applicant__city = line_field(say("市区町村・町名", "City and district"), most=120, autocomplete="address-level2")
    applicant__street = line_field(say("番地", "Block and number"), most=80, autocomplete="address-line1")
    applicant__building = line_field(
        say("建物名・階・部屋", "Building, floor, room"), most=120, autocomplete="address-line2"
    )
    applicant__telephone = line_field(say("電話番号", "Telephone"), most=30, inputmode="tel", autocomplete="tel")

    def __init__(
        self,
        product: Product,
        held: Mapping[str, object],
        data: QueryDict | None = None,
        *,
        seen: int,
        day: forms.Field,
        reason_required: bool,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        shown = {form_name(field): held.get(field, "") for field in TEXTS}
        shown |= {
            "plan": held["plan"],
            "industry": held["industry"],
            "sales": sales_typed(int(str(held["annual_sales"]))),
        }
        super().__init__(
            data, seen=seen, day=day, reason_required=reason_required, initial={**shown, **(initial or {})}
        )
        self.held = held
        plans: Any = self.fields["plan"]
        plans.choices = [(plan.code, in_language(plan.name)) for plan in product.plans]
        industries: Any = self.fields["industry"]
        industries.choices = [(one.code, in_language(one.name)) for one in product.industries]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for field in TEXTS:
            name = form_name(field)
            if name in given:
                self._read(field, name, given)
        return given

    def _read(self, field: str, name: str, given: dict[str, Any]) -> None:
        """What nobody touched stays as it is, however it came to be written."""
        typed, held = read_line(given[name]), str(self.held.get(field, ""))
        given[name] = held if typed == held else typed
        if typed == held:
            return
        if not typed and field in NEEDED:
            self.add_error(name, say("名称を入れてください。", "Please enter the name."))
        elif typed and field in READERS:
            try:
                given[name] = READERS[field](typed)
            except forms.ValidationError as problem:
                self.add_error(name, problem)

    @property
    def patch(self) -> dict[str, object]:
        given = self.cleaned_data
        wanted: dict[str, object] = {
            "plan": given["plan"],
            "industry": given["industry"],
            "annual_sales": given["sales"],
        }
        wanted |= {field: given[form_name(field)] for field in TEXTS}
        return {field: value for field, value in wanted.items() if value != self.held.get(field, "")}


def day_choices(days: Sequence[date], words: Any, earliest: Any) -> forms.ChoiceField:
    """The days that a member may choose, the earliest first; ``earliest`` says which day that is."""
    return forms.ChoiceField(
        label=say("いつから", "From when"),
        help_text=earliest,
        choices=[
            (EARLIEST, say("できるだけ早く", "As soon as possible")),
            *((day.isoformat(), words(day)) for day in days),
        ],
        error_messages={
            "required": say("いつからかを選んでください。", "Please choose from when."),
            "invalid_choice": say("一覧から選んでください。", "Please choose from the list."),
        },
    )
