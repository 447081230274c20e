"""Put a whole folder in the place of a draft's files, or bring an earlier revision back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sonae.apps.programmes.draft_revisions import DraftMovedOn, Saved, change_draft
from sonae.apps.programmes.drafts import files_of
from sonae.apps.programmes.models import DraftRevision

Act = DraftRevision.Act


def replace_draft_files(
    *, draft_id: int, files: Mapping[str, bytes], seen: str, actor: str, now: datetime
) -> DraftRevision:
    """The new revision. ``seen`` is the digest of the draft as it was opened. Raises ``DraftMovedOn`` and ``FilesRefused``."""

    def replaced(last: DraftRevision, _: dict[str, bytes]) -> Mapping[str, bytes]:
        if last.digest != seen:
            raise DraftMovedOn
        return files

    return change_draft(draft_id=draft_id, change=replaced, saved=Saved(Act.UPLOADED, "", actor, now))


def restore_revision(*, draft_id: int, number: int, seen: str, actor: str, now: datetime) -> DraftRevision:
    """A new revision with the files of an earlier one. Raises ``DraftMovedOn``, and DraftRevision.DoesNotExist."""

    def as_it_was(last: DraftRevision, _: dict[str, bytes]) -> Mapping[str, bytes]:
        if last.digest != seen:
            raise DraftMovedOn
        return files_of(DraftRevision.objects.get(draft_id=draft_id, number=number))

    return change_draft(draft_id=draft_id, change=as_it_was, saved=Saved(Act.RESTORED, f"{number}", actor, now))
