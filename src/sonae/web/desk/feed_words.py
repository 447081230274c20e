"""What a feed and its dry run say, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from sonae.apps.membership.dry_run import REASONS
from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import User
from sonae.domain.membership_feed.reasons import reason_text
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

STATES: Mapping[str, tuple[Text, str]] = {  # words, and how the chip looks
    Feed.State.RECEIVED: (Text("読み取り中", "Being read"), "waiting"),
    Feed.State.REFUSED: (Text("受け付けられません", "Refused"), "urgent"),
    Feed.State.CHECKED: (Text("適用待ち", "To be applied"), "soon"),
    Feed.State.HELD: (Text("保留中", "Held"), "urgent"),
    Feed.State.APPLIED: (Text("適用済み", "Applied"), "good"),
    Feed.State.WITHDRAWN: (Text("取下げ", "Withdrawn"), "ended"),
}
FORMS: Mapping[str, Text] = {
    Feed.Form.LIST: Text("会員名簿（全員）", "List of all members"),
    Feed.Form.CHANGES: Text("異動（変更分のみ）", "Changes only"),
}
CHANNELS: Mapping[str, Text] = {
    Feed.Channel.DESK: Text("この画面", "this desk"),
    Feed.Channel.COMMAND: Text("コマンド", "command line"),
    Feed.Channel.HTTP: Text("HTTP", "HTTP"),
    Feed.Channel.FOLDER: Text("監視フォルダー", "watched folder"),
    Feed.Channel.BUCKET: Text("バケット", "bucket"),
}
CHANGES: Mapping[str, Text] = {
    "joined": Text("入会", "Joined"),
    "rejoined": Text("再入会", "Rejoined"),
    "left": Text("退会", "Left"),
    "class_changed": Text("会員種別の変更", "Class changed"),
    "name_changed": Text("会員名の変更", "Name changed"),
    "contact_changed": Text("連絡先の変更", "Contact changed"),
    "unchanged": Text("変わりなし", "Unchanged"),
    "kept": Text("除いた行の会員（今のまま）", "Row set aside, member stays as it is"),
}
NOBODY_KNOWN = Text("不明", "unknown")
MACHINES: Mapping[str, Text] = {
    "command": Text("コマンド（{}）", "{}, at the command line"),
    "sender": Text("HTTPの送り手 {}", "{}, by HTTP"),
    "gateway": Text("決済会社（{}）", "card processor {}"),
    "visitor": Text("訪問者（サインイン前）", "a visitor, not signed in"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One reason: how many, and some of them."""

    code: str
    name: Text
    count: int
    examples: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class SetAside:
    """One reason for setting rows aside: how many."""

    name: Text
    count: int


def class_names(product: Product | None) -> dict[str, Text]:
    """Of the member classes, by code."""
    return {one.code: one.name for one in product.member_classes} if product else {}


def class_name(code: str, names: Mapping[str, Text]) -> Text:
    """A class that today's product doesn't know keeps its code."""
    return names.get(code, Text(code, code))


def changes_of(dry_run: Mapping[str, Any], names: Mapping[str, Text]) -> list[Change]:
    """In the order in which they are shown, those that come up and those that everybody looks for."""
    return [
        Change(code, CHANGES[code], dry_run["counts"].get(code, 0), _examples(code, dry_run, names))
        for code in REASONS
        if dry_run["counts"].get(code, 0) or code in {"joined", "left", "class_changed", "name_changed"}
    ]


def _examples(code: str, dry_run: Mapping[str, Any], names: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Codes of classes become their names; what stands in a name is a name."""
    shown = []
    for example in dry_run["examples"].get(code, []):
        classes = code in {"joined", "rejoined", "left", "class_changed"}
        words = {side: class_name(example[side], names) if classes else example[side] for side in ("before", "after")}
        shown.append({**example, **words})
    return shown


def set_aside_of(dry_run: Mapping[str, Any]) -> list[SetAside]:
    """The most frequent reason first."""
    counted = sorted(dry_run["set_aside"].items(), key=lambda one: (-one[1], one[0]))
    return [SetAside(reason_text(code), count) for code, count in counted]


def brake_words(reason: Mapping[str, Any], names: Mapping[str, Text]) -> Text:
    """Why the brake holds the file, with its numbers."""
    before, after, limit = reason["before"], reason["after"], reason["limit"]
    if reason["code"] == "ends_too_many":
        ended = reason["ended"]
        return Text(
            f"いまの会員 {before:,}件のうち {ended:,}件（{_percent(ended, before)}）が退会になり、{after:,}件が残ります。"
            f"退会が{limit}を超えるファイルは、二人目の確認が要ります。",
            f"Of {before:,} members {ended:,} ({_percent(ended, before)}) would leave; {after:,} would remain. "
            f"A file that ends more than {limit} needs a second person.",
        )
    name = class_name(reason["member_class"], names)
    return Text(
        f"会員種別「{name.ja}」が {before:,}件から {after:,}件に減ります。"
        f"1つの種別が{limit}以上減るファイルは、二人目の確認が要ります。",
        f"The class “{name.en}” would shrink from {before:,} to {after:,}. "
        f"A file that takes {limit} or more of a class needs a second person.",
    )


def _percent(part: int, whole: int) -> str:
    """With one decimal, rounded half up."""
    tenths = (part * 2_000 + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"


def actor_names(actors: Iterable[str]) -> dict[str, Text]:
    """Who did something, as people are told; one query for all of them."""
    wanted = {actor for actor in actors if actor}
    parts = (actor.partition(":") for actor in wanted)
    numbers = [int(number) for kind, _, number in parts if kind == "user" and number.isascii() and number.isdigit()]
    people = User.objects.filter(Q(pk__in=numbers)).select_related("organisation") if numbers else ()
    known = {f"user:{user.pk}": _person(user) for user in people}
    return {actor: known.get(actor) or _machine(actor) for actor in wanted}


def _person(user: User) -> Text:
    if user.organisation is None:
        return Text(user.email, user.email)
    return Text(f"{user.email}（{user.organisation.name_ja}）", f"{user.email} ({user.organisation.name_en})")


def _machine(actor: str) -> Text:
    kind, _, name = actor.partition(":")
    if kind == "system":
        return CHANNELS[name] if name in {"folder", "bucket"} else Text("システム", "the system")
    said = MACHINES.get(kind, NOBODY_KNOWN)
    return Text(said.ja.format(name), said.en.format(name))
