"""Acts on a paid cover at the desk: change, cancel, reinstate, reverse. Backdated ones too; each is previewed to the yen first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from sonae.apps.certificates.as_at import as_at
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.change_cover import SecondPersonNeeded, give_up_change, request_change
from sonae.apps.certificates.use_cases.return_with_second_look import ask_to_return
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind, fields_on
from sonae.domain.certificate.words import KIND_NAMES
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_cover
from sonae.web.desk.cover_words import ActLine, act_lines
from sonae.web.desk.page import desk_page
from sonae.web.shared.cover_acts import ActPage, answer, carried_of, number_in
from sonae.web.shared.cover_form import ActForm, CoverForm, DayField
from sonae.web.shared.cover_preview import ShownPreview
from sonae.web.shared.language import in_language, say
from sonae.web.shared.moment import now, today

RECORDED = Text("記録しました。加入者にメールで知らせました。", "Recorded. The member has been told by mail.")
WAITS = Text(
    "追加保険料の支払い待ちです。お支払いのページを加入者にメールで送りました。",
    "It waits for its additional premium. The member got a mail with the way to pay.",
)
SECOND_PERSON = Text(
    "返戻が1人で決められる額を超えるため、別の担当者が確かめるまで記録しません。",
    "More goes back than one person may give back alone. Nothing is recorded until another person has agreed.",
)
GIVEN_UP = Text("支払い待ちの異動を取りやめました。", "The change that waited has been given up.")


@dataclass
class DeskPage(ActPage):
    """The same frame for all kinds."""

    kind: ClassVar[Kind]
    code: ClassVar[str]

    def form(self, data: QueryDict | None = None) -> ActForm:
        return ActForm(data, seen=self.last_seq, day=self._day(), initial={"day": today(self.request).isoformat()})

    def wish(self, form: ActForm) -> Wish:
        return Wish(self.kind, form.cleaned_data["day"])

    def show_form(self, form: ActForm, *, status: int = 200) -> HttpResponse:
        return self._show("desk/certificates/act.html", {"form": form}, status=status)

    def show_preview(self, form: ActForm, shown: ShownPreview, *, status: int = 200, **more: Any) -> HttpResponse:
        decided = frozenset(decision.name for decision in shown.decisions)
        facts = {"form": form, "shown": shown, "carried": carried_of(self.request, without=decided), **more}
        if "meanwhile" in more:
            facts["others"] = self._lines({act.seq for act in more["meanwhile"].acts})
        return self._show("desk/certificates/act_preview.html", facts, status=status)

    def carry_out(self, **asked: Any) -> HttpResponse:
        """What would give back more than one person may, another has to agree to first."""
        try:
            return self.done(request_change(**asked, alone_yen=settings.SONAE_RETURN_ALONE_YEN))
        except SecondPersonNeeded:
            del asked["certificate_id"], asked["actor"]
            look = ask_to_return(certificate=self.certificate, **asked)
            messages.info(self.request, in_language(SECOND_PERSON))
            return redirect("desk:return_look", look.pk)

    def done(self, asked: ChangeRequest) -> HttpResponse:
        if asked.state == ChangeRequest.State.DONE:
            messages.success(self.request, in_language(RECORDED))
        elif asked.state == ChangeRequest.State.WAITING:
            messages.info(self.request, in_language(WAITS))
        return redirect("desk:certificate", self.certificate.number)

    def another_waits(self) -> HttpResponse:
        return self._show("desk/certificates/another_waits.html", {}, status=409)

    def _day(self) -> DayField:
        return DayField(
            say("いつから", "From when"),
            say(
                "過ぎた日も入れられます。プラン、業種、売上高、解約は、その日以後で最初の1日からになります。",
                "Days gone by are taken. Plan, industry, sales and cancellation take effect on the next first of a month.",
            ),
        )

    def _show(self, template: str, facts: dict[str, Any], *, status: int) -> HttpResponse:
        frame = {
            "certificate": self.certificate,
            "code": self.code,
            "kind_name": KIND_NAMES[self.kind],
            "product": self.product,
            "last_seq": self.last_seq,
            "target": self.facts.get("target"),
        }
        return desk_page(self.request, template, {**frame, **facts}, status=status)

    def _lines(self, wanted: set[int]) -> list[ActLine]:
        found = as_at(self.certificate, on=today(self.request), known=now(self.request))
        return [line for line in act_lines(found) if line.entry.seq in wanted]


class ChangePage(DeskPage):
    kind, code = Kind.CHANGE, "change"

    def form(self, data: QueryDict | None = None) -> ActForm:
        seen = number_in(data.get("seen", "")) if data is not None else self.last_seq
        log = [act for act in self.log if act.seq <= seen] or list(self.log)
        term = self.certificate.starts_on, self.certificate.scheme_year.expiry_on
        day = min(max(today(self.request), term[0]), term[1])
        return CoverForm(
            self.product,
            fields_on(log, day),
            data,
            seen=self.last_seq,
            day=self._day(),
            reason_required=True,
            initial={"day": day.isoformat()},
        )

    def wish(self, form: ActForm) -> Wish:
        return Wish(Kind.CHANGE, form.cleaned_data["day"], form.patch)


class CancelPage(DeskPage):
    kind, code = Kind.CANCELLATION, "cancel"


class ReinstatePage(DeskPage):
    kind, code = Kind.REINSTATEMENT, "reinstate"

    def form(self, data: QueryDict | None = None) -> ActForm:
        return ActForm(data, seen=self.last_seq)

    def wish(self, form: ActForm) -> Wish:
        return Wish(Kind.REINSTATEMENT, today(self.request))


class ReversePage(ReinstatePage):
    kind, code = Kind.REVERSAL, "reverse"

    def wish(self, form: ActForm) -> Wish:
        return Wish(Kind.REVERSAL, today(self.request), target=self.facts["target"].entry.seq)


@for_cover("GET", "POST", right=Right.CHANGE_COVER)
def change(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """Plan, sales, industry, insured, address."""
    return answer(ChangePage(request, certificate))


@for_cover("GET", "POST", right=Right.CHANGE_COVER)
def cancel(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The cover ends; what is not kept goes back."""
    return answer(CancelPage(request, certificate))


@for_cover("GET", "POST", right=Right.CHANGE_COVER)
def reinstate(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """A cancelled cover goes on."""
    return answer(ReinstatePage(request, certificate))


@for_cover("GET", "POST", right=Right.CHANGE_COVER)
def reverse_act(request: HttpRequest, certificate: Certificate, seq: int) -> HttpResponse:
    """An act is undone, or one that was undone is brought back."""
    found = as_at(certificate, on=today(request), known=now(request))
    target = next((line for line in act_lines(found) if line.entry.seq == seq and line.may_be_reversed), None)
    if target is None:
        return redirect("desk:certificate", certificate.number)
    return answer(ReversePage(request, certificate, {"target": target}))


@for_cover("POST", right=Right.CHANGE_COVER)
def give_up(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The change that waits for its payment is given up; nothing is recorded."""
    waiting = ChangeRequest.objects.filter(certificate=certificate, state=ChangeRequest.State.WAITING).first()
    if waiting is not None:
        give_up_change(public_id=waiting.public_id, actor=actor_of(request), reason="given_up", now=now(request))
        messages.success(request, in_language(GIVEN_UP))
    return redirect("desk:certificate", certificate.number)
