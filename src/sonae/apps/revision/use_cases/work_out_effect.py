"""Work out what a draft would mean for everybody who may renew, and keep it with the draft's digest."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError

from sonae.apps.programmes.draft_files import check_files
from sonae.apps.programmes.drafts import files_of
from sonae.apps.renewal.years import turn_under
from sonae.apps.revision.effect import work_out
from sonae.apps.revision.models import VersionEffect
from sonae.domain.calendar import japan_date

log = logging.getLogger("sonae.revision")
State = VersionEffect.State


def work_out_effect(*, effect_id: int, now: datetime) -> VersionEffect:
    """The effect with its report. Done already it stays as it is; killed on the way it begins anew. Figures that can't be worked
    out from these files are said to have failed, so that no round tries them for ever."""
    effect = VersionEffect.objects.select_related("draft", "expiring_year__product_version").get(pk=effect_id)
    if effect.state != State.ASKED:
        return effect
    try:
        report, state = _report(effect, now), State.DONE
    except (OperationalError, InterfaceError):
        raise  # the database is away: the next round tries again
    except Exception as error:  # whatever a product that nobody has checked can raise
        log.warning("the effect of draft %d failed: %s", effect.draft_id, type(error).__name__)
        report, state = {"problem": type(error).__name__}, State.FAILED
    VersionEffect.objects.filter(pk=effect_id, state=State.ASKED).update(state=state, report=report, finished_at=now)
    effect.refresh_from_db()
    return effect


def _report(effect: VersionEffect, now: datetime) -> dict[str, object]:
    revision = effect.draft.revisions.get(number=effect.revision_number)
    product = check_files(files_of(revision)).product
    if product is None:
        raise ValueError("the files are no product")
    turn = turn_under(expiring=effect.expiring_year, product=product, digest=effect.digest)
    today = japan_date(now)
    return {**work_out(turn, today=today).as_dict(), "today": today.isoformat()}
