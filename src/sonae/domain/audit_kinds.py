"""What entries of the audit log are about, and who but an auditor reads what others did with it (docs/decisions/).

Whoever may see a thing may read who did what with it. What is nobody's to see – signing in, what was searched for, who looked into
the log – is read by the supervisor of whoever did it, and by auditors.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sonae.domain.staff_rights import Right
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """``right`` is the one to see such a thing; None where it is nobody's."""

    name: Text
    right: Right | None = None


KINDS: Mapping[str, ObjectKind] = {
    "member": ObjectKind(Text("会員", "Member"), Right.SEE_COVER),
    "certificate": ObjectKind(Text("加入者証", "Certificate"), Right.SEE_COVER),
    "application": ObjectKind(Text("申込み", "Application"), Right.SEE_COVER),
    "change": ObjectKind(Text("異動の手続き", "Change"), Right.SEE_COVER),
    "renewal": ObjectKind(Text("更改のご案内", "Renewal offer"), Right.SEE_COVER),
    "paper": ObjectKind(Text("書類", "Paper"), Right.SEE_COVER),
    "accounting file": ObjectKind(Text("会計用ファイル", "Accounting file"), Right.SEE_COVER),
    "payment": ObjectKind(Text("支払い", "Payment"), Right.SEE_MONEY),
    "receivable": ObjectKind(Text("未収の保険料", "Receivable"), Right.SEE_MONEY),
    "write_off": ObjectKind(Text("貸倒処理", "Write-off"), Right.SEE_MONEY),
    "hand_return": ObjectKind(Text("振込による返戻", "Hand return"), Right.SEE_MONEY),
    "bordereau": ObjectKind(Text("保険会社への明細", "List for the insurer"), Right.SEE_MONEY),
    "payout_file": ObjectKind(Text("入金明細のファイル", "Payout file"), Right.SEE_MONEY),
    "payout_item": ObjectKind(Text("入金の確認事項", "Payout item"), Right.SEE_MONEY),
    "webhook": ObjectKind(Text("決済会社からの通知", "Card processor’s message"), Right.SEE_MONEY),
    "month": ObjectKind(Text("精算の月", "Month"), Right.SEE_MONEY),
    "saved_card": ObjectKind(Text("保存したカード", "Kept card"), Right.SEE_MONEY),
    "feed": ObjectKind(Text("会員データ", "Member file"), Right.SEE_FEEDS),
    "free_cover_run": ObjectKind(Text("無料補償の一括処理", "Run of the free cover"), Right.SEE_FEEDS),
    "free_cover_end": ObjectKind(Text("無料補償の終了", "End of the free cover"), Right.SEE_FEEDS),
    "renewal_run": ObjectKind(Text("年度の更新", "Turn of the year"), Right.SEE_FEEDS),
    "consultation": ObjectKind(Text("ご相談", "Consultation"), Right.SEE_CONSULTATIONS),
    "product_version": ObjectKind(Text("商品改定版", "Product version"), Right.SEE_PRODUCT),
    "scheme_year": ObjectKind(Text("保険年度", "Scheme year"), Right.SEE_PRODUCT),
    "user": ObjectKind(Text("利用者", "User")),
    "person": ObjectKind(Text("会員の担当者", "Member’s person")),
    "passkey": ObjectKind(Text("パスキー", "Passkey")),
    "session": ObjectKind(Text("サインイン中の端末", "Session")),
    "desk": ObjectKind(Text("事務局の画面", "Page of the desk")),
    "page": ObjectKind(Text("ページ", "Page")),
    "member_search": ObjectKind(Text("会員の検索", "Search for members")),
    "audit_search": ObjectKind(Text("操作記録の検索", "Search of the log")),
}


def kinds_seen_with(held: Collection[Right]) -> frozenset[str]:
    """The kinds of things that somebody with these rights may see."""
    return frozenset(code for code, kind in KINDS.items() if kind.right in held)
