"""The pages that stand beside every page of the desk, in groups; each person sees those whose right they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.urls import reverse

from sonae.domain.staff_rights import Right
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation."""

    route: str
    name: Text
    right: Right


@dataclass(frozen=True, slots=True)
class Entry:
    """The same as one person sees it; ``waiting`` is how much of it waits for somebody."""

    address: str
    name: Text
    waiting: int


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under a heading; the first group has none."""

    name: Text | None
    entries: list[Entry]


GROUPS: tuple[tuple[Text | None, tuple[Place, ...]], ...] = (
    (
        None,
        (
            Place("home", Text("今日の仕事", "Today’s work"), Right.SEE_DESK),
            Place("members", Text("加入者", "Members"), Right.SEE_COVER),
        ),
    ),
    (
        Text("受ける", "Coming in"),
        (
            Place("consultations", Text("相談", "Consultations"), Right.SEE_CONSULTATIONS),
            Place("callbacks", Text("折り返しのお電話", "Call-backs"), Right.SEE_CONSULTATIONS),
            Place("referrals", Text("お取り次ぎ", "Referrals"), Right.SEE_REFERRALS),
            Place("complaints", Text("苦情", "Complaints"), Right.SEE_COMPLAINTS),
            Place("data_requests", Text("個人情報の請求", "Data requests"), Right.SEE_DATA_REQUESTS),
        ),
    ),
    (
        Text("続ける", "Year by year"),
        (
            Place("feeds", Text("会員データ", "Member files"), Right.SEE_FEEDS),
            Place("turn", Text("年度の更新", "Turn of the year"), Right.SEE_FEEDS),
            Place("free_cover", Text("無料補償", "Free cover"), Right.SEE_FEEDS),
            Place("letters", Text("お知らせ", "Letters"), Right.SEE_LETTERS),
        ),
    ),
    (
        Text("お金", "Money"),
        (
            Place("money", Text("月ごとの精算", "Month by month"), Right.SEE_MONEY),
            Place("payouts", Text("決済会社の入金", "Card payouts"), Right.SEE_MONEY),
            Place("money_look", Text("確かめるお金", "Money to look at"), Right.SEE_MONEY),
        ),
    ),
    (
        Text("数字と商品", "Numbers and product"),
        (
            Place("figures", Text("実績", "Figures"), Right.SEE_FIGURES),
            Place("products", Text("商品改定版", "Product versions"), Right.SEE_PRODUCT),
        ),
    ),
    (
        Text("守る", "Guard"),
        (
            Place("audit", Text("操作記録", "Audit log"), Right.SEE_AUDIT),
            Place("staff", Text("職員", "Staff"), Right.SEE_STAFF),
            Place("exports", Text("個人データの書き出し", "Personal data"), Right.EXPORT_PERSONAL_DATA),
        ),
    ),
)


def navigation(held: Collection[Right], waiting: Mapping[str, int]) -> list[Group]:
    """The groups in which there is something for whoever holds these rights."""
    groups = []
    for name, places in GROUPS:
        entries = [
            Entry(reverse(f"desk:{place.route}"), place.name, waiting.get(place.route, 0))
            for place in places
            if place.right in held
        ]
        if entries:
            groups.append(Group(name, entries))
    return groups
