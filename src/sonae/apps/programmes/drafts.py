"""Reading drafts of product versions: which there are, their files, what the check says, and what would stand in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from sonae.apps.programmes.draft_files import CheckedFiles, check_files
from sonae.apps.programmes.models import DraftContent, DraftRevision, ProductDraft, ProductVersion
from sonae.domain.text import Text

DRAFTS_A_PAGE = 50


@dataclass(frozen=True)
class OpenDraft:
    """A draft as it stands: its last revision, the files and the check."""

    draft: ProductDraft
    revision: DraftRevision
    files: dict[str, bytes]
    checked: CheckedFiles


def find_draft(*, draft_id: int) -> ProductDraft | None:
    return ProductDraft.objects.filter(pk=draft_id, programme__code=settings.SONAE_PROGRAMME).first()


def open_draft(draft: ProductDraft) -> OpenDraft:
    """As it is now."""
    revision = latest_revision(draft)
    files = files_of(revision)
    return OpenDraft(draft, revision, files, check_files(files))


def latest_revision(draft: ProductDraft) -> DraftRevision:
    return draft.revisions.latest("number")


def find_revision(draft: ProductDraft, number: int) -> DraftRevision | None:
    return draft.revisions.filter(number=number).first()


def list_revisions(draft: ProductDraft, *, most: int) -> list[DraftRevision]:
    """The newest first."""
    return list(draft.revisions.defer("files").order_by("-number")[:most])


def files_of(revision: DraftRevision) -> dict[str, bytes]:
    """Name → bytes, in order of the names."""
    contents = DraftContent.objects.in_bulk(set(revision.files.values()), field_name="digest")
    return {name: bytes(contents[digest].content) for name, digest in sorted(revision.files.items())}


def content_digest(content: bytes) -> str:
    """By which a file's content is kept and known again."""
    return sha256(content).hexdigest()


def _drafts() -> QuerySet[ProductDraft]:
    """With the number, digest, moment and author of their last revision."""
    last = DraftRevision.objects.filter(draft=OuterRef("pk")).order_by("-number")
    return ProductDraft.objects.filter(programme__code=settings.SONAE_PROGRAMME).annotate(
        last_number=Subquery(last.values("number")[:1]),
        last_digest=Subquery(last.values("digest")[:1]),
        last_saved_at=Subquery(last.values("saved_at")[:1]),
        last_saved_by=Subquery(last.values("saved_by")[:1]),
    )


def list_drafts(*, before: int | None = None) -> list[ProductDraft]:
    """The newest first, a page of them; ``before`` is the id of the last one of the page before."""
    drafts = _drafts().order_by("-pk")
    return list((drafts.filter(pk__lt=before) if before else drafts)[: DRAFTS_A_PAGE + 1])


def list_versions() -> list[ProductVersion]:
    """What is published, the newest first; the files are left in the database."""
    versions = ProductVersion.objects.filter(programme__code=settings.SONAE_PROGRAMME).defer("files")
    return list(versions.order_by("-effective_date"))


def version_before(versions: Sequence[ProductVersion], day: date) -> ProductVersion | None:
    """The one in force until that day, or the first there is."""
    earlier = [version for version in versions if version.effective_date < day]
    return max(earlier, key=lambda version: version.effective_date) if earlier else next(iter(versions), None)


def obstacles(checked: CheckedFiles, versions: Sequence[ProductVersion], *, today: date) -> list[Text]:
    """Why these files can't be published as they stand, in words; empty means that they can."""
    if checked.findings or checked.product is None:
        count = len(checked.findings)
        return [Text(f"指摘が{count:,}件あります。", f"There are {count:,} findings.")]
    found, day = [], checked.product.effective_date
    if checked.product.programme != settings.SONAE_PROGRAMME:
        found.append(
            Text(
                f"制度のコードが違います。「{settings.SONAE_PROGRAMME}」としてください。",
                f"The programme’s code is another one; it has to be “{settings.SONAE_PROGRAMME}”.",
            )
        )
    if any(version.effective_date == day for version in versions):
        found.append(
            Text(
                f"{day}に効力が生じる改定版は、すでに公開されています。",
                f"A version that takes effect on {day} is published already.",
            )
        )
    if day <= today:
        found.append(
            Text(
                f"{day}は先の日ではありません。先の日にしてください。",
                f"{day} is not in the future; choose a day to come.",
            )
        )
    return found
