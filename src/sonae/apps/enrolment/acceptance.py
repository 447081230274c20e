"""May this application still become cover, as things stand now? Asked at confirmation and again inside the capture step."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sonae.apps.certificates.models import Certificate
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.starts import start_holds
from sonae.apps.parties.standing import list_facts, may_renew, standing_of
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import japan_date, quote_valid_until
from sonae.domain.eligibility import assess
from sonae.domain.product.definition import Product
from sonae.domain.rating import NotRated, rate_plan
from sonae.domain.risk import Risk


class Obstacle(StrEnum):
    """Why an application can't become cover."""

    NOT_A_MEMBER = "not_a_member"
    TOO_LATE = "too_late"  # after the deadline for its start (F16), or after the late window of a renewal
    QUOTE_EXPIRED = "quote_expired"
    REFERRED = "referred"
    PREMIUM_DIFFERS = "premium_differs"
    HAS_COVER = "has_cover"


def find_obstacle(*, application: Application, now: datetime) -> Obstacle | None:
    """The first obstacle, None if there is none. Call it with the member's row locked, so that cover can't appear meanwhile."""
    today = japan_date(now)
    product = product_of(application.scheme_year.product_version)
    if not _is_entitled(application, product, today):
        return Obstacle.NOT_A_MEMBER
    if not start_holds(application, product, today):
        return Obstacle.TOO_LATE
    if application.quoted_on is None or today > quote_valid_until(product.calendar, application.quoted_on):
        return Obstacle.QUOTE_EXPIRED
    return _risk_obstacle(application, product) or (Obstacle.HAS_COVER if _has_cover(application) else None)


def _is_entitled(application: Application, product: Product, today: date) -> bool:
    """A member of today (F03); who renews must also not be about to leave before the new cover begins (F21)."""
    facts = list_facts(member=application.member)
    is_member = standing_of(facts, on=today).is_member
    if application.renewal_of_id is None or not is_member:
        return is_member
    return may_renew(facts, expires_on=application.scheme_year.start_on, today=today, calendar=product.calendar)


def _risk_obstacle(application: Application, product: Product) -> Obstacle | None:
    risk = Risk(industry=application.industry, annual_sales=application.annual_sales or 0)
    if assess(product, risk):
        return Obstacle.REFERRED
    try:
        premium = rate_plan(
            product, risk, application.plan_code, application.start_on, application.scheme_year.expiry_on
        )
    except NotRated:
        return Obstacle.PREMIUM_DIFFERS
    promised = (application.annual_premium, application.term_premium)
    return None if (premium.annual_premium, premium.term_premium) == promised else Obstacle.PREMIUM_DIFFERS


def _has_cover(application: Application) -> bool:
    return Certificate.objects.filter(
        member=application.member,
        section=Certificate.Section.PAID,
        cover__overlap=(application.start_on, application.scheme_year.expiry_on),
    ).exists()
