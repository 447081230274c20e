"""会社の情報: who applies, where, and who is insured if it is another (F04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages

from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases.confirm_application import EXPLAINED
from sonae.apps.parties.queries import find_membership
from sonae.web.portal.postcode import find_beginning
from sonae.web.portal.steps.page import Rows, StepPage
from sonae.web.shared import company_fields as read
from sonae.web.shared import typed_contact
from sonae.web.shared.language import say

APPLICANT = (
    "name", "kana", "representative", "corporate_number", "postcode", "prefecture", "city", "street", "building",
    "telephone",
)  # fmt: skip
INSURED = ("insured_name", "insured_kana", "insured_address", "insured_relation")


def _line(label: Any, missing: Any = None, *, most: int = 120, help_text: Any = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=most,
        help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": missing} if missing else {},
    )


class CompanyForm(forms.Form):
    """The firm as it will stand on the certificate."""

    name = _line(
        say("会社名", "Name of the firm"),
        say("会社名を入れてください。", "Please enter the name of the firm."),
        help_text=say(
            "登記どおりに。個人事業主の方は屋号で構いません。",
            "As registered. Sole proprietors may use their trade name.",
        ),
        autocomplete="organization",
    )
    kana = _line(
        say("会社名のフリガナ", "Name in kana"),
        say("フリガナを入れてください。", "Please enter the reading in kana."),
        most=160,
        help_text=say(
            "ひらがなや半角でも、カタカナに直して保存します。", "Hiragana or half-width kana are turned into katakana."
        ),
    )
    representative = _line(
        say("代表者の氏名", "Name of the representative"),
        say("代表者の氏名を入れてください。", "Please enter the representative’s name."),
        most=80,
        autocomplete="name",
    )
    corporate_number = _line(
        say("法人番号", "Corporate number"),
        most=40,
        help_text=say(
            "13桁の数字です。全角でも構いません。個人事業主の方は空けてください。",
            "13 digits; full-width is fine. Sole proprietors leave it empty.",
        ),
        inputmode="numeric",
    )
    postcode = _line(
        say("郵便番号", "Postcode"),
        say("郵便番号を入れてください。", "Please enter the postcode."),
        most=20,
        inputmode="numeric",
        autocomplete="postal-code",
    )
    prefecture = _line(
        say("都道府県", "Prefecture"),
        say("都道府県を入れてください。", "Please enter the prefecture."),
        most=10,
        autocomplete="address-level1",
    )
    city = _line(
        say("市区町村・町名", "City and district"),
        say("市区町村と町名を入れてください。", "Please enter city and district."),
        autocomplete="address-level2",
    )
    street = _line(
        say("番地", "Block and number"),
        say(
            "番地を入れてください。ない場合は「番地なし」と入れてください。",
            "Please enter block and number, or “none”.",
        ),
        most=80,
        autocomplete="address-line1",
    )
    building = _line(say("建物名・階・部屋", "Building, floor, room"), autocomplete="address-line2")
    telephone = _line(
        say("電話番号", "Telephone"),
        say("電話番号を入れてください。", "Please enter the telephone number."),
        most=30,
        inputmode="tel",
        autocomplete="tel",
    )
    insured_is = forms.ChoiceField(
        label=say("補償を受ける会社（被保険者）", "Who is covered (the insured)"),
        widget=forms.RadioSelect,
        choices=[
            ("same", say("申し込む会社と同じ", "The firm that applies")),
            ("other", say("別の会社", "Another firm")),
        ],
        error_messages={"required": say("どちらかを選んでください。", "Please choose one.")},
    )
    insured_name = _line(say("被保険者の名称", "Name of the insured"))
    insured_kana = _line(say("被保険者のフリガナ", "The insured’s name in kana"), most=160)
    insured_address = _line(say("被保険者の住所", "Address of the insured"), most=200)
    insured_relation = _line(
        say("申込者との関係", "Relation to the applicant"),
        most=60,
        help_text=say("例：子会社、同じ代表者の会社", "For example: subsidiary, firm of the same representative"),
    )
    explained_to_insured = forms.BooleanField(
        label=say("補償の内容を被保険者に説明しました", "I have explained the content of the cover to the insured"),
        required=False,
    )

    def clean_name(self) -> str:
        return typed_contact.read_line(self.cleaned_data["name"])

    def clean_representative(self) -> str:
        return typed_contact.read_line(self.cleaned_data["representative"])

    def clean_kana(self) -> str:
        return typed_contact.read_kana(self.cleaned_data["kana"])

    def clean_corporate_number(self) -> str:
        return read.read_corporate_number(self.cleaned_data["corporate_number"])

    def clean_postcode(self) -> str:
        return read.read_postcode(self.cleaned_data["postcode"])

    def clean_telephone(self) -> str:
        return typed_contact.read_telephone(self.cleaned_data["telephone"])

    def clean_insured_kana(self) -> str:
        return typed_contact.read_kana(self.cleaned_data["insured_kana"])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for field in (
            "prefecture",
            "city",
            "street",
            "building",
            "insured_name",
            "insured_address",
            "insured_relation",
        ):
            if field in given:
                given[field] = typed_contact.read_line(given[field])
        if given.get("insured_is") == "other":
            self._ask_for_insured(given)
        return given

    def _ask_for_insured(self, given: dict[str, Any]) -> None:
        for field in INSURED:
            if field not in self.errors and not given.get(field):
                self.add_error(field, MISSING_INSURED[field])
        if not given.get(EXPLAINED):
            self.add_error(
                EXPLAINED,
                say(
                    "説明がお済みでしたら、印を付けてください。まだの場合は、先に重要事項をお渡しください。",
                    "If you have explained it, please tick this. If not, hand over the key documents first.",
                ),
            )


NO_PLACE = say(
    "この郵便番号の住所が見つかりません。そのまま住所を入れてください。",
    "There is no address for this postcode. Please type the address.",
)
MISSING_INSURED = {
    "insured_name": say("被保険者の名称を入れてください。", "Please enter the name of the insured."),
    "insured_kana": say("被保険者のフリガナを入れてください。", "Please enter the insured’s name in kana."),
    "insured_address": say("被保険者の住所を入れてください。", "Please enter the insured’s address."),
    "insured_relation": say("申込者との関係を入れてください。", "Please enter the relation to the applicant."),
}


class Company(StepPage):
    """The company step. The organiser's list fills what it knows when the step is opened first."""

    code = StepCode.COMPANY
    template = "portal/steps/company.html"

    def form(self, data: Any = None) -> CompanyForm:
        saved = self.progress.answers(self.code)
        return CompanyForm(data, initial=saved or self._known())

    def _known(self) -> dict[str, str]:
        listed = find_membership(member=self.progress.application.member, on=self.progress.today)
        if listed is None:
            return {}
        return {"name": listed.name, "kana": listed.name_kana, "telephone": listed.telephone}

    def help_out(self, data: Any) -> CompanyForm | None:
        """The beginning of the address for the postcode that was typed; everything else stays as typed."""
        if data.get("action") != "postcode":
            return None
        place = find_beginning(data.get("postcode", ""))
        found = {"prefecture": place.prefecture, "city": place.city} if place else {}
        if not found:
            messages.info(self.request, NO_PLACE)
        return CompanyForm(initial={**{name: data.get(name, "") for name in CompanyForm.base_fields}, **found})

    def answers(self, form: forms.Form) -> dict[str, Any]:
        """Nothing of another insured is kept when the firm itself is insured."""
        given = form.cleaned_data
        other = given["insured_is"] == "other"
        insured = {field: given[field] if other else "" for field in INSURED}
        applicant = {field: given[field] for field in APPLICANT}
        return {**applicant, "insured_is": given["insured_is"], **insured, EXPLAINED: other and given[EXPLAINED]}

    def rows(self, answers: Mapping[str, Any]) -> Rows:
        fields = CompanyForm.base_fields
        shown = [*APPLICANT, *(INSURED if answers.get("insured_name") else ())]
        rows = [(str(fields[name].label), str(answers.get(name) or say("なし", "none"))) for name in shown]
        if not answers.get("insured_name"):
            rows.append((str(fields["insured_is"].label), str(say("申し込む会社と同じ", "The firm that applies"))))
        return rows
