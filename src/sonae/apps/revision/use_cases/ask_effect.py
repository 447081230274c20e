"""Ask for the figures of what a draft would mean; a worker works them out."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.programmes.drafts import OpenDraft
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.revision.models import VersionEffect


class NotReadable(Exception):
    """The draft's files can't be read as a product yet."""


def ask_effect(*, opened: OpenDraft, year: SchemeYear, actor: str, now: datetime) -> VersionEffect:
    """The effect that will be worked out; what waits already for the same files and year is given back. Raises ``NotReadable``."""
    if opened.checked.product is None:
        raise NotReadable
    wanted = {"digest": opened.revision.digest, "expiring_year": year}
    try:
        with transaction.atomic():
            effect = VersionEffect.objects.create(
                **wanted, draft=opened.draft, revision_number=opened.revision.number, asked_by=actor, asked_at=now
            )
            record(now=now, actor=actor, action="version_effect.asked", object_kind="product_draft",
                   object_id=opened.draft.pk, digest=opened.revision.digest, year=str(year.start_on))  # fmt: skip
            later("sonae.work_out_effect", effect_id=effect.pk)
    except IntegrityError:
        return VersionEffect.objects.get(**wanted, state=VersionEffect.State.ASKED)
    return effect
