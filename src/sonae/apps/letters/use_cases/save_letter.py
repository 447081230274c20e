"""Write a letter, or change it while it is a draft."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.letters.models import Letter
from sonae.domain.letter_text import Finding, findings_of


class NotADraft(Exception):
    """It is scheduled, sent or stopped, and stays as it is."""


class ChangedMeanwhile(Exception):
    """Somebody saved it after the page was opened."""


class TextRefused(Exception):
    """The text has findings."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(one.said.en for one in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a letter says and to whom."""

    subject_ja: str
    body_ja: str
    subject_en: str = ""
    body_en: str = ""
    classes: tuple[str, ...]
    cover: str = Letter.Cover.ALL


@transaction.atomic
def save_letter(*, letter_id: int | None, written: Written, seen_revision: int, actor: str, now: datetime) -> Letter:
    """The letter with its new revision; a new one without ``letter_id``. Raises NotADraft, ChangedMeanwhile, TextRefused."""
    _check(written)
    content = {**asdict(written), "classes": list(written.classes), "changed_at": now}
    if letter_id is None:
        letter = Letter.objects.create(**content, created_by=actor, created_at=now)
    else:
        letter = Letter.objects.select_for_update().get(pk=letter_id)
        if letter.state != Letter.State.DRAFT:
            raise NotADraft
        if letter.revision != seen_revision:
            raise ChangedMeanwhile
        for name, value in content.items():
            setattr(letter, name, value)
        letter.revision += 1
        letter.save()
    record(now=now, actor=actor, action="letter.saved", object_kind="letter", object_id=letter.pk,
           revision=letter.revision)  # fmt: skip
    return letter


def _check(written: Written) -> None:
    has_paid = written.cover == Letter.Cover.PAID
    texts = (written.subject_ja, written.body_ja, written.subject_en, written.body_en)
    findings = [one for text in texts for one in findings_of(text, has_paid_cover=has_paid)]
    if findings:
        raise TextRefused(list(dict.fromkeys(findings)))
