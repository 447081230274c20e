"""What a member's person asks for: from which days it can be had, and what holds until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from sonae.apps.certificates.mapping import term_of
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.queries import find_waiting_change
from sonae.apps.certificates.return_cards import cards_of_return
from sonae.domain.calendar import cover_starts_at, possible_starts
from sonae.domain.certificate.change import NotPossible, Wish, preview
from sonae.domain.certificate.effective import OutsideTerm, earliest_for_member, subjects_of
from sonae.domain.certificate.log import Kind, fields_on
from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import format_yen
from sonae.domain.product.transactions import Subject
from sonae.web.shared.cover_acts import ActPage, carried_of, number_in
from sonae.web.shared.cover_form import EARLIEST, ActForm, CoverForm, day_choices
from sonae.web.shared.cover_preview import ShownPreview
from sonae.web.shared.figures import moment_words
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today


@dataclass
class MemberPage(ActPage):
    """The same frame for all kinds."""

    code: ClassVar[str]

    def show_form(self, form: ActForm, *, status: int = 200) -> HttpResponse:
        return self._show("portal/cover_act.html", {"form": form}, status=status)

    def show_preview(self, form: ActForm, shown: ShownPreview, *, status: int = 200, **more: Any) -> HttpResponse:
        decided = frozenset(decision.name for decision in shown.decisions)
        cards = cards_of_return(certificate=self.certificate, return_yen=shown.return_yen) if shown.return_yen else []
        facts = {
            "form": form,
            "shown": shown,
            "carried": carried_of(self.request, without=decided),
            "cards": cards,
            "uncarded_yen": shown.return_yen - sum(card.return_yen for card in cards),
        }
        return self._show("portal/cover_act_preview.html", facts | more, status=status)

    def done(self, asked: ChangeRequest) -> HttpResponse:
        return redirect("portal:change_asked", asked.public_id)

    def another_waits(self) -> HttpResponse:
        waiting = find_waiting_change(certificate=self.certificate)
        if waiting is None:
            return redirect(self.request.path)
        return redirect("portal:change_asked", waiting.public_id)

    @property
    def day(self) -> date:
        """Today, as far as it belongs to the certificate."""
        term = term_of(self.certificate)
        return min(max(today(self.request), term.start_on), term.expiry_on)

    def earliest(self, subjects: tuple[Subject, ...]) -> date | None:
        """The first day that a member can have for that; None where the period of cover ends before."""
        try:
            return earliest_for_member(self.product, subjects, today(self.request), term_of(self.certificate))
        except OutsideTerm:
            return None

    def later_starts(self, first: date | None) -> list[date]:
        """The days after the first on which a month of cover begins."""
        starts = possible_starts(self.product.calendar, term_of(self.certificate))
        return [day for day in starts if first is not None and day > first]

    def moment(self, day: date) -> str:
        """The hour at which cover changes or ends on that day."""
        return moment_words(cover_starts_at(self.product.calendar, day), active_language())

    def _show(self, template: str, facts: dict[str, Any], *, status: int) -> HttpResponse:
        frame = {
            "certificate": self.certificate,
            "code": self.code,
            "product": self.product,
            "last_seq": self.last_seq,
            "free_name": self.product.section("free").name,
            **self.facts,
        }
        return render(self.request, template, {**frame, **facts}, status=status)


class ChangePage(MemberPage):
    code = "change"
    RATED: ClassVar[tuple[Subject, ...]] = ("plan", "annual_sales", "industry")

    def form(self, data: QueryDict | None = None) -> ActForm:
        seen = number_in(data.get("seen", "")) if data is not None else self.last_seq
        log = [act for act in self.log if act.seq <= seen] or list(self.log)
        first, at_once = self.earliest(self.RATED), self.earliest(("address",))
        self.facts |= {"first_rated": first, "at_once": at_once}
        return CoverForm(
            self.product,
            fields_on(log, self.day),
            data,
            seen=self.last_seq,
            day=day_choices(self.later_starts(first), self._from, self._earliest_words(first, at_once)),
            reason_required=False,
            initial={"day": EARLIEST},
        )

    def wish(self, form: ActForm) -> Wish:
        patch, chosen = form.patch, form.cleaned_data["day"]
        earliest = self.earliest(tuple(subjects_of(patch)))
        if earliest is None:
            raise NotPossible("outside_term")
        asked_for = earliest if chosen == EARLIEST else date.fromisoformat(chosen)
        if asked_for < earliest:
            raise NotPossible("too_early")
        return Wish(Kind.CHANGE, asked_for, patch)

    def _from(self, day: date) -> str:
        words = in_language(date_in_words(day))
        return f"From {words}" if active_language() == "en" else f"{words}から"

    def _earliest_words(self, first: date | None, at_once: date | None) -> str:
        """What "as soon as possible" means: what is rated waits for the next start, the rest doesn't."""
        if first is None or at_once is None:
            return ""
        rated, other = date_in_words(first), date_in_words(at_once)
        return say(
            f"できるだけ早くは、プラン、業種、売上高では{rated.ja}から、名称や住所では{other.ja}からです。",
            f"As soon as possible: plan, industry and sales from {rated.en}, names and address from {other.en}.",
        )


class CancelPage(MemberPage):
    code = "cancel"

    def form(self, data: QueryDict | None = None) -> ActForm:
        first = self.earliest(("cancellation",))
        days = [] if first is None else [first, *self.later_starts(first)]
        field = forms.ChoiceField(
            label=say("いつまで補償を続けるか", "Until when cover runs"),
            choices=[(day.isoformat(), self._until(day)) for day in days],
            widget=forms.RadioSelect,
            error_messages={
                "required": say("いつまでかを選んでください。", "Please choose until when."),
                "invalid_choice": say("一覧から選んでください。", "Please choose from the list."),
            },
        )
        self.facts |= {"returns": {day.isoformat(): self._return_words(day) for day in days}, "first": first}
        return ActForm(data, seen=self.last_seq, day=field, reason_required=False)

    def wish(self, form: ActForm) -> Wish:
        return Wish(Kind.CANCELLATION, date.fromisoformat(form.cleaned_data["day"]))

    def _until(self, day: date) -> str:
        return f"Until {self.moment(day)}" if active_language() == "en" else f"{self.moment(day)}まで"

    def _return_words(self, day: date) -> str:
        """What comes back for that day; nothing is said where it can't be cancelled at all."""
        try:
            shown = preview(
                self.product, self.log, term_of(self.certificate), Wish(Kind.CANCELLATION, day), now=now(self.request)
            )
        except NotPossible:
            return ""
        yen = format_yen(max(-shown.difference, 0), active_language())
        return f"{yen} goes back" if active_language() == "en" else f"お返しする保険料 {yen}"


class ReinstatePage(MemberPage):
    code = "reinstate"

    def form(self, data: QueryDict | None = None) -> ActForm:
        return ActForm(data, seen=self.last_seq, reason_required=False)

    def wish(self, form: ActForm) -> Wish:
        return Wish(Kind.REINSTATEMENT, today(self.request))


def page_for(code: str, request: HttpRequest, certificate: Certificate) -> MemberPage:
    """The page of that kind of act."""
    kinds: dict[str, type[MemberPage]] = {"change": ChangePage, "cancel": CancelPage, "reinstate": ReinstatePage}
    return kinds[code](request, certificate)
