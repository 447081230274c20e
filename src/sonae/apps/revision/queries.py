"""Reading what versions would mean: the figures that were worked out, and for which year they can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sonae.apps.programmes.models import SchemeYear
from sonae.apps.revision.models import VersionEffect


def find_effect(*, digest: str, year: SchemeYear) -> VersionEffect | None:
    """The newest one for these very files and that year."""
    return VersionEffect.objects.filter(digest=digest, expiring_year=year).order_by("-pk").first()


def newest_effect(*, digest: str) -> VersionEffect | None:
    """The newest that is done for these very files, whatever the year."""
    done = VersionEffect.objects.filter(digest=digest, state=VersionEffect.State.DONE)
    return done.select_related("expiring_year").order_by("-pk").first()


def effects_to_work_out() -> list[int]:
    """Those that were asked for and are not done, whatever became of their jobs."""
    waiting = VersionEffect.objects.filter(state=VersionEffect.State.ASKED)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def year_to_judge(years: Sequence[SchemeYear], effective_date: date) -> SchemeYear | None:
    """The year out of which certificates would first be renewed under a version of that day; where it isn't open yet, the last."""
    ending = [year for year in years if year.expiry_on >= effective_date]
    return min(ending, key=lambda year: year.expiry_on) if ending else (years[-1] if years else None)
