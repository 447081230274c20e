"""Which product version's columns and words a month's list has."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from sonae.apps.programmes.models import ProductVersion
from sonae.domain.period import add_months


class NoProduct(Exception):
    """No version of the product is published, so nothing says how a list looks."""


def layout_version(month: date) -> ProductVersion:
    """The newest version in effect before the month ends, else the first; without its files. NoProduct."""
    versions = ProductVersion.objects.filter(programme__code=settings.SONAE_PROGRAMME).defer("files")
    in_effect = versions.filter(effective_date__lt=add_months(month, 1)).order_by("-effective_date").first()
    version = in_effect or versions.order_by("effective_date").first()
    if version is None:
        raise NoProduct(f"{month:%Y-%m}")
    return version
