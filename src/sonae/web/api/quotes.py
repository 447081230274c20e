"""``POST /api/v1/quotes``: the premium of one risk, the same answer as ``sonae quote --json``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Router, Schema
from ninja.errors import HttpError, ValidationError
from ninja.throttling import BaseThrottle
from pydantic import ConfigDict, Field, StrictInt, StrictStr

from sonae.apps.audit.throttle import allow
from sonae.apps.quotes.queries import answer_for
from sonae.domain.quoting import FactsInvalid, NothingPublished
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import now, today

router = Router(tags=["quotes"])
MINUTE = timedelta(minutes=1)


class PerClient(BaseThrottle):
    """So many quotes a minute for each client address, counted for all processes together."""

    def allow_request(self, request: HttpRequest) -> bool:
        most = settings.SONAE_QUOTES_A_MINUTE
        return allow(key=f"quote:{client_of(request)}", most=most, within=MINUTE, now=now(request))

    def wait(self) -> float:
        return MINUTE.total_seconds()


class RiskIn(Schema):
    """What the premium depends on (F13). Sales in whole yen, tax included."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"additionalProperties": False})

    industry: StrictStr = Field(max_length=100, description="industry class, for example other_services")
    annual_sales: StrictInt = Field(description="declared annual sales in whole yen, tax included")
    start_on: StrictStr | None = Field(
        default=None, max_length=100, description="first of a month, YYYY-MM-DD; without it the next start to be had"
    )


class StepOut(Schema):
    """One step of a premium. ``value`` is the exact yen after it: a number, or a decimal where it is finer."""

    kind: Literal["base", "industry", "band", "plan", "floor", "rounding", "term"]
    label: str
    factor: str | None
    value: int | str


class PlanOut(Schema):
    """One plan: premiums and limits in whole yen."""

    code: str
    annual_premium: int
    term_premium: int
    monthly_equivalent: int
    liability_limit: int
    cost_limit: int
    steps: list[StepOut]


class AcceptedOut(Schema):
    """The risk can have every plan."""

    decision: Literal["accepted"]
    start_on: str
    expiry_on: str
    product_version: str
    product_digest: str
    plans: list[PlanOut]


class ReasonOut(Schema):
    """Why a person has to look at it, and what to do now."""

    code: str
    message: str
    next_step: str


class ReferredOut(Schema):
    """The risk is outside the paid plans (F19)."""

    decision: Literal["referred"]
    reasons: list[ReasonOut]


class ProblemOut(Schema):
    """One field that can't be used: what was given, what is expected."""

    field: str
    given: str
    expected: str


class ProblemsOut(Schema):
    """Everything that is wrong with a request."""

    problems: list[ProblemOut]


@router.post(
    "/quotes",
    response={
        200: AcceptedOut | ReferredOut,
        400: ProblemsOut,
        422: ProblemsOut,
        429: ProblemsOut,
        503: ProblemsOut,
    },
    summary="Rate one risk",
    throttle=[PerClient()],
)
def create_quote(request: HttpRequest, risk: RiskIn, language: Literal["ja", "en"] = "ja") -> Any:
    """All plans with every step, or the reasons why a person has to look at it. Nothing is stored."""
    try:
        answer = answer_for(
            industry=risk.industry, annual_sales=risk.annual_sales, start_on=risk.start_on, today=today(request)
        )
    except FactsInvalid as invalid:
        return 422, {"problems": [problem.as_json(language) for problem in invalid.problems]}
    except NothingPublished:
        return 503, _problem("programme", "", "no scheme year is open")
    return 200, answer.as_json(language)


def build_api() -> NinjaAPI:
    """The API with its own answers to what can't be understood."""
    api = NinjaAPI(title="Sonae", version="1", docs_url=None, openapi_url="/openapi.json", urls_namespace="api")
    api.add_router("", router)
    api.add_exception_handler(ValidationError, _not_understood)
    api.add_exception_handler(HttpError, _refused)
    return api


def _problem(field: str, given: str, expected: str) -> dict[str, list[dict[str, str]]]:
    return {"problems": [{"field": field, "given": given, "expected": expected}]}


def _not_understood(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    problems = [
        {
            "field": ".".join(str(part) for part in fault["loc"] if part not in {"body", "query", "risk"}) or "body",
            "given": str(fault.get("input", ""))[:80],
            "expected": str(fault["msg"]),
        }
        for fault in getattr(error, "errors", [])
    ]
    return JsonResponse({"problems": problems}, status=422)


def _refused(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    status = int(getattr(error, "status_code", 400))
    field = "requests" if status == 429 else "body"
    return JsonResponse(_problem(field, "", str(error)), status=status)
