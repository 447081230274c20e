"""/api/feeds/: the organiser's own systems hand in files. Every message is signed; no answer tells why one isn't heard."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import IO, BinaryIO, cast
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import ValidationError

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.membership.locks import FeedStands
from sonae.apps.membership.models import Feed
from sonae.apps.membership.queries import find_feed
from sonae.apps.membership.refusal_texts import refusal_words
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.receive_feed import DayOutOfReach, FeedTooLarge, receive_feed
from sonae.domain.quoting import FactProblem
from sonae.domain.text import Text
from sonae.web.api.feed_body import file_in, taken_in, too_large
from sonae.web.api.feed_schemas import FeedState, body_with_file, feed_json, headers_of
from sonae.web.api.feed_signature import NotSigned, Signed, check_body, check_head, use_once
from sonae.web.api.problems import Refused, json_answer, language_of, refusal, refuse
from sonae.web.api.schemas import Problems
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import now

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
REFUSALS_WRITTEN_AN_HOUR = 60
FILE_NAME = re.compile(r"[!-~]{1,600}")

UNHEARD = Text(
    "署名を確かめられません。docs/howto/member-feed.md をご覧ください。",
    "the signature can't be verified; see docs/howto/member-feed.md.",
)
TOO_MANY = Text("1分ほど待ってから、もう一度お送りください。", "please wait a minute and send it again.")
ONE_OF_TWO = Text("list か changes を入れてください。", "list or changes is expected.")
A_DAY = Text("2026-12-01 のように日付を入れてください。", "a day such as 2026-12-01 is expected.")
A_NAME = Text(
    "ファイル名を入れてください。ASCII以外の文字は、UTF-8でパーセントエンコーディングします。",
    "the file's name is expected, with signs outside ASCII percent-encoded as UTF-8.",
)
NOT_THERE = Text("この番号のファイルはありません。", "there is no feed of that number.")
STANDS = Text(
    "この状態では適用できません。保留中のファイルは、事務局の画面で別の担当者が解除します。",
    "it can't be applied as it stands; what the brake holds is released by a second person at the desk.",
)

api = NinjaAPI(
    title="Sonae: the organiser's files of members",
    version="1",
    description=(
        "Lists and changes of members. Every request carries an HTTP message signature (RFC 9421, hmac-sha256) over "
        "@method, @authority and @path, and with a file also over content-type, content-digest and the three "
        "sonae-feed headers; created within five minutes, with a nonce of 16 to 128 characters that is used once."
    ),
    docs_url=None,
    openapi_url="feeds/openapi.json",
    urls_namespace="api_feeds",
)
router = Router(tags=["feeds"])
WRONG = dict.fromkeys((400, 401, 404, 409, 413, 415, 422, 429), Problems)


@router.post(
    "/",
    response={200: FeedState, 202: FeedState, **{code: WRONG[code] for code in (400, 401, 413, 415, 422, 429)}},
    summary="Hand in a file; 202 when it is new, 200 when the same file came before",
    openapi_extra={"parameters": headers_of(with_file=True), "requestBody": body_with_file()},
)
def send_feed(request: HttpRequest) -> HttpResponse:
    """Keep the file; its dry run follows by itself."""
    signed = _heard(request, with_file=True)
    with taken_in(request) as body:
        check_body(request, body.sha256)
        use_once(signed, now=now(request))
        with file_in(request, body) as file:
            feed = _received(request, signed, file)
    return _answer(request, feed, status=202 if feed.state == Feed.State.RECEIVED else 200)


@router.get(
    "/{feed_id}/",
    response={200: FeedState, **{code: WRONG[code] for code in (401, 404, 429)}},
    summary="Where a feed of yours stands, and its dry run",
    openapi_extra={"parameters": headers_of(with_file=False)},
)
def show_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Numbers only; names and the rows that were set aside are shown at the desk."""
    signed = _heard(request, with_file=False)
    use_once(signed, now=now(request))
    return _answer(request, _own_feed(signed, feed_id))


