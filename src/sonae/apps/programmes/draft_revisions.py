"""Adding a revision to a draft: under the draft's lock, numbered without a gap, each content kept once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.programmes.draft_files import check_files_fit
from sonae.apps.programmes.drafts import content_digest, files_of, latest_revision
from sonae.apps.programmes.models import DraftContent, DraftRevision, ProductDraft
from sonae.domain.product.digest import product_digest


class DraftMovedOn(Exception):
    """Somebody saved the draft, or this file of it, since it was opened."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was done, to which file, by whom and when."""

    act: DraftRevision.Act
    about: str
    actor: str
    now: datetime


Change = Callable[[DraftRevision, dict[str, bytes]], Mapping[str, bytes]]


@transaction.atomic
def change_draft(*, draft_id: int, change: Change, saved: Saved) -> DraftRevision:
    """The draft's new revision; the last one where nothing has changed. What ``change`` raises leaves everything as it was.

    Raises ``FilesRefused``, and ProductDraft.DoesNotExist.
    """
    draft = ProductDraft.objects.select_for_update().get(pk=draft_id)
    last = latest_revision(draft)
    files = change(last, files_of(last))
    return last if product_digest(files) == last.digest else add_revision(draft, last.number + 1, files, saved)


def add_revision(draft: ProductDraft, number: int, files: Mapping[str, bytes], saved: Saved) -> DraftRevision:
    """Written down, with the audit's line. Raises ``FilesRefused``."""
    check_files_fit(files)
    digests = {name: content_digest(content) for name, content in files.items()}
    contents = {digests[name]: content for name, content in files.items()}
    known = set(DraftContent.objects.filter(digest__in=contents).values_list("digest", flat=True))
    DraftContent.objects.bulk_create(
        [DraftContent(digest=digest, content=content) for digest, content in contents.items() if digest not in known],
        ignore_conflicts=True,  # another draft may have kept the same bytes just now
    )
    revision = DraftRevision.objects.create(
        draft=draft, number=number, files=digests, digest=product_digest(files), act=saved.act, about=saved.about,
        saved_by=saved.actor, saved_at=saved.now,
    )  # fmt: skip
    record(now=saved.now, actor=saved.actor, action=f"product_draft.{saved.act}", object_kind="product_draft",
           object_id=draft.pk, revision=number, about=saved.about, digest=revision.digest)  # fmt: skip
    return revision
