"""What the turn of the scheme year says at the desk, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sonae.apps.renewal.models import RenewalRun
from sonae.domain.renewal import LEFT, NOT_RATED
from sonae.domain.renewal_calendar import TurnDates, TurnStep
from sonae.domain.text import Text

STEPS: Mapping[str, Text] = {
    "rehearsal": Text("試し計算", "Rehearsal"),
    "offers": Text("更新のご案内を作る", "Offers"),
    "reminder": Text("お手続きのお願い（メール）", "Reminder by mail"),
    "deadline": Text("更新の締切り", "Deadline"),
    "warning": Text("満期が近いお知らせ（メール）", "Warning by mail"),
    "expiry": Text("満期", "Expiry"),
    "notice": Text("補償が終わったお知らせ（メール）", "Notice by mail"),
    "late_end": Text("締切り後の受付の終わり", "End of late renewals"),
}
RUN_STATES: Mapping[str, tuple[Text, str]] = {  # words, and how the chip looks
    RenewalRun.State.RUNNING: (Text("作成中", "Being made"), "waiting"),
    RenewalRun.State.PAUSED: (Text("一時停止中", "Paused"), "soon"),
    RenewalRun.State.DONE: (Text("作成済み", "Made"), "good"),
    RenewalRun.State.HELD: (Text("確認が要ります", "To be looked at"), "urgent"),
}
PROBLEMS: Mapping[str, Text] = {
    "not_rated": Text("いまの加入の内容では保険料を計算できません", "The present cover can’t be rated"),
    "facts_missing": Text("業種・売上高・プランの記録が読めません", "Industry, sales or plan can’t be read"),
    "unexpected": Text("記録のときに問題が起きました", "Something went wrong while it was written down"),
}
REASONS: Mapping[str, Text] = {
    LEFT: Text("会員でなくなる", "Leaves the membership"),
    NOT_RATED: Text("新しい商品に区分がない", "No class in the new product"),
    "SALES_LIMIT": Text("申告売上高が上限以上", "Sales at or above the limit"),
    "MEDICAL": Text("医療機関", "Medical institution"),
    "BANK": Text("銀行", "Bank"),
    "OTHER_FINANCIAL": Text("その他の金融機関", "Other financial institution"),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One day of the turn: what, how many it is about where that is known, and whether it has passed."""

    on: date
    kind: str
    name: Text
    count: int | None
    is_past: bool
    is_next: bool


def step_lines(dates: TurnDates, *, today: date, expiring: int, waiting: int) -> list[StepLine]:
    """All days. What is still to come is about everybody who expires, or about those who have not renewed as of now."""
    coming = [step for step in dates.steps if step.on >= today]
    return [
        StepLine(step.on, step.kind, STEPS[step.kind], _count(step, today, expiring, waiting), step.on < today,
                 bool(coming) and step == coming[0])
        for step in dates.steps
    ]  # fmt: skip


def _count(step: TurnStep, today: date, expiring: int, waiting: int) -> int | None:
    if step.on < today:
        return None
    if step.kind in {"rehearsal", "offers"}:
        return expiring
    return waiting if step.kind in {"reminder", "warning", "notice"} else None


def named(counts: Mapping[str, int], names: Mapping[str, Text]) -> list[tuple[Text, int]]:
    """Codes in words, the largest first; a code without words as it is."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [(names.get(code, Text(code, code)), count) for code, count in ordered]
