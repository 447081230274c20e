"""/portal/data/looks/: who of the staff looked at the member's data, for its owner and administrators."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.apps.certificates.models import Certificate
from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.documents.models import Paper
from sonae.apps.parties.models import Member
from sonae.apps.people.looks import Look, list_looks
from sonae.domain.staff_rights import POSITION_NAMES, Position
from sonae.domain.text import Text
from sonae.web.portal.chosen_member import ChosenMember, for_member

A_PAGE = 50
LONGEST_KEY = 80  # of what the audit log calls a thing
LONGEST_NUMBER = 18
SEEN = {
    "member.seen": Text(
        "会員のページ（連絡先、ご加入、お支払い）", "The member’s page: contact details, cover, payments"
    ),
    "member.recognised": Text("お電話の番号から会員を確かめる画面", "Who is calling, found by the telephone number"),
    "certificate.seen": Text("加入者証のページ（補償と異動）", "A certificate’s page: cover and changes"),
    "paper.opened": Text("書類（PDF）", "A paper (PDF)"),
    "data_request.looked_at": Text("個人情報についてのお申し出", "A request about personal data"),
}
NAMED = frozenset({"certificate.seen", "data_request.looked_at"})  # whose numbers the member knows


@for_member("GET", to="manage")
def looks(request: HttpRequest, chosen: ChosenMember) -> HttpResponse:
    """GET ?before=…: the newest first, fifty at a time."""
    before = _entry_in(request)
    found = list_looks(things=_things_of(chosen.member), before=before, most=A_PAGE + 1)
    shown = found[:A_PAGE]
    older = {"member": chosen.member.number, "before": shown[-1].entry_id} if len(found) > A_PAGE else {}
    facts = {
        "chosen": chosen,
        "lines": [(one, SEEN[one.action], _number_of(one), _held(one.positions)) for one in shown],
        "older": urlencode(older),
        "is_first": before is None,
    }
    return render(request, "portal/looks.html", facts)


def _things_of(member: Member) -> Mapping[str, Collection[str]]:
    """What the audit log names of this member. Consultations and complaints are not among them: whoever wrote one typed the number,
    which proves nothing."""
    papers = Paper.objects.filter(member=member).values_list("key", flat=True)
    return {
        "member": [member.number],
        "certificate": list(Certificate.objects.filter(member=member).values_list("number", flat=True)),
        "paper": [key[:LONGEST_KEY] for key in papers],
        "data_request": list(RegisteredRequest.objects.filter(asked__member=member).values_list("number", flat=True)),
    }


def _number_of(look: Look) -> str:
    return look.object_id if look.action in NAMED else ""


def _held(positions: Collection[Position]) -> Text:
    names = [POSITION_NAMES[one] for one in Position if one in positions]
    return Text("・".join(one.ja for one in names), ", ".join(one.en for one in names))


def _entry_in(request: HttpRequest) -> int | None:
    typed = request.GET.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER else None
