"""Save one file of a draft, put in a new one, or take one out; nothing that somebody else has saved meanwhile is written over."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.programmes.draft_files import FilesRefused
from sonae.apps.programmes.draft_revisions import DraftMovedOn, Saved, change_draft
from sonae.apps.programmes.drafts import content_digest
from sonae.apps.programmes.models import DraftRevision
from sonae.domain.text import Text

Act = DraftRevision.Act
NEW_FILE = ""  # what was seen of a file that was not there


def save_draft_file(
    *,
    draft_id: int,
    name: str,
    content: bytes,
    seen: str,
    act: DraftRevision.Act = Act.SAVED,
    actor: str,
    now: datetime,
) -> DraftRevision:
    """The new revision. ``seen`` is the digest of the file's content as it was opened. Other files may have changed since.

    Raises ``DraftMovedOn`` where this file has, and ``FilesRefused``.
    """

    def with_file(last: DraftRevision, files: dict[str, bytes]) -> dict[str, bytes]:
        if last.files.get(name, NEW_FILE) not in {seen, content_digest(content)}:
            raise DraftMovedOn
        return {**files, name: content}

    return change_draft(draft_id=draft_id, change=with_file, saved=Saved(act, name, actor, now))


def remove_draft_file(*, draft_id: int, name: str, seen: str, actor: str, now: datetime) -> DraftRevision:
    """The new revision without the file; removed already is a quiet success. Raises ``DraftMovedOn``, and ``FilesRefused`` for
    the last one."""

    def without_file(last: DraftRevision, files: dict[str, bytes]) -> dict[str, bytes]:
        if last.files.get(name, seen) != seen:
            raise DraftMovedOn
        left = {other: content for other, content in files.items() if other != name}
        if not left:
            raise FilesRefused(Text("最後のファイルは外せません。", "The last file can’t be removed."))
        return left

    return change_draft(draft_id=draft_id, change=without_file, saved=Saved(Act.REMOVED, name, actor, now))
