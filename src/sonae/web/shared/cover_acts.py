"""From a form over a preview to an act on a paid cover: the same way for members and staff, each with pages of their own.

Nothing is kept between the screens: each carries what was typed, which act it saw last, and a key by which it counts once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict

from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.queries import get_for_change
from sonae.apps.certificates.use_cases.change_cover import (
    AnotherWaits,
    ChangedMeanwhile,
    ConflictsOpen,
    preview_change,
    request_change,
)
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.change import NotPossible, Wish
from sonae.domain.certificate.log import Act
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.shared.access import person
from sonae.web.shared.cover_form import ActForm
from sonae.web.shared.cover_preview import ShownPreview, show_preview
from sonae.web.shared.language import active_language, in_language
from sonae.web.shared.moment import now

LONGEST_NUMBER = 12
IMPOSSIBLE: Mapping[str, Text] = {
    "cancelled": Text("その日には、補償が解約で終わっています。", "On that day the cover has ended by a cancellation."),
    "not_cancelled": Text("この加入は解約されていません。", "This cover isn’t cancelled."),
    "nothing_changes": Text(
        "変わるところがありません。変えたい項目を直してください。",
        "Nothing would change. Please edit what shall change.",
    ),
    "no_such_act": Text("その異動はありません。", "There is no such act."),
    "first_act": Text(
        "最初の加入は取り消せません。始期の日付で解約してください。",
        "The first act can’t be reversed; cancel the cover from its first day.",
    ),
    "outside_term": Text(
        "その日は、この加入の保険期間の外です。", "That day lies outside this certificate’s period of cover."
    ),
    "too_early": Text(
        "その日からの変更は、もう受け付けられません。次の日を選んでください。",
        "It is too late for that day. Please choose a later one.",
    ),
    "unknown_value": Text("商品にない内容です。", "The product doesn’t know this value."),
    "free_cover": Text(
        "無料補償は会員データに従います。ここでは変えられません。",
        "The free cover follows the organiser’s list and can’t be changed here.",
    ),
    "overlaps": Text(
        "ほかの有料の加入と期間が重なるため、できません。",
        "It would overlap another paid cover of this member.",
    ),
}


@dataclass(frozen=True)
class Meanwhile:
    """What others recorded since the page was opened, and what the premium was then."""

    acts: list[Transaction]


@dataclass
class ActPage(ABC):
    """One kind of act on one certificate in one request. Subclasses say what the form asks, what it means, and what is shown."""

    request: HttpRequest
    certificate: Certificate
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def product(self) -> Product:
        return product_of(self.certificate.scheme_year.product_version)

    @property
    def log(self) -> tuple[Act, ...]:
        return acts_of(self.certificate.transactions.all())

    @property
    def last_seq(self) -> int:
        return self.log[-1].seq

    @abstractmethod
    def form(self, data: QueryDict | None = None) -> ActForm:
        """With what was posted, or else with what holds."""

    @abstractmethod
    def wish(self, form: ActForm) -> Wish:
        """What a valid form asks for. NotPossible."""

    @abstractmethod
    def show_form(self, form: ActForm, *, status: int = 200) -> HttpResponse:
        """The page that asks."""

    @abstractmethod
    def show_preview(self, form: ActForm, shown: ShownPreview, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page that says what it would do."""

    def carry_out(self, **asked: Any) -> HttpResponse:
        """Ask for it, with all that ``request_change`` takes, and show what came of it."""
        return self.done(request_change(**asked))

    @abstractmethod
    def done(self, asked: ChangeRequest) -> HttpResponse:
        """After it was recorded, or waits for its payment."""

    @abstractmethod
    def another_waits(self) -> HttpResponse:
        """Another change waits for its payment."""


def answer(page: ActPage) -> HttpResponse:
    """GET asks; POST previews, goes back to the form, or does it."""
    if page.request.method != "POST":
        return page.show_form(page.form())
    form = page.form(page.request.POST)
    if not form.is_valid():
        return page.show_form(form, status=422)
    action = page.request.POST.get("action", "")
    if action == "edit":
        return page.show_form(form)
    try:
        wish = page.wish(form)
        return _carry_out(page, form, wish) if action == "confirm" else _preview(page, form, wish)
    except NotPossible as reason:
        return _not_possible(page, form, reason.code)


def _preview(page: ActPage, form: ActForm, wish: Wish, *, status: int = 200, **more: Any) -> HttpResponse:
    """As of now, whatever the page before saw."""
    decisions = decisions_of(page.request.POST)
    shown = preview_change(certificate=page.certificate, wish=wish, decisions=decisions, now=now(page.request))
    return page.show_preview(form, show_preview(page.product, page.log, shown, decisions), status=status, **more)


def _carry_out(page: ActPage, form: ActForm, wish: Wish) -> HttpResponse:
    request, given = page.request, page.request.POST
    try:
        return page.carry_out(
            key=f"page:{person(request).pk}:{form.cleaned_data['form_key']}",
            certificate_id=page.certificate.pk,
            wish=wish,
            decisions=decisions_of(given),
            seen_seq=number_in(given.get("preview_seq", "")),
            seen_difference=number_in(given.get("preview_difference", "")),
            actor=f"user:{person(request).pk}",
            user=person(request),
            reason=form.cleaned_data["reason"],
            language=active_language(),
            now=now(request),
        )
    except ChangedMeanwhile:
        return _changed_meanwhile(page, form, wish)
    except ConflictsOpen:
        return _preview(page, form, wish, status=422, undecided=True)
    except AnotherWaits:
        return page.another_waits()
    except IntegrityError:
        return _not_possible(page, form, "overlaps")


def _changed_meanwhile(page: ActPage, form: ActForm, wish: Wish) -> HttpResponse:
    """What the other did, beside a fresh preview of what was typed."""
    seen = number_in(page.request.POST.get("preview_seq", ""))
    page.certificate = get_for_change(number=page.certificate.number)
    others = [act for act in page.certificate.transactions.all() if act.seq > seen >= 0]
    return _preview(page, form, wish, status=409, meanwhile=Meanwhile(others))


def _not_possible(page: ActPage, form: ActForm, code: str) -> HttpResponse:
    form.add_error(None, forms.ValidationError(in_language(IMPOSSIBLE.get(code, Text(code, code)))))
    return page.show_form(form, status=409)


def decisions_of(given: QueryDict) -> dict[int, bool]:
    """``decide_7=replace``: the new value goes on beyond act 7; ``stay``: that act's value holds from its day."""
    words = {"replace": True, "stay": False}
    chosen = {name: str(given[name]) for name in given if name.startswith("decide_")}
    return {number_in(name.removeprefix("decide_")): words[value] for name, value in chosen.items() if value in words}


def number_in(text: str) -> int:
    """A whole number, or one that no act and no sum ever has."""
    digits = text.removeprefix("-")
    readable = digits.isascii() and digits.isdigit() and len(digits) < LONGEST_NUMBER
    return int(text) if readable else -(10**LONGEST_NUMBER)


def carried_of(request: HttpRequest, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """What was typed, to be carried on in hidden fields."""
    left_out = {"csrfmiddlewaretoken", "action", "preview_seq", "preview_difference"} | without
    return [(name, str(request.POST[name])) for name in request.POST if name not in left_out]
