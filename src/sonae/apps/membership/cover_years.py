"""The scheme years in which the free cover is looked after on a day, each with its rules, and the organiser's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from sonae.apps.membership.models import FreeCoverEnd
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import list_scheme_years
from sonae.domain.free_cover import CoverYear


@dataclass(frozen=True, slots=True)
class RuledYear:
    """A scheme year as the database knows it and as the rule of the free cover does."""

    pk: int
    digest: str  # of the product version that rules it
    cover: CoverYear


def list_ruled_years(*, today: date) -> tuple[RuledYear, ...]:
    """Every scheme year whose certificates may be issued by now, earliest first; those that are over can only be put right."""
    found = []
    for year in list_scheme_years():
        rules = product_of(year.product_version).free_cover
        if year.start_on - timedelta(days=rules.issue_days_before_turn) <= today:
            cover = CoverYear(year.term, rules, may_issue=today < year.expiry_on)
            found.append(RuledYear(year.pk, year.product_version.digest, cover))
    return tuple(found)


def find_free_cover_end() -> FreeCoverEnd | None:
    """The end that the organiser has scheduled and not taken back."""
    return FreeCoverEnd.objects.filter(programme__code=settings.SONAE_PROGRAMME, withdrawn_at__isnull=True).first()


def free_cover_ends_on() -> date | None:
    """The first day without free cover for anybody; None while no end is scheduled. What pages tell members."""
    end = find_free_cover_end()
    return None if end is None else end.ends_on
