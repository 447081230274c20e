"""Files of the organiser as the tests hand them in, and the membership that they lead to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.membership.use_cases.receive_feed import receive_feed
from sonae.apps.membership.use_cases.release_feed import release_feed
from sonae.apps.parties.models import Member, MembershipFact
from sonae.domain.membership_facts import Entry, Fact
from tests import clock

ON = date(2026, 12, 1)
LIST_HEADINGS = ("会員番号", "会員種別", "会員名", "フリガナ", "メールアドレス", "電話番号")
CHANGE_HEADINGS = (*LIST_HEADINGS, "異動区分", "異動日")
ACTS = {"joined": "入会", "changed": "変更", "left": "退会"}


@dataclass(frozen=True)
class Row:
    """One row of a list, or of a file of changes where it says what happened."""

    number: str
    member_class: str = "basic"
    name: str = "架空商店"
    name_kana: str = ""
    email: str = ""
    telephone: str = ""
    act: str = ""
    day: date | None = None

    @property
    def entry(self) -> Entry:
        return Entry(self.member_class, self.name, self.name_kana, self.email, self.telephone)

    def cells(self) -> list[str]:
        listed = [self.number, self.member_class, self.name, self.name_kana, self.email, self.telephone]
        return [*listed, ACTS[self.act], self.day.isoformat() if self.day else ""] if self.act else listed


def rows_of(count: int, *, first: int = 10_000_000, member_class: str = "basic") -> list[Row]:
    """So many members, one after the other."""
    return [Row(str(first + place), member_class, f"架空商店{place}") for place in range(count)]


def csv_of(rows: Iterable[Sequence[str]], headings: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


def file_of(rows: Sequence[Row], *, form: str = "list") -> bytes:
    return csv_of((row.cells() for row in rows), LIST_HEADINGS if form == "list" else CHANGE_HEADINGS)


def hand_in(
    content: bytes | Sequence[Row], *, form: str = "list", on: date = ON, actor: str = "user:1", channel: str = "desk",
    now: datetime | None = None,
) -> Feed:  # fmt: skip
    """Received, not read yet."""
    content = content if isinstance(content, bytes) else file_of(content, form=form)
    return receive_feed(
        file=io.BytesIO(content), file_name="members.csv", form=form, effective_date=on, channel=channel, actor=actor,
        now=now or clock.now(),
    )  # fmt: skip


def check(content: bytes | Sequence[Row], *, form: str = "list", on: date = ON, **how: str) -> Feed:
    """Received and checked."""
    return check_feed(feed_id=hand_in(content, form=form, on=on, **how).pk, now=clock.now())


def take(content: bytes | Sequence[Row], *, form: str = "list", on: date = ON) -> Feed:
    """Received, checked, released where it is held, and applied unless it is refused."""
    feed = check(content, form=form, on=on)
    if feed.state == Feed.State.REFUSED:
        return feed
    if feed.state == Feed.State.HELD:
        release_feed(feed_id=feed.pk, actor="user:2", reason="looked at", now=clock.now())
    return apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())


def facts_by_number() -> dict[str, list[Fact]]:
    """All that is known, as it was recorded."""
    known: dict[str, list[Fact]] = {number: [] for number in Member.objects.values_list("number", flat=True)}
    for fact in MembershipFact.objects.select_related("member").order_by("recorded_at", "id"):
        known[fact.member.number].append(fact_of(fact))
    return known


def fact_of(fact: MembershipFact) -> Fact:
    entry = Entry(fact.member_class, fact.name, fact.name_kana, fact.email, fact.telephone)
    return Fact(fact.kind, fact.effective_date, entry)  # type: ignore[arg-type]


def shown(counts: Mapping[str, int]) -> dict[str, int]:
    """Without the noughts."""
    return {reason: count for reason, count in counts.items() if count}
