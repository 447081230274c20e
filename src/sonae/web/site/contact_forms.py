"""What the two forms of the contact window ask. Lengths come first, everything typed is kept, and one form counts once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.window import times_of_day
from sonae.domain.product.definition import Product
from sonae.web.shared.keyed_form import KeyedForm
from sonae.web.shared.language import in_language, say
from sonae.web.shared.sales_field import SalesField
from sonae.web.shared.text_fields import email_field, line_field, message_field
from sonae.web.shared.typed_contact import read_kana, read_line, read_lines, read_telephone
from sonae.web.site.calculator_form import industry_choices

LONGEST_MESSAGE = 2_000


class ContactForm(KeyedForm):
    """Who writes and how they can be reached."""

    firm = line_field(say("会社名", "Name of the firm"), most=120, autocomplete="organization")
    name = line_field(
        say("お名前", "Your name"),
        say("お名前を入れてください。", "Please enter your name."),
        most=80,
        autocomplete="name",
    )
    kana = line_field(say("お名前のフリガナ", "Your name in kana"), most=160)
    email = email_field(
        say("メールアドレス", "E-mail address"),
        help_text=say("受付番号をお送りします。", "We send the reference number there."),
    )
    telephone = line_field(say("電話番号", "Telephone"), most=30, inputmode="tel", autocomplete="tel")
    preferred_time = forms.ChoiceField(
        label=say("お電話のご希望の時間帯", "When we may call"),
        required=False,
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )
    message = message_field(say("ご相談の内容", "What you would like to ask"), most=LONGEST_MESSAGE, rows=6)
    website = line_field(
        say("この欄は空けておいてください", "Please leave this field empty"), most=80, autocomplete="off", tabindex="-1"
    )

    def __init__(self, product: Product, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choices = [(code, in_language(words)) for code, words in times_of_day(product.contact).items()]
        field: Any = self.fields["preferred_time"]
        field.choices = choices

    def clean_firm(self) -> str:
        return read_line(self.cleaned_data["firm"])

    def clean_name(self) -> str:
        name = read_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name

    def clean_kana(self) -> str:
        return read_kana(self.cleaned_data["kana"])

    def clean_telephone(self) -> str:
        typed = self.cleaned_data["telephone"]
        return read_telephone(typed) if typed else ""

    def clean_preferred_time(self) -> str:
        return self.cleaned_data["preferred_time"] or "any"

    def clean_message(self) -> str:
        return read_lines(self.cleaned_data["message"])

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(
                say(
                    "この欄は機械による送信を見分けるためのものです。空けてから送ってください。",
                    "This field tells machines from people. Please empty it and send again.",
                )
            )
        return ""


class ConsultationForm(ContactForm):
    """A question to be answered by mail, or a request to be called."""

    field_order = (
        "kind", "message", "name", "kana", "firm", "member_number", "email", "telephone", "preferred_time",
    )  # fmt: skip  # as on the page, so that the list of errors goes down it

    kind = forms.ChoiceField(
        label=say("ご希望", "What you would like"),
        widget=forms.RadioSelect,
        choices=[
            (Consultation.Kind.QUESTION.value, say("メールで返事がほしい", "An answer by e-mail")),
            (Consultation.Kind.CALLBACK.value, say("電話をかけてほしい", "A call back")),
        ],
        error_messages={
            "required": say("どちらかを選んでください。", "Please choose one."),
            "invalid_choice": say("どちらかを選んでください。", "Please choose one."),
        },
    )
    member_number = line_field(
        say("会員番号", "Member number"),
        most=20,
        inputmode="numeric",
        autocomplete="off",
    )

    def __init__(self, product: Product, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(product, data, **more)
        self.fields["preferred_time"].help_text = say("電話をご希望のとき。", "If we are to call you.")
        self.fields["telephone"].help_text = say(
            "電話をご希望のときは必ず入れてください。", "Needed if we are to call you."
        )

    def clean_member_number(self) -> str:
        return read_line(self.cleaned_data["member_number"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("kind") == Consultation.Kind.CALLBACK and given.get("telephone") == "":
            self.add_error("telephone", MISSING_TELEPHONE)
        if given.get("kind") == Consultation.Kind.QUESTION and given.get("message") == "":
            self.add_error("message", say("ご相談の内容を入れてください。", "Please write what you would like to ask."))
        return given


MISSING_TELEPHONE = say("電話番号を入れてください。", "Please enter your telephone number.")


class ReferralForm(ContactForm):
    """A call about the insurer's own policy, from the agency: with consent, or not at all (F20)."""

    field_order = (
        "industry", "sales", "firm", "name", "kana", "telephone", "email", "preferred_time", "message", "consent",
    )  # fmt: skip

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
    consent = forms.BooleanField()

    def __init__(self, product: Product, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(product, data, **more)
        industry: Any = self.fields["industry"]
        industry.choices = industry_choices(product)
        for name, missing in (
            ("firm", say("会社名を入れてください。", "Please enter the name of the firm.")),
            ("telephone", MISSING_TELEPHONE),
        ):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = missing
        self.fields["consent"].label = in_language(product.consultation.referral.consent)
        self.fields["consent"].error_messages["required"] = say(
            f"同意がないと、ご案内のためにお渡しできません。同意されないときは、お電話（{product.contact.phone}）でご案内します。",
            f"Without your consent nothing can be passed on. If you would rather not, please call {product.contact.phone}.",
        )
        self.fields["telephone"].help_text = say("ご案内のお電話を差し上げます。", "This is where you will be called.")
        self.fields["message"].label = say("お聞きになりたいこと", "What you would like to know")

    @property
    def sales_yen(self) -> int | None:
        """What was understood of the sales, for the echo under the field."""
        return self.cleaned_data.get("sales") if self.is_bound and "sales" not in self.errors else None
