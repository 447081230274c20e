"""Feeds as they stand after their dry run, for what only shows them."""

from __future__ import annotations

import hashlib
from datetime import date
from itertools import count
from typing import Any

from sonae.apps.membership.models import Feed, SetAsideRow
from tests import clock

NUMBERS = count(1)
DRY_RUN: dict[str, Any] = {
    "day": "2026-12-01",
    "good_rows": 4_996,
    "set_aside_rows": 3,
    "overtaken_rows": 0,
    "counts": {"joined": 40, "rejoined": 2, "left": 21, "class_changed": 7, "name_changed": 3, "unchanged": 4_930, "kept": 3},
    "class_moves": [{"before": "basic", "after": "total", "count": 7}],
    "examples": {
        "joined": [{"number": "10000201", "name": "見本製菓", "before": "", "after": "basic", "on": "2026-12-01"}],
        "left": [{"number": "10000202", "name": "<b>架空</b>商会", "before": "total", "after": "", "on": "2026-12-01"}],
        "class_changed": [
            {"number": "10000203", "name": "例示工業", "before": "basic", "after": "total", "on": "2026-12-01"}
        ],
        "name_changed": [
            {"number": "10000204", "name": "新見本堂", "before": "見本堂", "after": "新見本堂", "on": "2026-12-01"}
        ],
    },
    "set_aside": {"formula": 1, "unknown_class": 2},
    "totals": {
        "before": {"members": 4_976, "by_class": {"basic": 3_000, "total": 1_500, "pap": 476}},
        "joined": 42, "left": 21,
        "after": {"members": 4_997, "by_class": {"basic": 3_020, "total": 1_499, "pap": 478}},
    },
    "brake": [],
    "facts": 73,
    "known_to": 0,
    "newest_list": None,
    "absent": [],
}  # fmt: skip
BRAKE = [
    {"code": "ends_too_many", "limit": "2 %", "before": 4_976, "after": 4_800, "ended": 176},
    {"code": "class_halved", "limit": "50 %", "before": 476, "after": 200, "member_class": "pap"},
]


def enter_feed(state: str = Feed.State.CHECKED, *, received_by: str = "user:0", **given: Any) -> Feed:
    """A list for 1 December 2026. One that is held has both reasons for it."""
    number = next(NUMBERS)
    read = state in {Feed.State.CHECKED, Feed.State.HELD, Feed.State.APPLIED}
    brake = BRAKE if state == Feed.State.HELD else []
    fields: dict[str, Any] = {
        "digest": hashlib.sha256(str(number).encode()).hexdigest(), "size": 412_345, "form": Feed.Form.LIST,
        "file_name": f"members_list_{number}.csv", "effective_date": date(2026, 12, 1), "channel": Feed.Channel.DESK,
        "state": state, "received_at": clock.now(), "received_by": received_by,
        "dry_run": {**DRY_RUN, "brake": brake} if read else None, "checked_at": clock.now() if read else None,
        "refusal": {"code": "empty", "details": {}} if state == Feed.State.REFUSED else None,
    }  # fmt: skip
    return Feed.objects.create(**{**fields, **given})


def set_aside(feed: Feed, *raws: str, reason: str = "formula") -> None:
    """Rows of it that were set aside, from line 2 on."""
    SetAsideRow.objects.bulk_create(
        SetAsideRow(feed=feed, line=line, reason=reason, column="会員名", raw=raw)
        for line, raw in enumerate(raws, start=2)
    )
