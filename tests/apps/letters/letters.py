"""Letters for the tests: written, and agreed to where that is wanted."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.use_cases.decide_second_look import decide_second_look
from sonae.apps.letters.models import Letter
from sonae.apps.letters.use_cases.save_letter import Written, save_letter
from sonae.apps.letters.use_cases.schedule_letter import ask_to_send
from tests import clock

FIRST, SECOND = "user:1", "user:2"
EVERY_CLASS = ("basic", "total", "pap")


def write(
    *,
    classes: tuple[str, ...] = EVERY_CLASS,
    cover: str = "all",
    body: str = "[[会員名]] さま\n\nご案内です。",
    body_en: str = "",
) -> Letter:
    """A draft."""
    written = Written(
        subject_ja="年度のご案内（[[会員番号]]）", body_ja=body, subject_en="Notice" if body_en else "", body_en=body_en,
        classes=classes, cover=cover,
    )  # fmt: skip
    return save_letter(letter_id=None, written=written, seen_revision=0, actor=FIRST, now=clock.now())


def ask(letter: Letter, *, at: datetime | None = None, revision: int | None = None) -> SecondLook | None:
    return ask_to_send(
        letter_id=letter.pk, seen_revision=revision or letter.revision, send_at=at or clock.now(), reason="年度の案内",
        actor=FIRST, now=clock.now(),
    )  # fmt: skip


def agree(look: SecondLook) -> None:
    decide_second_look(look_id=look.pk, agree=True, reason="", actor=SECOND, now=clock.now())
