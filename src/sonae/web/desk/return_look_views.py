"""/desk/returns/: a second person agrees to an act that gives much back."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from sonae.apps.audit.models import SecondLook
from sonae.apps.certificates.use_cases.change_cover import AnotherWaits, ChangedMeanwhile, ConflictsOpen
from sonae.apps.certificates.use_cases.return_with_second_look import KIND
from sonae.domain.certificate.change import NotPossible
from sonae.domain.certificate.words import KIND_NAMES
from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import format_yen
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import for_staff
from sonae.web.desk.second_looks import Asked, DecisionForm, decide, look_or_absent, show
from sonae.web.shared.language import in_language

MOVED_ON = Text(
    "申し出のあとに加入者証が変わったため、このままでは行えません。何も記録していません。取りやめて、もう一度申し出てください。",
    "The certificate has changed since, so it can’t be done as it was asked for. Nothing was recorded. Drop it and ask again.",
)
CONSEQUENCE = Text(
    "行うと記録され、返戻保険料は支払いに使われたカードへ戻ります。加入者にはメールで知らせます。",
    "Once done it is recorded, the premium goes back to the card that paid, and the member is told by mail.",
)
DONE = Text("記録しました。加入者にメールで知らせました。", "Recorded. The member has been told by mail.")


@for_staff("GET", "POST", right=Right.CHANGE_COVER)
def return_look(request: HttpRequest, *, look_id: int) -> HttpResponse:
    """What would be recorded and given back."""
    look = look_or_absent(request, look_id, KIND)
    try:
        return decide(request, look, _in_words(look))
    except (ChangedMeanwhile, ConflictsOpen, AnotherWaits, NotPossible, IntegrityError):
        return show(request, look, _in_words(look), DecisionForm(), status=409, moved_on=in_language(MOVED_ON))


def _in_words(look: SecondLook) -> Asked:
    yen, day = -look.facts["seen_difference"], date.fromisoformat(look.facts["asked_for"])
    kind = KIND_NAMES[look.facts["kind"]]
    return Asked(
        title=Text(f"{kind.ja}と返戻の確認", f"{kind.en}: agree to the return"),
        lines=[
            (Text("加入者証番号", "Certificate"), Text(look.object_id, look.object_id)),
            (Text("申し出た日付", "From"), date_in_words(day)),
            (Text("戻す保険料", "Goes back"), Text(format_yen(yen, "ja"), format_yen(yen, "en"))),
        ],
        consequence=CONSEQUENCE,
        done=DONE,
    )
