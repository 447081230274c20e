"""What the two forms of the contact window ask. Lengths come first, everything typed is kept, and one form counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms

from sonae.apps.contact.models import Consultation
from sonae.domain.calendar import JAPAN
from sonae.domain.callback_slots import LONGEST_CODE, Slot
from sonae.domain.product.definition import Product
from sonae.domain.window import day_words
from sonae.web.shared.contact_form import TypedContactForm, preferred_time_field
from sonae.web.shared.keyed_form import KeyedForm, new_form_key
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.sales_field import SalesField
from sonae.web.shared.text_fields import email_field, line_field, message_field
from sonae.web.shared.typed_contact import read_line
from sonae.web.site.calculator_form import industry_choices

LONGEST_MESSAGE = 2_000


class ContactForm(TypedContactForm):
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
    preferred_time = preferred_time_field(say("お電話のご希望の時間帯", "When we may call"))
    message = message_field(say("ご相談の内容", "What you would like to ask"), most=LONGEST_MESSAGE, rows=6)
    website = line_field(
        say("この欄は空けておいてください", "Please leave this field empty"), most=80, autocomplete="off", tabindex="-1"
    )

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

    def __init__(
        self, product: Product, data: Mapping[str, Any] | None = None, *, slots: Sequence[Slot] = (), **more: Any
    ) -> None:
        super().__init__(product, data, **more)
        self.slots = slots
        offer_slots(self.fields["preferred_time"], slots, str(self.data.get("preferred_time", "")))
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

    @property
    def slot(self) -> Slot | None:
        """The half hour that was chosen for a call; None for whoever leaves the time open, or wants a mail."""
        if self.cleaned_data["kind"] != Consultation.Kind.CALLBACK:
            return None
        return next((slot for slot in self.slots if slot.code == self.cleaned_data["preferred_time"]), None)

    @property
    def time_of_day(self) -> str:
        """When somebody may be called who has booked no half hour."""
        chosen: str = self.cleaned_data["preferred_time"]
        booked = self.slot is not None
        return "" if booked else "any" if chosen in {slot.code for slot in self.slots} else chosen


class CallbackForm(KeyedForm):
    """Another half hour for a call."""

    preferred_time = forms.ChoiceField(
        label=say("お電話の時間", "When to call you"),
        error_messages={
            "required": say("時間を選んでください。", "Please choose a half hour."),
            "invalid_choice": say("一覧から選んでください。", "Please choose from the list."),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, slots: Sequence[Slot] = (), **more: Any) -> None:
        super().__init__(data, **more)
        self.slots = slots
        field: Any = self.fields["preferred_time"]
        field.choices = [("", say("選んでください", "Please choose"))]
        offer_slots(field, slots, str(self.data.get("preferred_time", "")))

    @property
    def slot(self) -> Slot:
        """The one that was chosen."""
        return next(slot for slot in self.slots if slot.code == self.cleaned_data["preferred_time"])

    @property
    def key(self) -> str:
        """Under which what was sent counts once; a new one where none of ours was sent."""
        self.is_valid()
        return self.cleaned_data.get("form_key", "") if not self.non_field_errors() else new_form_key()


def offer_slots(field: Any, slots: Sequence[Slot], typed: str = "") -> None:
    """Put the free half hours below the field's other choices, day by day. Somebody who chose one that is gone by now is told so,
    and not that it was never there."""
    field.help_text = say(
        "空いている30分を選ぶと、その時間にお電話します。", "Choose a free half hour, and we call you then."
    ) if slots else say("電話をご希望のとき。", "If we are to call you.")  # fmt: skip
    days = [
        (in_language(day_words(day)), [(slot.code, _span(slot)) for slot in of_day])
        for day, of_day in groupby(slots, key=lambda slot: slot.day)
    ]
    field.choices = [*field.choices, *days]
    if len(typed) == LONGEST_CODE and typed not in {slot.code for slot in slots}:
        field.error_messages["invalid_choice"] = SLOT_TAKEN


def _span(slot: Slot) -> str:
    begin, end = (at.astimezone(JAPAN) for at in (slot.begins_at, slot.ends_at))
    return f"{begin:%H:%M}〜{end:%H:%M}" if active_language() == "ja" else f"{begin:%H:%M}–{end:%H:%M}"


SLOT_TAKEN = say(
    "この時間は、いま埋まったか、過ぎました。ほかの時間を選んでください。ほかに入れた内容はそのままです。",
    "This half hour has just been taken, or is over. Please choose another one; everything else you typed is still here.",
)
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
