"""What is typed about a consultation at the desk. Each form counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from sonae.apps.contact.solicitors import Solicitor
from sonae.apps.contact.use_cases.record_contact import BY_HAND
from sonae.domain.calendar import JAPAN
from sonae.domain.consultation import Channel, EventKind, Outcome
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.desk.consultation_words import CHANNELS, EVENTS, OUTCOMES
from sonae.web.shared.keyed_form import KeyedForm
from sonae.web.shared.language import in_language, say
from sonae.web.shared.text_fields import email_field, line_field, message_field
from sonae.web.shared.typed_contact import read_kana, read_line, read_lines, read_telephone

LONGEST_TEXT = 4_000
LONGEST_SAID = 400
DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
MOMENTS = ["%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y年%m月%d日 %H:%M"]
WAYS_BY_HAND = (Channel.TELEPHONE, Channel.MAIL, Channel.LETTER, Channel.DESK)
ANYBODY = "any"


def day_field() -> forms.DateField:
    """The day of the next contact; empty for none."""
    return forms.DateField(
        label=say("次に連絡する日", "Next contact on"),
        help_text=say(
            "約束した日を 2026-12-01 のように入れてください。空にすると、約束はなくなります。",
            "The day you promised, like 2026-12-01. Left empty, nothing is promised.",
        ),
        required=False,
        input_formats=DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}),
        error_messages={"invalid": say("2026-12-01 のように入れてください。", "Please write it like 2026-12-01.")},
    )


def moment_field() -> forms.DateTimeField:
    """When something happened, in Japan; empty for now."""
    return forms.DateTimeField(
        label=say("いつのことか", "When it happened"),
        help_text=say(
            "あとから記録するとき、2026-11-24 09:30 のように入れてください。空なら、いまです。",
            "If you record it afterwards, like 2026-11-24 09:30. Left empty: now.",
        ),
        required=False,
        input_formats=MOMENTS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 30}),
        error_messages={
            "invalid": say("2026-11-24 09:30 のように入れてください。", "Please write it like 2026-11-24 09:30.")
        },
    )


def outcome_field() -> forms.ChoiceField:
    """Why it is closed in the same step; empty to keep it open."""
    return forms.ChoiceField(
        label=say("完了にするとき", "To close it"),
        required=False,
        choices=[
            ("", say("完了にしない", "Keep it open")),
            *((outcome.value, _said(OUTCOMES[outcome])) for outcome in Outcome),
        ],
    )


def _said(text: Text) -> Any:
    return say(text.ja, text.en)


class NextForm(KeyedForm):
    """What comes next: another contact on a day, or nothing any more."""

    follow_up_on = day_field()
    outcome = outcome_field()

    def __init__(self, *given: Any, today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.today = today

    def clean_follow_up_on(self) -> date | None:
        day: date | None = self.cleaned_data["follow_up_on"]
        if day is not None and day < self.today:
            raise forms.ValidationError(say("今日か、それより先の日にしてください。", "Today or later, please."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("follow_up_on") and given.get("outcome"):
            self.add_error(
                "outcome",
                say(
                    "次に連絡する日があるあいだは、完了にできません。どちらかにしてください。",
                    "It can’t be closed while another contact is promised. Please choose one.",
                ),
            )
        return given

    @property
    def outcome_given(self) -> Outcome | None:
        return Outcome(self.cleaned_data["outcome"]) if self.cleaned_data["outcome"] else None


class ContactedForm(NextForm):
    """What passed between us, or a note."""

    field_order = ("kind", "channel", "text", "occurred_at", "follow_up_on", "outcome")
    kind = forms.ChoiceField(
        label=say("記録すること", "What happened"),
        widget=forms.RadioSelect,
        choices=[(kind.value, _said(EVENTS[kind])) for kind in BY_HAND],
        error_messages={"required": say("ひとつ選んでください。", "Please choose one.")},
    )
    channel = forms.ChoiceField(
        label=say("方法", "By"), choices=[(way.value, _said(CHANNELS[way])) for way in WAYS_BY_HAND]
    )
    text = forms.CharField(
        label=say("内容", "What was said"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": say("内容を入れてください。", "Please write what was said.")},
    )
    occurred_at = moment_field()

    def clean_text(self) -> str:
        return _written(self, "text")

    def clean_occurred_at(self) -> datetime | None:
        return in_japan(self.cleaned_data["occurred_at"])


class CallForm(NextForm):
    """An incoming call, as it was taken."""

    field_order = (
        "telephone", "member_number", "name", "kana", "firm", "email", "language", "message", "said", "rang_at",
        "follow_up_on", "outcome",
    )  # fmt: skip
    telephone = line_field(say("電話番号", "Telephone"), most=30, inputmode="tel", autocomplete="off")
    name = line_field(say("お名前", "Name"), most=80, autocomplete="off")
    kana = line_field(say("フリガナ", "Kana"), most=160, autocomplete="off")
    firm = line_field(say("会社名", "Firm"), most=120, autocomplete="off")
    member_number = line_field(say("会員番号", "Member number"), most=20, inputmode="numeric", autocomplete="off")
    email = email_field(say("メールアドレス", "E-mail address"), required=False, autocomplete="off")
    language = forms.ChoiceField(
        label=say("お返事の言語", "Language of mails"), choices=[("ja", "日本語"), ("en", "English")], initial="ja"
    )
    message = forms.CharField(
        label=say("ご用件", "What it was about"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": say("ご用件を入れてください。", "Please write what it was about.")},
    )
    said = message_field(say("お答えしたこと", "What you answered"), most=LONGEST_TEXT, rows=4)
    rang_at = moment_field()

    def clean_telephone(self) -> str:
        typed = self.cleaned_data["telephone"]
        return read_telephone(typed) if typed else ""

    def clean_name(self) -> str:
        return read_line(self.cleaned_data["name"])

    def clean_kana(self) -> str:
        return read_kana(self.cleaned_data["kana"])

    def clean_firm(self) -> str:
        return read_line(self.cleaned_data["firm"])

    def clean_member_number(self) -> str:
        return read_line(self.cleaned_data["member_number"])

    def clean_message(self) -> str:
        return _written(self, "message")

    def clean_said(self) -> str:
        return read_lines(self.cleaned_data["said"])

    def clean_rang_at(self) -> datetime | None:
        return in_japan(self.cleaned_data["rang_at"])


class AnswerForm(NextForm):
    """An answer by mail; greeting and signature are added."""

    field_order = ("text", "follow_up_on", "outcome")
    text = forms.CharField(
        label=say("お返事の本文", "Your answer"),
        help_text=say(
            "あいさつ、受付番号、署名は自動で付きます。", "Greeting, reference number and signature are added."
        ),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": say("本文を入れてください。", "Please write your answer.")},
    )

    def clean_text(self) -> str:
        return _written(self, "text")


class HandOverForm(KeyedForm):
    """To whom, and what was heard."""

    solicitor = forms.ChoiceField(label=say("引き継ぐ相手", "Hand over to"))
    note = forms.CharField(
        label=say("引き継ぐ内容", "What to tell them"),
        help_text=say(
            "うかがったことを、お客さまの言葉のまま書いてください。", "What you heard, in the person’s own words."
        ),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": say("引き継ぐ内容を入れてください。", "Please write what to tell them.")},
    )

    def __init__(self, *given: Any, solicitors: Sequence[Solicitor], **more: Any) -> None:
        super().__init__(*given, **more)
        field: Any = self.fields["solicitor"]
        field.choices = [
            (ANYBODY, say("手の空いている登録募集人", "Any registered solicitor")),
            *((str(one.user.pk), _solicitor(one)) for one in solicitors),
        ]

    def clean_note(self) -> str:
        return _written(self, "note")


def _solicitor(one: Solicitor) -> str:
    number = one.registration.number
    return in_language(Text(f"{one.user.email}（登録番号 {number}）", f"{one.user.email} (registration {number})"))


class SolicitationForm(KeyedForm):
    """Needs, then what was explained or recommended, with the reason."""

    channel = forms.ChoiceField(
        label=say("方法", "By"), choices=[(way.value, _said(CHANNELS[way])) for way in WAYS_BY_HAND]
    )
    needs = forms.CharField(
        label=say("うかがった意向", "Needs, as you heard them"),
        max_length=LONGEST_SAID,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": say("意向を入れてください。", "Please write the needs.")},
    )
    plan = forms.ChoiceField(label=say("すすめたプラン", "Plan recommended"), required=False)
    said = forms.CharField(
        label=say("すすめた理由（説明だけのときは、説明したこと）", "Reason (or, if you only explained, what)"),
        help_text=say(
            "どの意向に沿うか、沿わない点は何かを書いてください。あとから確かめられます。",
            "Which needs it meets and which it doesn’t. It can be looked up later.",
        ),
        max_length=LONGEST_SAID,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": say("理由を入れてください。", "Please give the reason.")},
    )

    def __init__(self, product: Product, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        field: Any = self.fields["plan"]
        field.choices = [
            ("", say("すすめていない（説明だけ）", "None: I only explained")),
            *((plan.code, in_language(plan.name)) for plan in product.plans),
        ]

    def clean_needs(self) -> str:
        return _written(self, "needs")

    def clean_said(self) -> str:
        return _written(self, "said")


def in_japan(typed: datetime | None) -> datetime | None:
    """The moment that the wall in Japan showed, whatever time the process keeps."""
    return typed.replace(tzinfo=JAPAN) if typed else None


def contact_kind(form: ContactedForm) -> EventKind:
    """What was chosen."""
    return EventKind(form.cleaned_data["kind"])


def _written(form: forms.Form, name: str) -> str:
    """Composed, without control signs; blanks alone are nothing."""
    said = read_lines(form.cleaned_data[name])
    if not said:
        raise forms.ValidationError(form.fields[name].error_messages["required"])
    return said
