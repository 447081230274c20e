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
    "callback_slot": ObjectKind(Text("折り返しの枠", "Slot for call-backs"), Right.SEE_CONSULTATIONS),
    "case": ObjectKind(Text("事故の受付", "Case"), Right.SEE_CASES),
    "referral": ObjectKind(Text("取次ぎ", "Referral"), Right.SEE_REFERRALS),
    "complaint": ObjectKind(Text("苦情", "Complaint"), Right.SEE_COMPLAINTS),
    "data_request": ObjectKind(Text("個人情報の請求", "Data request"), Right.SEE_DATA_REQUESTS),
    "letter": ObjectKind(Text("お知らせ", "Letter"), Right.SEE_LETTERS),
    "mail": ObjectKind(Text("送ったメール", "Mail"), Right.SEE_LETTERS),
    "stop_entry": ObjectKind(Text("停止リストのアドレス", "Address on the stop list"), Right.SEE_LETTERS),
    "figures": ObjectKind(Text("実績", "Figures"), Right.SEE_FIGURES),
    "product_draft": ObjectKind(Text("商品改定版の下書き", "Draft of a version"), Right.SEE_PRODUCT),
    "product_revision": ObjectKind(Text("下書きの版", "Revision of a draft"), Right.SEE_PRODUCT),
    "product_file": ObjectKind(Text("下書きのファイル", "File of a draft"), Right.SEE_PRODUCT),
    "staff": ObjectKind(Text("職員", "Staff member"), Right.SEE_STAFF),
    "invitation": ObjectKind(Text("職員の招待", "Invitation"), Right.SEE_STAFF),
    "organisation": ObjectKind(Text("組織", "Organisation"), Right.SEE_STAFF),
    "network": ObjectKind(Text("ネットワーク", "Network"), Right.SEE_STAFF),
    "second_look": ObjectKind(Text("二人目の確認", "Second look")),
    "return_premium": ObjectKind(Text("多額の返戻", "Much return premium"), Right.SEE_COVER),
    "send_letter": ObjectKind(Text("お知らせの送信", "Sending a letter"), Right.SEE_LETTERS),
    "personal_export": ObjectKind(Text("個人データの書き出し", "Export of personal data")),
    "publish_product": ObjectKind(Text("商品改定版の公開", "Publishing a version"), Right.SEE_PRODUCT),
    "work": ObjectKind(Text("仕事", "Work")),
    "saved_view": ObjectKind(Text("保存した見方", "Saved view")),
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
