"""POST /api/v1/quotes: what would this business pay? The same answer as the page and the command line; nothing is kept."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Router
from ninja.errors import ValidationError

from sonae.apps.audit.throttle import allow
from sonae.apps.quotes.queries import answer_for
from sonae.domain.quoting import FactProblem, FactsInvalid, NothingPublished
from sonae.domain.text import Text
from sonae.web.api.certificates import Problem, problem_answer, unheard_answer
from sonae.web.api.certificates import router as certificates
from sonae.web.api.feed_signature import NotSigned
from sonae.web.api.problems import LANGUAGES, Refused, json_answer, language_of, printable, refusal
from sonae.web.api.quote_facts import read_facts
from sonae.web.api.referrals import router as referrals
from sonae.web.api.schemas import Accepted, Problems, Referred, request_body
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import now, today

WINDOW = timedelta(minutes=1)
REFERRALS = "/api/v1/referrals"
TOO_MANY = Text(
    f"{int(WINDOW.total_seconds())}秒ほど待ってから、もう一度お送りください。",
    f"please wait {int(WINDOW.total_seconds())} seconds and send it again.",
)
NOT_OPEN = Text("商品がまだ公表されていません。", "no product has been published yet.")
ONE_OF_TWO = Text("ja か en を入れてください。", "ja or en is expected.")

api = NinjaAPI(
    title="Sonae",
    version="1",
    description="Premiums of the group programme. Texts in Japanese or English; money in whole yen; dates in Japan.",
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api_v1",
)
router = Router(tags=["quotes"])


@router.post(
    "/quotes",
    response={
        200: Accepted | Referred,
        400: Problems,
        413: Problems,
        415: Problems,
        422: Problems,
        429: Problems,
        503: Problems,
    },
    summary="The premiums of all plans for one business, or why a person has to look at it",
    openapi_extra={"requestBody": request_body()},
)
def create_quote(
    request: HttpRequest,
    language: str = Query("", description="ja or en; otherwise Accept-Language decides.", pattern="^(ja|en)?$"),  # type: ignore[type-arg]  # ninja's marker
) -> HttpResponse:
    """Rate one business."""
    if not allow(
        key=f"quotes:{client_of(request)}", most=settings.SONAE_QUOTES_A_MINUTE, within=WINDOW, now=now(request)
    ):
        answer = refusal([FactProblem("", "", TOO_MANY)], status=429, language=language_of(request))
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return answer
    facts = read_facts(request)
    answer_to_facts = answer_for(**facts, today=today(request))
    chosen = language if language in LANGUAGES else language_of(request)
    return json_answer(answer_to_facts.as_json(chosen), language=chosen)


@api.exception_handler(Refused)
def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    """The request's shape is wrong."""
    return refusal(problem.problems, status=problem.status, language=language_of(request))


@api.exception_handler(FactsInvalid)
def facts_invalid(request: HttpRequest, problem: FactsInvalid) -> HttpResponse:
    """The facts can't be used."""
    return refusal(problem.problems, status=422, language=language_of(request))


@api.exception_handler(NothingPublished)
def nothing_published(request: HttpRequest, problem: NothingPublished) -> HttpResponse:  # ninja's signature
    """There is nothing to rate with yet."""
    return refusal([FactProblem("", "", NOT_OPEN)], status=503, language=language_of(request))


@api.exception_handler(ValidationError)
def parameter_invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:  # ninja's signature
    """The only parameter beside the body is the language."""
    given = printable(request.GET.get("language", ""))
    return refusal([FactProblem("language", given, ONE_OF_TWO)], status=422, language=language_of(request))


@api.exception_handler(Problem)
def problem_named(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A certificate can't be told of."""
    return problem_answer(problem, language=language_of(request))


@api.exception_handler(NotSigned)
def unheard(request: HttpRequest, problem: NotSigned) -> HttpResponse:
    """The same answer for every kind of wrong; which it was stands in the audit log."""
    if request.path.startswith(f"{REFERRALS}/") or request.path == REFERRALS:
        return unheard_answer(request, problem, kind="referral", page="referrals")
    return unheard_answer(request, problem, kind="certificate", page="certificate-questions")


api.add_router("", router)
api.add_router("", certificates)
api.add_router("", referrals)
