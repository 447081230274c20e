"""What product versions and their drafts say at the desk, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.programmes.models import DraftRevision, ProductDraft, ProductVersion
from sonae.apps.revision.models import VersionEffect
from sonae.domain.product.findings import Finding
from sonae.domain.product.places import find_line
from sonae.domain.text import Text

Act = DraftRevision.Act
ACTS: Mapping[str, Text] = {
    Act.BEGUN: Text("作り始め", "Begun"),
    Act.SAVED: Text("画面で保存", "Saved in the page"),
    Act.UPLOADED: Text("ファイルを入れた", "Uploaded"),
    Act.REMOVED: Text("ファイルを外した", "Removed"),
    Act.RESTORED: Text("前の保存に戻した", "Brought back"),
}
EFFECT_STATES: Mapping[str, tuple[Text, str]] = {
    VersionEffect.State.ASKED: (Text("試算中", "Being worked out"), "waiting"),
    VersionEffect.State.DONE: (Text("試算済み", "Worked out"), "good"),
    VersionEffect.State.FAILED: (Text("試算できません", "Can’t be worked out"), "urgent"),
}
SHOWN_FINDINGS = 200
LONGEST_MESSAGE = 400


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding beside its file. ``line`` is where it stands, where that can be told."""

    file: str
    is_there: bool  # whether the draft has such a file
    line: int | None
    place: str
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One row of the list of drafts."""

    draft: ProductDraft
    saved_at: datetime
    saved_by: Text
    number: int
    published: date | None


def finding_lines(findings: Sequence[Finding], files: Mapping[str, bytes]) -> list[FindingLine]:
    """As many as are shown, with their lines."""
    texts: dict[str, str] = {}
    lines = []
    for one in findings[:SHOWN_FINDINGS]:
        if one.file not in texts:
            texts[one.file] = files.get(one.file, b"").decode("utf-8", "replace")
        lines.append(
            FindingLine(
                one.file, one.file in files, find_line(texts[one.file], one.place), one.place[:LONGEST_MESSAGE],
                one.message[:LONGEST_MESSAGE], one.suggestion[:LONGEST_MESSAGE],
            )
        )  # fmt: skip
    return lines


def draft_lines(
    drafts: Sequence[ProductDraft], versions: Sequence[ProductVersion], names: Mapping[str, Text]
) -> list[DraftLine]:
    """With what has become of each; ``drafts`` carry what their last revision says."""
    published = {version.digest: version.effective_date for version in versions}
    return [_draft_line(draft, published, names) for draft in drafts]


def _draft_line(draft: ProductDraft, published: Mapping[str, date], names: Mapping[str, Text]) -> DraftLine:
    last = {name: getattr(draft, f"last_{name}") for name in ("number", "digest", "saved_at", "saved_by")}
    return DraftLine(draft, last["saved_at"], names[last["saved_by"]], last["number"], published.get(last["digest"]))
