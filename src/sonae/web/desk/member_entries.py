"""One line of what happened around a member: when, when it was recorded, what, and where more of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class State:
    """Where something stands, and how the chip for it looks."""

    name: Text
    look: str


@dataclass(frozen=True, slots=True)
class Entry:
    """``day`` is set where a day counts and no moment. ``todo`` is what somebody has to do about it, where that waits."""

    kind: str
    pk: int
    at: datetime
    title: Text
    day: date | None = None
    recorded_at: datetime | None = None
    details: tuple[Text | str, ...] = ()
    yen: int | None = None
    state: State | None = None
    address: str = ""
    mark: str = ""  # how the tile on the line looks: cover, money-moved
    body: str = ""  # a mail as it was sent
    actor: str = ""
    is_undone: bool = False
    todo: Text | None = None

    @property
    def recorded_apart(self) -> datetime | None:
        """When it was recorded, where that was on another day."""
        happened = self.day or japan_date(self.at)
        return self.recorded_at if self.recorded_at and japan_date(self.recorded_at) != happened else None


def begin_of(day: date) -> datetime:
    """The first moment of the day in Japan."""
    return datetime.combine(day, time.min, JAPAN)


ROLES: Mapping[str, Text] = {
    "owner": Text("代表者", "owner"),
    "administrator": Text("管理者", "administrator"),
    "reader": Text("閲覧", "reader"),
}
ON_THE_LIST: Mapping[str, Text] = {
    "joined": Text("会員になる", "Became a member"),
    "changed": Text("会員名簿の変更", "Changed on the member list"),
    "left": Text("退会", "Left"),
}
PAYMENT_STATES: Mapping[str, State] = {
    "captured": State(Text("入金済み", "Paid"), "good"),
    "closed": State(Text("支払いなし", "Not charged"), "ended"),
    "person": State(Text("担当者が確認", "A person looks"), "urgent"),
    "unknown": State(Text("確認中", "Being looked at"), "waiting"),
}
UNDER_WAY = State(Text("手続き中", "Under way"), "waiting")
APPLICATION_STATES: Mapping[str, State] = {
    "draft": State(Text("入力の途中", "Being filled in"), "waiting"),
    "confirmed": State(Text("確認済み", "Confirmed"), "waiting"),
    "paying": State(Text("お支払い中", "Being paid"), "waiting"),
    "issued": State(Text("加入者証を発行", "Issued"), "good"),
    "closed": State(Text("終了", "Closed"), "ended"),
}
OFFER_DECISIONS: Mapping[str, Text] = {
    "offered": Text("更新のご案内", "Renewal offered"),
    "left": Text("更新なし（退会）", "No renewal: no member any more"),
    "referred": Text("更新の照会", "Renewal referred"),
}
CONSULTATION_KINDS: Mapping[str, Text] = {
    "question": Text("ご相談", "Question"),
    "callback": Text("お電話のご希望", "Asks for a call"),
    "referral": Text("別のサイバー保険のご案内のご希望", "Asks to be shown another cyber policy"),
}
REQUEST_KINDS: Mapping[str, Text] = {
    "correction": Text("訂正の請求", "Asks for a correction"),
    "erasure": Text("削除の請求", "Asks for deletion"),
}
DISPUTE_STATES: Mapping[str, State] = {
    "open": State(Text("審査中", "Open"), "urgent"),
    "won": State(Text("退けられた", "Won"), "good"),
    "lost": State(Text("認められた", "Lost"), "ended"),
}
