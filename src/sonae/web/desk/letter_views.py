"""/desk/letters/: letters to many members – written, tried out, agreed to, sent, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.queries import waiting_look
from sonae.apps.letters.mail import mail_of, sample_values
from sonae.apps.letters.models import Bounce, Letter
from sonae.apps.letters.queries import (
    A_PAGE,
    find_letter,
    find_mail,
    list_letters,
    list_mails,
    result_of,
)
from sonae.apps.letters.recipients import count_recipients
from sonae.apps.letters.use_cases.save_letter import ChangedMeanwhile, NotADraft, TextRefused, Written, save_letter
from sonae.apps.letters.use_cases.schedule_letter import (
    KIND,
    NobodyToWriteTo,
    NothingToStop,
    ask_to_send,
    send_sample,
    stop_letter,
)
from sonae.domain.calendar import JAPAN
from sonae.domain.letter_text import LONGEST_BODY, LONGEST_SUBJECT, PLACE_NAMES
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.feed_words import actor_names, class_name, class_names
from sonae.web.desk.letter_words import BOUNCES, COVERS, STATES
from sonae.web.desk.page import desk_page
from sonae.web.desk.second_looks import Asked, DecisionForm, decide, look_or_absent, show
from sonae.web.shared.access import not_there, person
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now

State = Letter.State
LONGEST_NUMBER = 18
SAVED = Text("保存しました。", "Saved.")
SAMPLE_SENT = Text("見本をあなたのアドレスへ送りました。", "A sample is on its way to your address.")
ASKED = Text(
    "申し出を受け付けました。別の担当者が確かめるまで送りません。",
    "Asked for. Nothing is sent until another person has agreed.",
)
SCHEDULED = Text("送信を予定しました。", "Scheduled.")
STOPPED = Text("中止しました。まだ出ていないメールは送りません。", "Stopped. What has not gone out yet stays.")
MOVED_ON = Text(
    "画面を開いたあとに変わりました。いまの内容を見て、もう一度お決めください。",
    "It has changed since you opened the page. Look at it as it stands now and decide again.",
)
NOBODY = Text("あてはまる会員がいないか、アドレスがありません。", "Nobody fits, or nobody who fits has an address.")
CONSEQUENCE = Text(
    "行うと、予定の日時にこの件数のメールを送ります。送り終わるまで中止できます。",
    "Once agreed to, that many mails go out at the planned moment. It can be stopped until they have.",
)


def _line(label: Any, most: int, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": most}),
        error_messages={"required": say("入力してください。", "Please fill this in.")},
    )  # fmt: skip


def _body(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST_BODY, required=required, help_text=help_text, strip=True,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": say("本文を入れてください。", "Please write the text.")},
    )  # fmt: skip


class LetterForm(forms.Form):
    """What it says, and to whom."""

    classes = forms.MultipleChoiceField(
        label=say("会員種別", "Classes of members"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": say("会員種別を1つ以上選んでください。", "Please choose at least one class.")},
    )
    cover = forms.ChoiceField(label=say("補償", "Cover"), widget=forms.RadioSelect)
    subject_ja = _line(say("件名", "Subject in Japanese"), LONGEST_SUBJECT, required=True)
    body_ja = _body(
        say("本文", "Text in Japanese"),
        required=True,
        help_text=say(
            "終わりに、窓口の電話番号と、お知らせを止める方法が付きます。",
            "The window’s telephone and how to stop letters are added at the end.",
        ),
    )
    subject_en = _line(say("英語の件名（任意）", "Subject in English (optional)"), LONGEST_SUBJECT, required=False)
    body_en = _body(say("英語の本文（任意）", "Text in English (optional)"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, product: Product, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["classes"].choices = [(one.code, in_language(one.name)) for one in product.member_classes]  # type: ignore[attr-defined]
        self.fields["cover"].choices = [(code, in_language(name)) for code, name in COVERS.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("subject_en")) != bool(cleaned.get("body_en")):
            self.add_error(
                "body_en" if cleaned.get("subject_en") else "subject_en",
                say("英語は、件名と本文の両方を入れてください。", "English needs both subject and text."),
            )
        return cleaned

    @property
    def written(self) -> Written:
        fields = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        return Written(**{**fields, "classes": tuple(fields["classes"])})


class SendForm(ReasonForm):
    """When, and why."""

    send_at = forms.DateTimeField(
        required=False,
        label=say("送る日時", "When to send"),
        help_text=say(
            "空なら、すぐに送ります。2027-04-01 09:00 のように入れてください。",
            "Empty means at once. Write it like 2027-04-01 09:00 (Japan time).",
        ),
        input_formats=["%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"],
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 20}),
        error_messages={
            "invalid": say("2027-04-01 09:00 のように入れてください。", "Please write it like 2027-04-01 09:00.")
        },
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    field_order = ("send_at", "reason")


@for_staff("GET", right=Right.SEE_LETTERS)
def letters(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    found = list_letters(before=number_in_address(request.GET.get("before", "")))
    names = actor_names([one.created_by for one in found])
    rows = [(one, STATES[State(one.state)], names[one.created_by]) for one in found[:A_PAGE]]
    more = found[A_PAGE - 1].pk if len(found) > A_PAGE else None
    return desk_page(request, "desk/letters/list.html", {"rows": rows, "more": more})


@for_staff("GET", "POST", right=Right.SEND_LETTERS)
def new_letter(request: HttpRequest) -> HttpResponse:
    """A letter begins as a draft."""
    return _edit(request, None)


@for_staff("GET", "POST", right=Right.SEND_LETTERS)
def edit_letter(request: HttpRequest, *, letter_id: int) -> HttpResponse:
    """Change a draft."""
    letter = _letter_or_absent(request, letter_id)
    if letter.state != State.DRAFT:
        return redirect("desk:letter", letter.pk)
    return _edit(request, letter)


def _edit(request: HttpRequest, letter: Letter | None) -> HttpResponse:
    product = _product(request)
    if request.method != "POST":
        initial = (
            _initial(letter) if letter else {"classes": [one.code for one in product.member_classes], "cover": "all"}
        )
        return _show_form(request, letter, LetterForm(product, initial=initial))
    form = LetterForm(product, request.POST)
    if not form.is_valid():
        return _show_form(request, letter, form, status=422)
    try:
        saved = save_letter(
            letter_id=letter.pk if letter else None,
            written=form.written,
            seen_revision=form.cleaned_data["revision"] or 0,
            actor=actor_of(request),
            now=now(request),
        )
    except TextRefused as refused:
        for finding in refused.findings:
            form.add_error(None, in_language(finding.said))
        return _show_form(request, letter, form, status=422)
    except (ChangedMeanwhile, NotADraft):
        form.add_error(None, in_language(MOVED_ON))
        return _show_form(request, letter, form, status=409)
    messages.success(request, in_language(SAVED))
    return redirect("desk:letter", saved.pk)


def _initial(letter: Letter) -> dict[str, Any]:
    return {
        name: getattr(letter, name)
        for name in ("classes", "cover", "subject_ja", "body_ja", "subject_en", "body_en", "revision")
    }


def _show_form(request: HttpRequest, letter: Letter | None, form: LetterForm, *, status: int = 200) -> HttpResponse:
    facts = {"letter": letter, "form": form, "places": list(PLACE_NAMES.values())}
    return desk_page(request, "desk/letters/edit.html", facts, status=status)


@for_staff("GET", "POST", right=Right.SEE_LETTERS, to_act=Right.SEND_LETTERS)
def letter(request: HttpRequest, *, letter_id: int) -> HttpResponse:
    """GET shows it with its numbers; POST sends a sample, asks for it to be sent, or stops it."""
    found = _letter_or_absent(request, letter_id)
    if request.method != "POST":
        return _show(request, found)
    match request.POST.get("action"):
        case "sample":
            send_sample(
                letter=found, recipient=person(request).email, product=_product(request), actor=actor_of(request),
                now=now(request),
            )  # fmt: skip
            messages.success(request, in_language(SAMPLE_SENT))
            return redirect("desk:letter", found.pk)
        case "stop":
            return _stop(request, found)
        case _:
            return _send(request, found)


def _send(request: HttpRequest, found: Letter) -> HttpResponse:
    form = SendForm(request.POST)
    if not form.is_valid():
        return _show(request, found, send_form=form, status=422)
    try:
        look = ask_to_send(
            letter_id=found.pk,
            seen_revision=form.cleaned_data["revision"],
            send_at=form.cleaned_data["send_at"] or now(request),
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            now=now(request),
        )
    except (ChangedMeanwhile, NotADraft):
        form.add_error(None, in_language(MOVED_ON))
        return _show(request, _letter_or_absent(request, found.pk), send_form=form, status=409)
    except NobodyToWriteTo:
        form.add_error(None, in_language(NOBODY))
        return _show(request, found, send_form=form, status=409)
    messages.success(request, in_language(ASKED if look else SCHEDULED))
    return redirect("desk:letter_look", look.pk) if look else redirect("desk:letter", found.pk)


def _stop(request: HttpRequest, found: Letter) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, stop_form=form, status=422)
    try:
        stop_letter(letter_id=found.pk, reason=form.cleaned_data["reason"], actor=actor_of(request), now=now(request))
    except NothingToStop:
        form.add_error(None, in_language(MOVED_ON))
        return _show(request, _letter_or_absent(request, found.pk), stop_form=form, status=409)
    messages.success(request, in_language(STOPPED))
    return redirect("desk:letter", found.pk)


def _show(
    request: HttpRequest,
    found: Letter,
    *,
    send_form: SendForm | None = None,
    stop_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    product = _product(request)
    subject, body = mail_of(found, sample_values(found), product)
    names, classes = actor_names([found.created_by, found.stopped_by]), class_names(product)
    is_draft = found.state == State.DRAFT
    facts = {
        "letter": found,
        "state": STATES[State(found.state)],
        "created_by": names[found.created_by],
        "stopped_by": names.get(found.stopped_by),
        "classes": [class_name(code, classes) for code in found.classes],
        "cover": COVERS[Letter.Cover(found.cover)],
        "subject": subject,
        "body": body,
        "numbers": count_recipients(found, now=now(request)) if is_draft else None,
        "look": waiting_look(kind=KIND, object_id=found.pk) if is_draft else None,
        "result": None if is_draft else result_of(found),
        "may_stop": found.state in {State.SCHEDULED, State.SENDING},
        "send_form": send_form or SendForm(initial={"revision": found.revision}),
        "stop_form": stop_form or ReasonForm(),
    }
    return desk_page(request, "desk/letters/letter.html", facts, status=status)


@for_staff("GET", "POST", right=Right.SEND_LETTERS)
def letter_look(request: HttpRequest, *, look_id: int) -> HttpResponse:
    """The second person reads it with its numbers."""
    look = look_or_absent(request, look_id, KIND)
    found = _letter_or_absent(request, int(look.object_id))
    asked = _in_words(request, look, found)
    try:
        return decide(request, look, asked)
    except (ChangedMeanwhile, NotADraft):
        return show(request, look, asked, DecisionForm(), status=409, moved_on=in_language(MOVED_ON))


def _in_words(request: HttpRequest, look: SecondLook, found: Letter) -> Asked:
    subject, body = mail_of(found, sample_values(found), _product(request))
    at = datetime.fromisoformat(look.facts["send_at"]).astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")
    cover = COVERS[Letter.Cover(found.cover)]
    return Asked(
        title=Text("お知らせの送信の確認", "Letter to members: agree"),
        lines=[
            (Text("件名", "Subject"), Text(subject, subject)),
            (Text("本文", "Text"), Text(body, body)),
            (Text("宛先", "To"), cover),
            (Text("送る件数", "Mails"), _count(look.facts["recipients"])),
            (Text("アドレスのない会員", "Members without an address"), _count(look.facts["without_address"])),
            (Text("停止リストの会員", "On the stop list"), _count(look.facts["stopped"])),
            (Text("送る日時", "When"), Text(at, f"{at} JST")),
        ],
        consequence=CONSEQUENCE,
        done=SCHEDULED,
    )


@for_staff("GET", right=Right.SEE_LETTERS)
def letter_mails(request: HttpRequest, *, letter_id: int) -> HttpResponse:
    """Its mails as they were sent."""
    found = _letter_or_absent(request, letter_id)
    mails = list_mails(found, after=number_in_address(request.GET.get("after", "")) or 0)
    rows = [(one, [BOUNCES[Bounce.Kind(back.kind)] for back in one.bounces.all()]) for one in mails[:A_PAGE]]
    more = mails[A_PAGE - 1].pk if len(mails) > A_PAGE else None
    return desk_page(request, "desk/letters/mails.html", {"letter": found, "rows": rows, "more": more})


@for_staff("GET", right=Right.SEE_LETTERS)
def letter_mail(request: HttpRequest, *, letter_id: int, mail_id: int) -> HttpResponse:
    """One of them, to the letter."""
    found = _letter_or_absent(request, letter_id)
    mail = find_mail(found, mail_id=mail_id)
    if mail is None:
        raise not_there(request, "mail", str(mail_id))
    backs = [(BOUNCES[Bounce.Kind(back.kind)], back) for back in mail.bounces.all()]
    return desk_page(request, "desk/letters/mail.html", {"letter": found, "mail": mail, "backs": backs})


def _letter_or_absent(request: HttpRequest, letter_id: int) -> Letter:
    found = find_letter(letter_id=letter_id)
    if found is None:
        raise not_there(request, "letter", str(letter_id))
    return found


def _product(request: HttpRequest) -> Product:
    product = programme_of(request).current_product
    if product is None:  # before the first version is published there is nobody to write to
        raise not_there(request, "letter", "")
    return product


def number_in_address(typed: str) -> int | None:
    """A key that an address carries; None for what is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_NUMBER else None


def _count(number: int) -> Text:
    return Text(f"{number:,}件", f"{number:,}")
