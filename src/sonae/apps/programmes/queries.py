"""Which product rules on which day, and is the programme open for applications?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection

from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.apps.programmes.product_files import product_of, product_with
from sonae.domain.calendar import next_start
from sonae.domain.period import Term
from sonae.domain.product.definition import Product
from sonae.domain.quoting import PublishedVersion


class ProgrammeClosed(Exception):
    """No open scheme year takes a cover that starts on that day."""


def published_versions() -> tuple[PublishedVersion, ...]:
    """Every scheme year with the product that rules it, earliest first.

    Every page asks, and never from memory: a year that is opened is there at the next request. As one plain statement it takes
    a tenth of what building the model's objects takes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT year.start_on, year.expiry_on, version.digest FROM programmes_schemeyear AS year
            JOIN programmes_programme AS programme ON programme.id = year.programme_id
            JOIN programmes_productversion AS version ON version.id = year.product_version_id
            WHERE programme.code = %s ORDER BY year.start_on
            """,
            [settings.SONAE_PROGRAMME],
        )
        rows = cursor.fetchall()
    return tuple(
        PublishedVersion(Term(start_on, expiry_on), product_with(digest), digest)
        for start_on, expiry_on, digest in rows
    )


@dataclass(frozen=True, slots=True)
class PublishedProduct:
    """A published version, whether a scheme year stands under it or not."""

    product: Product
    digest: str


def published_products() -> tuple[PublishedProduct, ...]:
    """Every published version of the programme, the newest first."""
    digests = (
        ProductVersion.objects.filter(programme__code=settings.SONAE_PROGRAMME)
        .order_by("-effective_date")
        .values_list("digest", flat=True)
    )
    return tuple(PublishedProduct(product_with(digest), digest) for digest in digests)


def list_scheme_years() -> list[SchemeYear]:
    """The programme's scheme years, earliest first, with their product versions (whose files are left in the database)."""
    return list(
        SchemeYear.objects.filter(programme__code=settings.SONAE_PROGRAMME)
        .select_related("product_version")
        .defer("product_version__files")
        .order_by("start_on")
    )


def find_scheme_year(*, on: date, years: Sequence[SchemeYear] | None = None) -> SchemeYear | None:
    """The scheme year that holds the day; None if none has been opened."""
    return next((year for year in (years or list_scheme_years()) if year.start_on <= on < year.expiry_on), None)


def scheme_year_for_start(*, start_on: date) -> SchemeYear:
    """The scheme year in which a cover of that start lies. Raises ``ProgrammeClosed``."""
    year = find_scheme_year(on=start_on)
    if year is None:
        raise ProgrammeClosed(start_on.isoformat())
    return year


def scheme_year_for_application(*, today: date) -> tuple[SchemeYear, date]:
    """The scheme year and the start that an application of today has (F16). Raises ``ProgrammeClosed``."""
    years = list_scheme_years()
    if not years:
        raise ProgrammeClosed(today.isoformat())
    ruling = find_scheme_year(on=today, years=years) or years[-1]
    start_on = next_start(product_of(ruling.product_version).calendar, today)
    year = find_scheme_year(on=start_on, years=years)
    if year is None:
        raise ProgrammeClosed(start_on.isoformat())
    return year, start_on


def current_product(today: date, versions: Sequence[PublishedVersion]) -> Product | None:
    """The product that an application of today falls under; when closed the newest; None before any is published."""
    if not versions:
        return _newest()
    ruling = _version_at(versions, today) or versions[-1]
    version = _version_at(versions, next_start(ruling.product.calendar, today))
    return _newest() if version is None else version.product


def _version_at(versions: Sequence[PublishedVersion], on: date) -> PublishedVersion | None:
    return next((version for version in versions if on in version.term), None)


def _newest() -> Product | None:
    version = (
        ProductVersion.objects.filter(programme__code=settings.SONAE_PROGRAMME).order_by("-effective_date").first()
    )
    return None if version is None else product_of(version)
