"""The shapes of requests and answers, as the OpenAPI document tells them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from sonae.domain.quoting import LARGEST_SALES
from sonae.web.api.quote_facts import LARGEST_BODY


class QuoteRequest(Schema):
    """A business, and from when it wants cover."""

    model_config = ConfigDict(extra="forbid")

    industry: str = Field(
        description="Code of the industry class, such as other_services.", examples=["other_services"]
    )
    annual_sales: int = Field(
        ge=0, le=LARGEST_SALES, description="Declared annual sales in whole yen, tax included.", examples=[5_000_000]
    )
    start_on: date | None = Field(
        default=None,
        description="First day of a month in a published scheme year. Without it: the next start that can still be had.",
        examples=["2026-12-01"],
    )


class Step(Schema):
    """One step of a premium. ``value`` is whole yen as a number, anything finer as an exact decimal."""

    kind: Literal["base", "industry", "band", "plan", "floor", "rounding", "term"]
    label: str
    factor: str | None
    value: int | str


class PlanPremium(Schema):
    """Whole yen. ``monthly_equivalent`` is shown, never charged."""

    code: str
    annual_premium: int
    term_premium: int
    monthly_equivalent: int
    liability_limit: int
    cost_limit: int
    steps: list[Step]


class Accepted(Schema):
    """The premiums of all plans."""

    decision: Literal["accepted"]
    start_on: date
    expiry_on: date
    product_version: str
    product_digest: str
    plans: list[PlanPremium]


class Reason(Schema):
    """Why a person has to look at it, and what happens next."""

    code: str
    message: str
    next_step: str


class Referred(Schema):
    """No premium online."""

    decision: Literal["referred"]
    reasons: list[Reason]


class Problem(Schema):
    """One thing that can't be used."""

    field: str
    given: str
    expected: str
    message: str


class Problems(Schema):
    """Everything that is wrong with the request."""

    problems: list[Problem]


def request_body() -> dict[str, Any]:
    """The request's body for the OpenAPI document; the body itself is read by ``quote_facts``."""
    schema = QuoteRequest.model_json_schema()
    schema["description"] = f"At most {LARGEST_BODY:,} bytes of UTF-8."
    return {"required": True, "content": {"application/json": {"schema": schema}}}
