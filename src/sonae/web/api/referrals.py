"""/api/v1/referrals: the agency's system fetches what was passed to it, and tells what became of it.

Every message is signed (RFC 9421) with a key that may take referrals, and each signature counts once. There is nothing here but
what was passed; what wasn't answers like a number that never was. Errors are application/problem+json (RFC 9457).
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from ninja import Query, Router, Schema

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.contact.referral_models import ReferralStep
from sonae.apps.contact.referrals import AT_ONCE, Referral, Show, find_referral, list_referrals
from sonae.apps.contact.use_cases.answer_referral import (
    LONGEST_NOTE,
    DayOutOfReach,
    NoteTooLong,
    NotNow,
    answer_referral,
)
from sonae.domain.referral import Step, next_steps
from sonae.domain.staff_rights import Party
from sonae.domain.text import Text
from sonae.web.api.certificates import TOO_MANY, Problem, ProblemDetails
from sonae.web.api.feed_schemas import headers_of
from sonae.web.api.feed_signature import Signed, check_message, check_question, use_once
from sonae.web.api.problems import LONGEST_SHOWN, json_answer, language_of
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import JAPAN, now

MINUTE = timedelta(minutes=1)
PERMISSION = "referrals"
LARGEST_BODY = 10_000
LONGEST_PLACE = 18
FIELDS = {"step", "happened_on", "note"}
PASSED_ON = tuple(one for one in Show if one != Show.WAITING)

NOT_THERE = Text("この番号のお取り次ぎはありません。", "There is no referral of that number.")
ONE_OF_THESE = Text(
    "open、passed、answered、withdrawn、all のどれかです。", "One of open, passed, answered, withdrawn, all."
)
A_PLACE = Text("前の答えの before を入れてください。", "The “before” of an earlier answer is expected.")
AN_OBJECT = Text(
    "step、happened_on、note を持つJSONのオブジェクトを送ってください。",
    "A JSON object with step, happened_on and note is expected.",
)
A_STEP = Text("いま知らせられるものではありません。next をご覧ください。", "It can’t be told now; see “next”.")
A_DAY = Text("お渡しした日から今日までの日付です。", "A day from when it was passed to today.")
A_NOTE = Text(f"{LONGEST_NOTE}文字までの文字列です。", f"A text of at most {LONGEST_NOTE} characters.")


class ToldStep(Schema):
    """What the agency has told."""

    seq: int
    step: str
    happened_on: date
    note: str
    recorded_at: datetime


class PassedReferral(Schema):
    """A referral as the agency may see it. ``passed`` has firm and name alone once the consent is withdrawn, and nothing once
    it is deleted; ``next`` is what may be told now."""

    number: str
    state: str
    provided_at: datetime
    withdrawn_at: datetime | None
    passed: dict[str, str | int]
    next: list[str]
    steps: list[ToldStep]


class PassedReferrals(Schema):
    """The newest first; ``before`` leads to the next page, and is null on the last one."""

    referrals: list[PassedReferral]
    before: int | None


class ToldBody(Schema):
    """What the agency tells."""

    step: Literal["taken", "contacted", "concluded", "not_concluded", "not_reached", "declined", "deleted"]
    happened_on: date
    note: str = ""


router = Router(tags=["referrals"])
WRONG = dict.fromkeys((401, 404, 409, 413, 422, 429), ProblemDetails)
BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"schema": ToldBody.model_json_schema()}},
}


@router.get(
    "/referrals",
    response={200: PassedReferrals, **{code: WRONG[code] for code in (401, 422, 429)}},
    summary=f"What was passed to the agency, {AT_ONCE} at a time; signed",
    openapi_extra={"parameters": headers_of(with_file=False)},
)
def list_passed(
    request: HttpRequest,
    show: str = Query("open", description="open, passed, answered, withdrawn or all"),  # type: ignore[type-arg]  # ninja's marker
    before: str = Query("", description="Where the page before ended."),  # type: ignore[type-arg]  # ninja's marker
) -> HttpResponse:
    """The newest first."""
    signed = _heard(request)
    if show not in PASSED_ON:
        raise Problem(422, ONE_OF_THESE, "show")
    if before and not (before.isascii() and before.isdigit() and len(before) <= LONGEST_PLACE):
        raise Problem(422, A_PLACE, "before")
    page = list_referrals(party=Party.AGENCY, show=Show(show), before=int(before) if before else None)
    record(now=now(request), actor=_actor(signed), action="referrals.fetched", object_kind="referral", object_id="",
           rows=len(page.rows))  # fmt: skip
    body = PassedReferrals(referrals=[_told(one) for one in page.rows], before=page.before)
    return json_answer(body.model_dump(mode="json"), language=language_of(request))


@router.get(
    "/referrals/{number}",
    response={200: PassedReferral, **{code: WRONG[code] for code in (401, 404, 429)}},
    summary="One referral that was passed to the agency; signed",
    openapi_extra={"parameters": headers_of(with_file=False)},
)
def show_passed(request: HttpRequest, number: str) -> HttpResponse:
    """As it stands."""
    signed = _heard(request)
    found = _found(request, signed, number)
    record(now=now(request), actor=_actor(signed), action="referral.opened", object_kind="referral",
           object_id=found.number)  # fmt: skip
    return json_answer(_told(found).model_dump(mode="json"), language=language_of(request))


@router.post(
    "/referrals/{number}/steps",
    response={200: PassedReferral, **WRONG},
    summary="Tell what became of a referral; signed with its body",
    openapi_extra={
        "parameters": [
            *headers_of(with_file=False),
            {
                "name": "Content-Digest", "in": "header", "required": True,
                "description": "sha-256 of the body (RFC 9530).", "schema": {"type": "string", "minLength": 1},
            },
        ],
        "requestBody": BODY,
    },
)  # fmt: skip
def tell(request: HttpRequest, number: str) -> HttpResponse:
    """The last step told again, with the same day and note, changes nothing."""
    _count(request)
    signed = _heard_with_body(request)
    found = _found(request, signed, number)
    given = _given(request)
    if found.provision is None:
        raise Problem(404, NOT_THERE)
    try:
        answer_referral(
            provision_id=found.provision.pk, step=given.step, happened_on=given.happened_on, note=given.note,
            actor=_actor(signed), now=now(request),
        )  # fmt: skip
    except NotNow as stands:
        raise Problem(409, A_STEP, "step") from stands
    except DayOutOfReach as day:
        raise Problem(422, A_DAY, "happened_on") from day
    except NoteTooLong as note:
        raise Problem(422, A_NOTE, "note") from note
    told = _told(_found(request, signed, number))
    return json_answer(told.model_dump(mode="json"), language=language_of(request))


def _count(request: HttpRequest) -> None:
    """By network address first, so that guessing comes to an end."""
    moment = now(request)
    if not allow(key=f"referrals:{client_of(request)}", most=settings.SONAE_FEEDS_A_MINUTE, within=MINUTE, now=moment):
        raise Problem(429, TOO_MANY)


def _heard(request: HttpRequest) -> Signed:
    _count(request)
    signed = check_question(request, to=PERMISSION, now=now(request))
    use_once(signed, now=now(request))
    return signed


def _heard_with_body(request: HttpRequest) -> Signed:
    try:
        size = len(request.body)
    except (RequestDataTooBig, RawPostDataException) as error:
        raise Problem(413, AN_OBJECT, "body") from error
    if size > LARGEST_BODY:
        raise Problem(413, AN_OBJECT, "body")
    signed = check_message(request, to=PERMISSION, now=now(request))
    use_once(signed, now=now(request))
    return signed


def _found(request: HttpRequest, signed: Signed, number: str) -> Referral:
    found = find_referral(party=Party.AGENCY, number=number)
    if found is None:
        asked = "".join(sign for sign in number[:LONGEST_SHOWN] if sign.isprintable())
        record(now=now(request), actor=_actor(signed), action="access.refused", object_kind="referral", object_id=asked)
        raise Problem(404, NOT_THERE)
    return found


class _Given(Schema):
    """The body, read."""

    step: Step
    happened_on: date
    note: str


def _given(request: HttpRequest) -> _Given:
    """Raises Problem with the field that can't be used."""
    try:
        read = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Problem(422, AN_OBJECT, "body") from error
    if not isinstance(read, dict) or set(read) - FIELDS:
        raise Problem(422, AN_OBJECT, "body")
    step, day, note = read.get("step"), read.get("happened_on"), read.get("note", "")
    if not isinstance(step, str) or step not in set(Step):
        raise Problem(422, A_STEP, "step")
    if not isinstance(note, str):
        raise Problem(422, A_NOTE, "note")
    try:
        happened_on = date.fromisoformat(day) if isinstance(day, str) else None
    except ValueError:
        happened_on = None
    if happened_on is None:
        raise Problem(422, A_DAY, "happened_on")
    return _Given(step=Step(step), happened_on=happened_on, note=note)


def _told(found: Referral) -> PassedReferral:
    provision = found.provision
    if provision is None:  # what the agency finds was passed
        raise Problem(404, NOT_THERE)
    return PassedReferral(
        number=found.number, state=found.state, provided_at=provision.provided_at.astimezone(JAPAN),
        withdrawn_at=found.withdrawn_at.astimezone(JAPAN) if found.withdrawn_at else None,
        passed=found.passed, next=[one.value for one in next_steps(found.state)],
        steps=[_step(one) for one in found.steps],
    )  # fmt: skip


def _step(one: ReferralStep) -> ToldStep:
    return ToldStep(
        seq=one.seq,
        step=one.kind,
        happened_on=one.happened_on,
        note=one.note,
        recorded_at=one.recorded_at.astimezone(JAPAN),
    )


def _actor(signed: Signed) -> str:
    return f"sender:{signed.sender}"
