"""Ask that a draft be published; a second person agrees, and it is, exactly as both have seen it (four eyes)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.queries import waiting_look
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.programmes.drafts import OpenDraft, list_versions, obstacles, open_draft
from sonae.apps.programmes.models import ProductDraft, Programme
from sonae.apps.programmes.use_cases.publish_product import publish_product
from sonae.domain.calendar import japan_date
from sonae.domain.text import Text

KIND = "publish_product"  # of the second look that it takes
MOVED_ON = Text(
    "申し出のあとに下書きが変わったため、公開していません。取りやめて、いまの内容でもう一度申し出てください。",
    "The draft has changed since it was asked for, so nothing was published. Drop it and ask again for the draft as it is now.",
)
WAITS = Text(
    "この下書きは、別の内容での公開の申し出が確認を待っています。先にそれを取りやめてください。",
    "Publishing this draft was asked for as it stood before; drop that first.",
)


class PublicationRefused(Exception):
    """It can't be published; ``said`` has every reason."""

    def __init__(self, *said: Text) -> None:
        super().__init__(" ".join(one.en for one in said))
        self.said = said


@transaction.atomic
def ask_publication(
    *, draft_id: int, seen: str, numbers: Mapping[str, Any], reason: str, actor: str, now: datetime
) -> SecondLook:
    """What a second person is asked to agree to. ``seen`` is the digest of the draft as it was shown, ``numbers`` what was shown
    of its differences and effect. Raises ``PublicationRefused`` and ``ReasonMissing``."""
    opened = open_draft(ProductDraft.objects.select_for_update().get(pk=draft_id))
    if opened.revision.digest != seen:
        raise PublicationRefused(MOVED_ON)
    _check(opened, now)
    known = waiting_look(kind=KIND, object_id=draft_id)
    if known is not None and known.facts["digest"] != seen:
        raise PublicationRefused(WAITS)
    facts = {
        **numbers, "digest": seen, "revision": opened.revision.number, "name": opened.draft.name,
        "effective_date": opened.checked.product.effective_date.isoformat() if opened.checked.product else "",
    }  # fmt: skip
    asked, _ = ask_second_look(kind=KIND, object_id=draft_id, facts=facts, reason=reason, actor=actor, now=now)
    return asked


def publish_asked_version(look: SecondLook, *, now: datetime) -> None:
    """Carry out what another person has agreed to. Raises ``PublicationRefused``."""
    draft = ProductDraft.objects.select_for_update().get(pk=int(look.object_id))
    Programme.objects.select_for_update().get(pk=draft.programme_id)  # so that no other version takes the day meanwhile
    opened = open_draft(draft)
    if opened.revision.digest != look.facts["digest"]:
        raise PublicationRefused(MOVED_ON)
    _check(opened, now)
    publish_product(files=opened.files, actor=look.decided_by, now=now)


def _check(opened: OpenDraft, now: datetime) -> None:
    found = obstacles(opened.checked, list_versions(), today=japan_date(now))
    if found:
        raise PublicationRefused(*found)
