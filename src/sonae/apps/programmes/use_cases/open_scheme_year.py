"""Open a scheme year: twelve months for everybody, pinned to one published product version."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import scheme_term


class NoProductForYear(Exception):
    """No published product version is in effect on the first day of that scheme year."""


@transaction.atomic
def open_scheme_year(*, programme: str, on: date, actor: str, now: datetime) -> SchemeYear:
    """The scheme year that holds the day, opened if it is not open yet, under the newest version in effect at its start."""
    newest = (
        ProductVersion.objects.filter(programme__code=programme, effective_date__lte=on)
        .order_by("-effective_date")
        .first()
    )
    if newest is None:
        raise NoProductForYear(f"No product version of {programme} is in effect on {on}; publish one first.")
    term = scheme_term(product_of(newest).calendar, on)
    version = (
        ProductVersion.objects.filter(programme__code=programme, effective_date__lte=term.start_on)
        .order_by("-effective_date")
        .first()
    )
    if version is None:
        raise NoProductForYear(f"No product version of {programme} is in effect on {term.start_on}; publish one first.")
    year, opened = SchemeYear.objects.get_or_create(
        programme=version.programme,
        start_on=term.start_on,
        defaults={"expiry_on": term.expiry_on, "product_version": version, "opened_at": now},
    )
    if opened:
        record(now=now, actor=actor, action="scheme_year.opened", object_kind="scheme_year", object_id=year)
    return year
