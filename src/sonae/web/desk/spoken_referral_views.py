"""/desk/referrals/new/: somebody rings, hears what would be passed to whom, and says yes; what they ask is noted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.shown_texts import consent_text, purpose_text, shown_digest
from sonae.apps.contact.use_cases.note_spoken_referral import TimeOutOfReach, note_spoken_referral
from sonae.apps.contact.use_cases.receive_consultation import Asked, ConsentMissing, TextsChanged
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.page import desk_page
from sonae.web.shared.contact_form import TypedContactForm, preferred_time_field
from sonae.web.shared.context import programme_of
from sonae.web.shared.keyed_form import new_form_key
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import JAPAN, now, today
from sonae.web.shared.sales_field import SalesField
from sonae.web.shared.text_fields import email_field, line_field, message_field

LONGEST_MESSAGE = 2_000
ASKED = ("name", "kana", "firm", "email", "telephone", "preferred_time", "message", "industry")
TEXTS_CHANGED = say(
    "画面を開いたあとに、お渡しする内容の文面が変わりました。もう一度読み上げて、確かめてください。",
    "The text about what is passed on has changed since you opened this page. Please read it out again and ask.",
)


class ClockField(forms.Field):
    """A time of this day, as 10:05, in any width."""

    def clean(self, value: Any) -> time:
        typed = unicodedata.normalize("NFKC", str(value or ""))[:8].strip()
        try:
            return datetime.strptime(typed, "%H:%M").time()
        except ValueError as error:
            raise forms.ValidationError(say("10:05 のように入れてください。", "Please write it like 10:05.")) from error


class SpokenReferralForm(TypedContactForm):
    """Who rings and what they ask; and that they said yes, and when."""

    field_order = (
        "consent", "spoken_at", "firm", "name", "kana", "telephone", "email", "preferred_time", "industry", "sales", "message",
    )  # fmt: skip  # as on the page, so that the list of errors goes down it

    firm = line_field(
        say("会社名", "Name of the firm"),
        say("会社名を入れてください。", "Please enter the name of the firm."),
        most=120,
    )
    name = line_field(say("お名前", "Name"), say("お名前を入れてください。", "Please enter the name."), most=80)
    kana = line_field(say("フリガナ", "Name in kana"), most=160)
    telephone = line_field(
        say("電話番号", "Telephone"),
        say("電話番号を入れてください。", "Please enter the telephone number."),
        most=30,
        inputmode="tel",
    )
    email = email_field(
        say("メールアドレス", "E-mail address"),
        required=False,
        help_text=say("あれば、受付番号をお送りします。", "If there is one, the reference number is sent there."),
    )
    preferred_time = preferred_time_field(say("電話のご希望の時間帯", "When to call"))
    industry = forms.ChoiceField(
        label=say("業種", "Industry"),
        error_messages={
            "required": say("業種を選んでください。", "Please choose an industry."),
            "invalid_choice": say("一覧から業種を選んでください。", "Please choose an industry from the list."),
        },
    )
    sales = SalesField(
        label=say("申告売上高（年間・税込）", "Declared annual sales, tax included"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    message = message_field(say("お聞きになりたいこと", "What they would like to know"), most=LONGEST_MESSAGE, rows=4)
    consent = forms.BooleanField(
        label=say("上の文を読み上げ、同意をいただきました", "I have read the text out, and they have consented"),
        error_messages={
            "required": say(
                "同意がないと、お取り次ぎできません。同意されないときは、記録せずに窓口でご案内ください。",
                "Without consent nothing can be passed on. If they would rather not, record nothing and help them here.",
            )
        },
    )
    spoken_at = ClockField(
        label=say("同意された時刻", "They said yes at"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "8"}),
    )

    def __init__(self, product: Product, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(product, data, **more)
        industry: Any = self.fields["industry"]
        industry.choices = [
            ("", say("選んでください", "Please choose")),
            *((one.code, in_language(one.name)) for one in product.industries),
        ]


@for_staff("GET", "POST", right=Right.HAND_ON_REFERRALS)
def new(request: HttpRequest) -> HttpResponse:
    """GET shows what to read out and an empty form; POST takes the referral in, with its consent."""
    product = programme_of(request).current_product
    if product is None or not product.consultation.are_there:
        return desk_page(request, "desk/referrals/new.html", {"form": None})
    if request.method != "POST":
        started = now(request).astimezone(JAPAN)
        initial = {"form_key": new_form_key(), "spoken_at": f"{started:%H:%M}"}
        return _page(request, product, SpokenReferralForm(product, initial=initial))
    form = SpokenReferralForm(product, request.POST)
    if not form.is_valid():
        return _page(request, product, form)
    return _take_in(request, product, form)


def _take_in(request: HttpRequest, product: Product, form: SpokenReferralForm) -> HttpResponse:
    given = form.cleaned_data
    asked = Asked(
        **{name: given[name] for name in ASKED}, kind=Consultation.Kind.REFERRAL.value, annual_sales=given["sales"]
    )
    try:
        taken, is_new = note_spoken_referral(
            asked=asked, consent_digest=request.POST.get("consent_digest", ""),
            spoken_at=datetime.combine(today(request), given["spoken_at"], JAPAN), form_key=given["form_key"],
            product=product, language=active_language(), actor=actor_of(request), now=now(request),
        )  # fmt: skip
    except (TextsChanged, ConsentMissing):
        form.data = {name: form.data[name] for name in form.data if name != "consent"}
        form.add_error("consent", TEXTS_CHANGED)
        return _page(request, product, form)
    except TimeOutOfReach:
        form.add_error(
            "spoken_at", say("今日の、いままでの時刻を入れてください。", "A time of today up to now, please.")
        )
        return _page(request, product, form)
    if is_new:
        messages.success(
            request,
            say(
                f"受け付けました（受付番号 {taken.number}）。まだ何も渡していません。",
                f"Taken in ({taken.number}). Nothing has been passed yet.",
            ),
        )
    return redirect("desk:referral", taken.number)


def _page(request: HttpRequest, product: Product, form: SpokenReferralForm) -> HttpResponse:
    consent = consent_text(product, active_language())
    facts = {
        "form": form,
        "consent": consent,
        "consent_digest": shown_digest(consent),
        "purpose": purpose_text(product, active_language())["purpose"],
    }
    return desk_page(request, "desk/referrals/new.html", facts, status=422 if form.errors else 200)
