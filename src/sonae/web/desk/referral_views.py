"""/desk/referrals/: what is to be passed to the agency, passing it, what the agency says of it, and taking consent back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.record import record
from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.passed_items import ConsentUnreadable, PassedItem, passed_digest, passed_items, values_of
from sonae.apps.contact.recipient import RecipientUnknown, recipient
from sonae.apps.contact.referral_models import ThirdPartyProvision
from sonae.apps.contact.referrals import Referral, Show, count_referrals, find_referral, list_referrals
from sonae.apps.contact.use_cases.answer_referral import LONGEST_NOTE, DayOutOfReach, NotNow, answer_referral
from sonae.apps.contact.use_cases.note_spoken_withdrawal import note_spoken_withdrawal
from sonae.apps.contact.use_cases.pass_referral import ContentChanged, NoConsent, pass_referral
from sonae.apps.programmes.product_files import product_of
from sonae.domain.referral import State, Step, next_steps
from sonae.domain.staff_rights import Party, Right
from sonae.web.desk.access import actor_of, for_entry, for_staff
from sonae.web.desk.act_views import SeenForm
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.referral_words import SHOWS, STATES, STEPS, named_values
from sonae.web.shared.access import person
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import message_field

LONGEST_PLACE = 18
COUNTED = (Show.WAITING, Show.PASSED, Show.ANSWERED, Show.WITHDRAWN)
MOVED_ON = say(
    "画面を開いたあとに変わりました。何も記録していません。いまの内容を見て、もう一度お決めください。",
    "It has changed since you opened the page. Nothing was recorded. Look at it as it stands now and decide again.",
)
NOT_PASSED = say(
    "同意が取り消されています。何も渡していません。", "The consent has been withdrawn. Nothing was passed."
)


def party_of(request: HttpRequest) -> Party:
    """The organisation for which the person looks."""
    return Party(person(request).organisation.role)  # type: ignore[union-attr]  # nobody else gets past the door of the desk


def _find(request: HttpRequest, number: str) -> Referral | None:
    return find_referral(party=party_of(request), number=number)


for_referral = partial(for_entry, kind="referral", find=_find)


class AnswerForm(SeenForm):
    """What happened, on which day, and a note. ``seen``: how many steps the page knew of."""

    step = forms.ChoiceField(
        label=say("どうなりましたか", "What has happened?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": say("どれかを選んでください。", "Please choose one."),
            "invalid_choice": say("一覧から選んでください。", "Please choose from the list."),
        },
    )
    happened_on = DayField(label=say("その日", "On"))
    note = message_field(
        say("メモ", "Note"),
        most=LONGEST_NOTE,
        rows=3,
        help_text=say(
            "相談窓口も見ます。健康や信条など、必要のないことは書かないでください。",
            "The contact window reads it too. Write nothing that isn’t needed, such as health or beliefs.",
        ),
    )
    field_order = ("step", "happened_on", "note", "seen")

    def __init__(self, *given: Any, state: State, **more: Any) -> None:
        super().__init__(*given, **more)
        step: Any = self.fields["step"]
        step.choices = [(one.value, in_language(STEPS[one])) for one in next_steps(state)]


@for_staff("GET", right=Right.SEE_REFERRALS)
def referrals(request: HttpRequest) -> HttpResponse:
    """GET ?show=…&before=…: the newest first."""
    asked = request.GET.get("show", Show.OPEN)
    show = Show(asked) if asked in set(Show) else Show.OPEN
    party, place = party_of(request), request.GET.get("before", "")
    before = int(place) if place.isascii() and place.isdigit() and len(place) <= LONGEST_PLACE else None
    page = list_referrals(party=party, show=show, before=before)
    shown = tuple(one for one in COUNTED if party == Party.OPERATOR or one != Show.WAITING)
    facts = {
        "rows": [(one, *STATES[one.state], *_whose(one)) for one in page.rows],
        "next_page": page.before,
        "show": show.value,
        "shows": [(one.value, SHOWS[one]) for one in Show if party == Party.OPERATOR or one != Show.WAITING],
        "counts": [(one.value, SHOWS[one], count_referrals(party=party, show=one)) for one in shown],
        "is_operator": party == Party.OPERATOR,
    }
    return desk_page(request, "desk/referrals/list.html", facts)


@for_referral("GET", right=Right.SEE_REFERRALS)
def referral(request: HttpRequest, found: Referral) -> HttpResponse:
    """Everything of one referral that the organisation may see; who opened it is written down."""
    record(now=now(request), actor=actor_of(request), action="referral.opened", object_kind="referral",
           object_id=found.number)  # fmt: skip
    return _show(request, found)


@for_referral("GET", "POST", right=Right.HAND_ON_REFERRALS)
def hand_on(request: HttpRequest, found: Referral) -> HttpResponse:
    """GET shows once more exactly what would be passed; POST passes it, once."""
    if found.state != State.WAITING:
        return _show(request, found, moved_on=request.method == "POST")
    if request.method != "POST":
        return _show(request, found, asking="pass")
    form, consultation = SeenForm(request.POST), found.consultation
    if not form.is_valid() or consultation is None:
        return _show(request, found, moved_on=True)
    try:
        _, is_new = pass_referral(
            consultation=consultation, seen=request.POST.get("digest", ""), actor=actor_of(request), now=now(request)
        )
    except NoConsent:
        messages.warning(request, NOT_PASSED)
    except (ContentChanged, ConsentUnreadable, RecipientUnknown):
        return _show(request, found, moved_on=True)
    else:
        if is_new:
            messages.success(request, say("代理店に渡しました。", "Passed to the agency."))
    return redirect("desk:referral", found.number)


@for_referral("GET", "POST", right=Right.TAKE_REFERRALS)
def answer(request: HttpRequest, found: Referral) -> HttpResponse:
    """The agency says what became of it."""
    provision = found.provision
    if provision is None or not next_steps(found.state):
        return _show(request, found, moved_on=request.method == "POST")
    if request.method != "POST":
        initial = {"seen": len(found.steps), "happened_on": today(request).isoformat()}
        steps = next_steps(found.state)
        if len(steps) == 1:
            initial["step"] = steps[0].value
        return _show(request, found, asking="answer", form=AnswerForm(state=found.state, initial=initial))
    if request.POST.get("seen", "") != str(len(found.steps)):
        return _show(request, found, moved_on=True)
    return _answered(request, found, provision, AnswerForm(request.POST, state=found.state))


def _answered(request: HttpRequest, found: Referral, provision: ThirdPartyProvision, form: AnswerForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, found, asking="answer", form=form)
    given = form.cleaned_data
    try:
        answer_referral(
            provision_id=provision.pk, step=Step(given["step"]), happened_on=given["happened_on"], note=given["note"],
            actor=actor_of(request), now=now(request),
        )  # fmt: skip
    except DayOutOfReach:
        out_of_reach = say(
            "お渡しした日から今日までの日付を入れてください。", "A day from when it was passed to today, please."
        )
        form.add_error("happened_on", out_of_reach)
        return _show(request, found, asking="answer", form=form)
    except NotNow:
        return _show(request, found, moved_on=True)
    messages.success(request, say("記録しました。", "Recorded."))
    return redirect("desk:referral", found.number)


@for_referral("GET", "POST", right=Right.HAND_ON_REFERRALS)
def withdraw(request: HttpRequest, found: Referral) -> HttpResponse:
    """Somebody takes the consent back on the telephone: asked once more, then done."""
    if found.withdrawn_at is not None or found.consultation is None:
        return _show(request, found)
    if request.method != "POST":
        return _show(request, found, asking="withdraw")
    note_spoken_withdrawal(
        consultation=found.consultation, product=product_of(found.consultation.product_version),
        actor=actor_of(request), now=now(request),
    )  # fmt: skip
    messages.success(request, say("同意の取消しを記録しました。", "The withdrawal is recorded."))
    return redirect("desk:referral", found.number)


def _whose(one: Referral) -> tuple[str, str]:
    """Firm and person, as far as the organisation may see them."""
    known = one.consultation
    if known is not None:
        return known.firm, known.name
    return str(one.passed.get("firm", "")), str(one.passed.get("name", ""))


def _show(
    request: HttpRequest, found: Referral, *, asking: str = "", form: forms.Form | None = None, moved_on: bool = False
) -> HttpResponse:
    """Its page, and where something is asked, the question above what it is about; 409 where it has moved on."""
    consultation, consent = found.consultation, found.consent
    is_operator = consultation is not None
    facts: dict[str, Any] = {
        "referral": found,
        "state": STATES[found.state],
        "asking": asking,
        "form": form,
        "moved_on": MOVED_ON if moved_on else "",
        "steps": _steps(found),
        "next": next_steps(found.state) if not is_operator else (),
        "is_operator": is_operator,
    }
    if consultation is not None and consent is not None:
        facts |= _of_the_operator(found, consultation, consent)
    else:
        facts["values"] = named_values(found.passed)
    status = 409 if moved_on else 422 if form is not None and form.errors else 200
    return desk_page(request, "desk/referrals/referral.html", facts, status=status)


def _of_the_operator(found: Referral, consultation: Consultation, consent: Consent) -> dict[str, Any]:
    """The consent, what it lets us pass field by field, to whom, and who noted what on the telephone."""
    spoken = getattr(consent, "spoken", None)
    spoken_back = getattr(getattr(consent, "withdrawal", None), "spoken", None)
    noted = actor_names(one.noted_by for one in (spoken, spoken_back) if one)
    facts: dict[str, Any] = {
        "version": consultation.product_version.effective_date,
        "spoken": spoken,
        "spoken_by": noted.get(spoken.noted_by) if spoken else None,
        "spoken_back_by": noted.get(spoken_back.noted_by) if spoken_back else None,
        "passed_by": actor_names([found.provision.provided_by])[found.provision.provided_by]
        if found.provision
        else None,
    }
    try:
        items = _as_passed(found.provision) if found.provision else passed_items(consultation, consent)
        facts |= {"items": _lines(items), "digest": passed_digest(found.number, values_of(items))}
    except ConsentUnreadable:
        facts |= {"unreadable": True}
    try:
        facts |= {"recipient": recipient(product_of(consultation.product_version))}
    except RecipientUnknown:
        facts |= {"recipient": None}
    return facts


def _as_passed(provision: ThirdPartyProvision) -> list[PassedItem]:
    """Item by item from the record, whatever the consultation says."""
    return [
        PassedItem(one["item"], one["purpose"], {field: provision.passed[field] for field in one["fields"]})
        for one in provision.items
    ]


def _lines(items: list[PassedItem]) -> list[tuple[PassedItem, list[tuple[str, str, str]]]]:
    return [(item, named_values(item.fields)) for item in items]


def _steps(found: Referral) -> list[tuple[Any, Any, Any]]:
    names = actor_names(one.actor for one in found.steps) if found.steps else {}
    return [(one, STEPS[Step(one.kind)], names[one.actor]) for one in found.steps]