@router.post(
    "/{feed_id}/apply",
    response={200: FeedState, **{code: WRONG[code] for code in (401, 404, 409, 429)}},
    summary="Apply a feed of yours that was checked; what the brake holds stays held",
    openapi_extra={"parameters": headers_of(with_file=False)},
)
def apply_own_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    """As its dry run said; again changes nothing."""
    signed = _heard(request, with_file=False)
    use_once(signed, now=now(request))
    feed = _own_feed(signed, feed_id)
    try:
        feed = apply_feed(feed_id=feed.pk, actor=_actor(signed), now=now(request))
    except FeedStands as stands:
        raise refuse(409, "state", stands.feed.state, STANDS) from stands
    if feed.state != Feed.State.APPLIED:  # done again, the dry run said something else
        raise refuse(409, "state", feed.state, STANDS)
    return _answer(request, feed)


def _heard(request: HttpRequest, *, with_file: bool) -> Signed:
    """Counted by network address first, so that guessing comes to an end; then whose message it is."""
    if not allow(
        key=f"feeds:{client_of(request)}", most=settings.SONAE_FEEDS_A_MINUTE, within=MINUTE, now=now(request)
    ):
        raise Refused(429, [FactProblem("", "", TOO_MANY)])
    return check_head(request, with_file=with_file, now=now(request))


def _received(request: HttpRequest, signed: Signed, file: IO[bytes]) -> Feed:
    form, day, name = _facts(request)
    try:
        return receive_feed(
            file=cast("BinaryIO", file), file_name=name, form=form, effective_date=day, channel=Feed.Channel.HTTP,
            actor=_actor(signed), now=now(request),
        )  # fmt: skip
    except FeedTooLarge as error:
        raise too_large() from error
    except DayOutOfReach as bounds:
        between = Text(
            f"{bounds.earliest} から {bounds.latest} までの日付を入れてください。",
            f"a day from {bounds.earliest} to {bounds.latest} is expected.",
        )
        raise refuse(422, "Sonae-Feed-Day", day.isoformat(), between) from bounds


def _facts(request: HttpRequest) -> tuple[str, date, str]:
    form, day, name = (request.headers.get(f"Sonae-Feed-{part}", "") for part in ("Form", "Day", "Name"))
    if form not in Feed.Form.values:
        raise refuse(422, "Sonae-Feed-Form", form, ONE_OF_TWO)
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise refuse(422, "Sonae-Feed-Day", day, A_DAY) from error
    if not FILE_NAME.fullmatch(name):
        raise refuse(422, "Sonae-Feed-Name", name, A_NAME)
    return form, on, unquote(name, errors="replace")


def _own_feed(signed: Signed, feed_id: int) -> Feed:
    """Somebody else's answers like one that isn't there."""
    feed = find_feed(feed_id=feed_id)
    if feed is None or feed.received_by != _actor(signed):
        raise refuse(404, "feed_id", str(feed_id), NOT_THERE)
    return feed


def _actor(signed: Signed) -> str:
    """The sender and not its key, which changes."""
    return f"sender:{signed.sender}"


def _answer(request: HttpRequest, feed: Feed, *, status: int = 200) -> HttpResponse:
    language = language_of(request)
    said = refusal_words(feed.refusal).in_language(language) if feed.refusal else ""
    return json_answer(feed_json(feed, refusal_message=said), status=status, language=language)


@api.exception_handler(Refused)
def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    """Something of the request can't be used."""
    answer = refusal(problem.problems, status=problem.status, language=language_of(request))
    if problem.status == 429:
        answer.headers["Retry-After"] = str(int(MINUTE.total_seconds()))
    return answer


@api.exception_handler(NotSigned)
def unheard(request: HttpRequest, problem: NotSigned) -> HttpResponse:
    """The same answer for every kind of wrong; which it was stands in the audit log, so many times an hour."""
    sender, moment = client_of(request), now(request)
    if allow(key=f"feeds:unheard:{sender}", most=REFUSALS_WRITTEN_AN_HOUR, within=HOUR, now=moment):
        record(now=moment, actor="visitor", action="feed.unheard", object_kind="feed", object_id="",
               reason=str(problem)[:200])  # fmt: skip
    answer = refusal([FactProblem("Signature", "", UNHEARD)], status=401, language=language_of(request))
    answer.headers["WWW-Authenticate"] = "Signature"
    return answer


@api.exception_handler(ValidationError)
def number_invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:  # ninja's signature
    """The only parameter is the feed's number."""
    return refusal([FactProblem("feed_id", "", NOT_THERE)], status=404, language=language_of(request))


api.add_router("feeds", router)
