"""GET /api/v1/certificates/<number>: a certificate on a day, as it was known at a moment. For systems whose key may ask.

Every question is signed with what it asks for (RFC 9421), and each signature counts once. Errors are application/problem+json
(RFC 9457). What a question doesn't find answers like a number that never was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.certificates.as_at import as_at, as_at_json
from sonae.apps.certificates.queries import find_certificate
from sonae.domain.moments import read_day, read_moment
from sonae.domain.text import Text
from sonae.web.api.feed_schemas import headers_of
from sonae.web.api.feed_signature import NotSigned, check_question, use_once
from sonae.web.api.problems import LONGEST_SHOWN, json_answer, language_of
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import now, today

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REFUSALS_WRITTEN_AN_HOUR = 60
PERMISSION = "certificates"

UNHEARD = Text(
    "署名を確かめられません。docs/howto/{page}.md をご覧ください。",
    "The signature can't be verified; see docs/howto/{page}.md.",
)
TOO_MANY = Text("1分ほど待ってから、もう一度お送りください。", "Please wait a minute and send it again.")
NOT_THERE = Text("この番号の加入者証はありません。", "There is no certificate of that number.")
A_DAY = Text("2027-03-03 のように日付を入れてください。", "A day such as 2027-03-03 is expected.")
A_MOMENT = Text(
    "2027-03-10 か 2027-03-10T09:30:00+09:00 のように入れてください。",
    "A day such as 2027-03-10 or a moment such as 2027-03-10T09:30:00+09:00 is expected.",
)
TITLES = {
    401: Text("署名がありません", "Not signed"),
    404: Text("見つかりません", "Not found"),
    409: Text("いまはできません", "Not possible now"),
    413: Text("大きすぎます", "Too large"),
    422: Text("使えない値です", "A value can't be used"),
    429: Text("回数が多すぎます", "Too many requests"),
}


class Act(Schema):
    """One entry of the log. ``changes`` has the fields that it sets; yen are whole."""

    seq: int
    kind: Literal["new", "change", "cancellation", "reinstatement", "reversal"]
    effective_date: date
    recorded_at: datetime
    changes: dict[str, Any]
    reverses: int | None
    undone: bool
    premium_difference: int
    total_premium_after: int


class CertificateOnDay(Schema):
    """A certificate on a day, as known at a moment; ``content`` is null where nothing was known then."""

    number: str
    section: Literal["free", "paid"]
    member_number: str
    on: date
    known_at: datetime
    known: bool
    in_force: bool
    begins_at: datetime
    ends_at: datetime
    cancelled: bool
    product_version: str
    content: dict[str, Any] | None
    liability_limit: int | None
    cost_limit: int | None
    annual_premium: int | None
    total_premium: int | None
    acts: list[Act]


class ProblemDetails(Schema):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    field: str = ""


@dataclass
class Problem(Exception):
    """The question gets this status; ``field`` is the parameter that can't be used."""

    status: int
    detail: Text
    field: str = ""


router = Router(tags=["certificates"])
WRONG = dict.fromkeys((401, 404, 422, 429), ProblemDetails)


@router.get(
    "/certificates/{number}",
    response={200: CertificateOnDay, **WRONG},
    summary="A certificate on a day, as it was known at a moment; signed, with a key that may ask",
    openapi_extra={"parameters": headers_of(with_file=False)},
)
def show_certificate(
    request: HttpRequest,
    number: str,
    on: str = Query("", description="The day, such as 2027-03-03; today without it.", max_length=40),  # type: ignore[type-arg]  # ninja's marker
    known_at: str = Query("", description="A moment, or a day for its end; now without it.", max_length=40),  # type: ignore[type-arg]  # ninja's marker
) -> HttpResponse:
    """What is recorded later never changes the answer to the same question."""
    moment = now(request)
    most = settings.SONAE_FEEDS_A_MINUTE
    if not allow(key=f"certificates:{client_of(request)}", most=most, within=MINUTE, now=moment):
        raise Problem(429, TOO_MANY)
    signed = check_question(request, to=PERMISSION, now=moment)
    use_once(signed, now=moment)
    day = read_day(on) if on else today(request)
    if day is None:
        raise Problem(422, A_DAY, "on")
    known = read_moment(known_at) if known_at else moment
    if known is None:
        raise Problem(422, A_MOMENT, "known_at")
    found = find_certificate(number=number)
    asked = "".join(sign for sign in number[:LONGEST_SHOWN] if sign.isprintable())
    record(now=moment, actor=f"sender:{signed.sender}", action="certificate.asked" if found else "access.refused",
           object_kind="certificate", object_id=asked, on=day.isoformat())  # fmt: skip
    if found is None:
        raise Problem(404, NOT_THERE)
    return json_answer(as_at_json(as_at(found, on=day, known=known)), language=language_of(request))


def problem_answer(problem: Problem, *, language: str) -> HttpResponse:
    """As application/problem+json."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES[problem.status].in_language(language),
        "status": problem.status,
        "detail": problem.detail.in_language(language),
        "field": problem.field,
    }
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type="application/problem+json"
    )
    answer.headers["Content-Language"] = language
    answer.headers["Cache-Control"] = "no-store"
    if problem.status == 429:
        answer.headers["Retry-After"] = str(int(MINUTE.total_seconds()))
    return answer


def unheard_answer(request: HttpRequest, problem: NotSigned, *, kind: str, page: str) -> HttpResponse:
    """Which kind of wrong it was stands in the audit log, so many times an hour; ``page`` of the docs says how to sign."""
    sender, moment = client_of(request), now(request)
    if allow(key=f"{kind}s:unheard:{sender}", most=REFUSALS_WRITTEN_AN_HOUR, within=HOUR, now=moment):
        record(now=moment, actor="visitor", action=f"{kind}.unheard", object_kind=kind, object_id="",
               reason=str(problem)[:200])  # fmt: skip
    said = Text(UNHEARD.ja.format(page=page), UNHEARD.en.format(page=page))
    answer = problem_answer(Problem(401, said), language=language_of(request))
    answer.headers["WWW-Authenticate"] = "Signature"
    return answer
