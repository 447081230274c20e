"""One difference between two product versions, as it is read and as it is written into a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sonae.domain.money import format_yen
from sonae.domain.text import Text

Group = Literal[
    "premium", "rates", "plans", "eligibility", "questions", "calendar", "acts", "texts", "parties", "evidence"
]
GROUPS: tuple[Group, ...] = get_args(Group)
GROUP_NAMES: dict[Group, Text] = {
    "premium": Text("年間保険料", "Annual premiums"),
    "rates": Text("基準の保険料と係数", "Base premium and factors"),
    "plans": Text("プラン、限度額、補償", "Plans, limits and cover"),
    "eligibility": Text("引受けの決まりと理由", "Eligibility rules and reasons"),
    "questions": Text("質問と告知", "Questions and disclosure"),
    "calendar": Text("日程、更新、無料補償", "Calendar, renewal and free cover"),
    "acts": Text("支払い、異動、保険会社への報告", "Payment, changes of cover and the insurer’s lists"),
    "texts": Text("文面", "Wordings and explanations"),
    "parties": Text("関係者、窓口、会員", "Parties, window and members"),
    "evidence": Text("計算例と根拠", "Worked examples and where figures come from"),
}
ABSENT = Text("（なし）", "(none)")


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` and ``after`` are None where the thing is not there. ``yen`` are annual premiums, where it is one that is
    there on both sides."""

    group: Group
    what: Text
    before: Text | None
    after: Text | None
    yen: tuple[int, int] | None = None

    @property
    def change(self) -> Text | None:
        """By how much a premium changes: ＋4.9%."""
        return signed_percent(*self.yen) if self.yen else None

    @property
    def difference_yen(self) -> int | None:
        return self.yen[1] - self.yen[0] if self.yen else None

    @property
    def sentence(self) -> Text:
        """1億円プラン、製造業、3,000万円超5,000万円以下: 年 96,430円 → 101,200円（＋4.9%）."""
        before, after = self.before or ABSENT, self.after or ABSENT
        yearly = self.group == "premium"
        ja = f"{self.what.ja}: {'年 ' if yearly else ''}{before.ja} → {after.ja}"
        en = f"{self.what.en}: {before.en} → {after.en}{' a year' if yearly else ''}"
        by = self.change
        return Text(f"{ja}（{by.ja}）", f"{en} ({by.en})") if by else Text(ja, en)


def signed_percent(before: int, after: int) -> Text:
    """With one decimal, half away from nought: ＋4.9%, −20.0%, ±0%."""
    by = after - before
    if by == 0 or before <= 0:
        return Text("±0%", "±0%") if by == 0 else Text("—", "—")
    tenths = (abs(by) * 2_000 + before) // (2 * before)
    written = f"{tenths // 10}.{tenths % 10}%"
    return Text(f"{'＋' if by > 0 else '−'}{written}", f"{'+' if by > 0 else '−'}{written}")


def yen_or_absent(yen: int | None) -> Text | None:
    """An annual premium; None where the risk is not taken online."""
    return None if yen is None else Text(format_yen(yen, "ja"), format_yen(yen, "en"))
