"""Begin a draft: as a copy of a published version, or from the files of a folder that somebody sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from sonae.apps.programmes.draft_revisions import Saved, add_revision
from sonae.apps.programmes.models import DraftRevision, ProductDraft, ProductVersion, Programme
from sonae.apps.programmes.product_files import decode_files


class NothingToBeginWith(Exception):
    """Neither a published version nor files."""


def begin_draft(
    *,
    name: str,
    based_on: ProductVersion | None,
    files: Mapping[str, bytes] | None,
    form_key: str,
    actor: str,
    now: datetime,
) -> ProductDraft:
    """The draft, with its first revision. ``files`` stand in the place of those of the version. The same form again gives the
    draft that it began. Raises ``FilesRefused`` and ``NothingToBeginWith``."""
    if files is None and based_on is None:
        raise NothingToBeginWith
    with transaction.atomic():
        programme, _ = Programme.objects.get_or_create(code=settings.SONAE_PROGRAMME)
        draft, is_new = ProductDraft.objects.get_or_create(
            form_key=form_key,
            defaults={"programme": programme, "name": name, "based_on": based_on, "begun_by": actor, "begun_at": now},
        )
        if is_new:
            copied = decode_files(based_on.files) if files is None and based_on else files or {}
            about = f"{based_on}" if based_on and files is None else ""
            add_revision(draft, 1, copied, Saved(DraftRevision.Act.BEGUN, about, actor, now))
        return draft
