"""What both people are shown of a version that is to be published: its day, how many differences, and its effect in figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import yen_text
from sonae.domain.product_differences.difference import GROUP_NAMES, GROUPS, signed_percent
from sonae.domain.text import Text

Line = tuple[Text, Text]


def lines_of(facts: Mapping[str, Any]) -> list[Line]:
    """Name and value of each, as they were kept with what was asked for."""
    name, number = facts["name"], facts["revision"]
    lines = [
        (Text("下書き", "Draft"), Text(f"{name}（保存{number}）", f"{name} (revision {number})")),
        (Text("効力が生じる日", "Takes effect"), date_in_words(date.fromisoformat(facts["effective_date"]))),
    ]
    if facts["against"]:
        lines.append(_differences(facts))
    return [*lines, *_effect(facts["effect"])]


def _differences(facts: Mapping[str, Any]) -> Line:
    day = date_in_words(date.fromisoformat(facts["against"]))
    counts = [(GROUP_NAMES[group], facts["differences"][group]) for group in GROUPS if group in facts["differences"]]
    said = Text(
        "／".join(f"{name.ja} {count:,}件" for name, count in counts) or "違いはありません",
        "; ".join(f"{name.en} {count:,}" for name, count in counts) or "no difference",
    )
    return Text(f"{day.ja}の改定版との違い", f"Differences from the version of {day.en}"), said


def _effect(effect: Mapping[str, Any] | None) -> list[Line]:
    name = Text("影響の試算", "Effect")
    if effect is None:
        return [(name, Text("まだ試算していません", "not worked out yet"))]
    by = signed_percent(effect["yen_before"], effect["yen_after"])
    before, after = yen_text(effect["yen_before"]), yen_text(effect["yen_after"])
    said = {key: f"{effect[key]:,}" for key in ("expiring", "offered", "dearer", "cheaper", "referred", "left")}
    counts = Text(
        "満期 {expiring}件のうち、ご案内 {offered}件（上がる {dearer}、下がる {cheaper}）、商品の対象外 {referred}件、"
        "退会 {left}件".format(**said),
        "of {expiring} that expire: offered {offered} (dearer {dearer}, cheaper {cheaper}), outside the product {referred}, "
        "left {left}".format(**said),
    )
    sums = Text(f"{before.ja} → {after.ja}（{by.ja}）", f"{before.en} → {after.en} ({by.en})")
    return [(name, counts), (Text("年間保険料の合計", "Annual premiums"), sums)]
