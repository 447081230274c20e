"""Drafts of product versions for tests: the shipped version of December 2026 as one of a later year, and what is done with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta

from sonae.apps.programmes.models import DraftRevision, ProductDraft, ProductVersion
from sonae.apps.programmes.use_cases.begin_draft import begin_draft
from sonae.apps.programmes.use_cases.save_draft_file import save_draft_file
from tests import clock
from tests.domain.versions import AFTER, files_of

NEXT_YEAR = "2027-12-01"
PREPARES = "user:1"


def later_version(*changes: tuple[str, str, str], day: str = NEXT_YEAR) -> dict[str, bytes]:
    """The shipped version for another day; each change replaces a text in a file, once."""
    files = files_of(AFTER)
    for name, old, new in (("product.toml", f"effective_date = {AFTER}", f"effective_date = {day}"), *changes):
        text = files[name].decode()
        assert old in text, f"{name} has no {old!r}"
        files[name] = text.replace(old, new, 1).encode()
    return files


DEARER = ("rates/industry.csv", 'wholesalers",0.68', 'wholesalers",1.20')  # 卸売業


def begin(
    files: Mapping[str, bytes] | None = None, *, name: str = "2027年度の改定案", actor: str = PREPARES
) -> ProductDraft:
    """A draft with these files; a copy of the newest published version without them."""
    newest = None if files else ProductVersion.objects.latest("effective_date")
    key = f"{ProductDraft.objects.count():032d}"
    return begin_draft(name=name, based_on=newest, files=files, form_key=key, actor=actor, now=clock.now())


def save(draft: ProductDraft, name: str, content: bytes, *, actor: str = PREPARES) -> DraftRevision:
    """As somebody who has just opened the file."""
    seen = draft.revisions.latest("number").files.get(name, "")
    return save_draft_file(draft_id=draft.pk, name=name, content=content, seen=seen, actor=actor, now=clock.now())


def zip_of(files: Mapping[str, bytes], *, folder: str = "", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The folder as somebody packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as container:
        for name, content in files.items():
            container.writestr(f"{folder}{name}", content)
    return packed.getvalue()


def days_ahead(days: int) -> date:
    return clock.now().date() + timedelta(days=days)
