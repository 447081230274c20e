"""What waits for a person at the desk, kind by kind: its name, what to do next, whose right it takes, and how long it may wait.

How long an answer to a consultation may take is the product's (``answer_working_days``). The other days are our own choice,
each with its reason in docs/algorithms/queue.md; they are working days of the contact window after the day it first came up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sonae.domain.staff_rights import Right
from sonae.domain.text import Text


class WorkKind(StrEnum):
    """In the order in which the desk shows them."""

    CALLBACK = "callback"
    QUESTION = "question"
    REFERRAL = "referral"
    FEED_HELD = "feed_held"
    FEED_CHECKED = "feed_checked"
    ROUND_PARKED = "round_parked"
    OFFER_PARKED = "offer_parked"
    PAYMENT = "payment"
    DISPUTE = "dispute"
    REFUND = "refund"
    HAND_RETURN = "hand_return"
    RECEIVABLE = "receivable"
    WRITE_OFF = "write_off"
    PAYOUT_ITEM = "payout_item"
    MONTH = "month"
    CONFLICT = "conflict"
    CORRECTION = "correction"
    ERASURE = "erasure"
    SECOND_LOOK = "second_look"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class WorkRule:
    """``working_days``: 0 is the close of the day on which it came up; None where each item brings its own moment.

    ``product_days``: the product says how many instead.
    """

    name: Text
    to_do: Text
    to_see: Right
    to_act: Right
    working_days: int | None
    product_days: bool = False


def _answer(name: Text, to_do: Text, to_act: Right) -> WorkRule:
    return WorkRule(name, to_do, Right.SEE_CONSULTATIONS, to_act, working_days=1, product_days=True)


def _feeds(name: Text, to_do: Text, working_days: int) -> WorkRule:
    return WorkRule(name, to_do, Right.SEE_FEEDS, Right.HANDLE_FEEDS, working_days)


def _money(name: Text, to_do: Text, working_days: int) -> WorkRule:
    return WorkRule(name, to_do, Right.SEE_MONEY, Right.HANDLE_MONEY, working_days)


def _data(name: Text, to_do: Text, working_days: int) -> WorkRule:
    return WorkRule(name, to_do, Right.SEE_DATA_REQUESTS, Right.HANDLE_DATA_REQUESTS, working_days)


RULES: dict[WorkKind, WorkRule] = {
    WorkKind.CALLBACK: _answer(
        Text("折返しの電話", "Call-backs"), Text("電話をかける", "Call back"), Right.TAKE_CONSULTATIONS
    ),
    WorkKind.QUESTION: _answer(
        Text("加入相談", "Questions"), Text("質問に答える", "Answer the question"), Right.TAKE_CONSULTATIONS
    ),
    WorkKind.REFERRAL: _answer(
        Text("代理店への取次ぎ", "Referrals to the agency"),
        Text("代理店へ取り次ぐ", "Pass it to the agency"),
        Right.HAND_ON_REFERRALS,
    ),
    WorkKind.FEED_HELD: _feeds(
        Text("保留中の会員データ", "Member files on hold"),
        Text("ブレーキの理由を確かめて決める", "Look at why the brake holds it, and decide"),
        1,
    ),
    WorkKind.FEED_CHECKED: _feeds(
        Text("適用待ちの会員データ", "Member files to apply"),
        Text("試し計算を見て適用する", "Look at the dry run and apply it"),
        1,
    ),
    WorkKind.ROUND_PARKED: _feeds(
        Text("止まった一括処理", "Rounds that stopped"),
        Text("原因を直してもう一度行う", "Mend the cause and try again"),
        0,
    ),
    WorkKind.OFFER_PARKED: _feeds(
        Text("作れなかった更新案内", "Renewal offers set aside"),
        Text("理由を確かめてもう一度作る", "Look at the reason and try again"),
        2,
    ),
    WorkKind.PAYMENT: _money(
        Text("結果の分からない支払い", "Payments without an answer"),
        Text("請求されたかを決済会社で確かめる", "See at the processor whether it was charged"),
        0,
    ),
    WorkKind.DISPUTE: _money(
        Text("異議（チャージバック）", "Disputes"),
        Text("申込みの記録を証拠として出す", "Send the record of the application as evidence"),
        3,
    ),
    WorkKind.REFUND: _money(
        Text("できていない返金", "Refunds not carried out"),
        Text("返金できるかを決済会社で確かめる", "See at the processor whether it can be refunded"),
        1,
    ),
    WorkKind.HAND_RETURN: _money(
        Text("振り込む返戻保険料", "Return premium to transfer"),
        Text("口座を尋ねて振り込む", "Ask for an account and transfer it"),
        5,
    ),
    WorkKind.RECEIVABLE: _money(
        Text("未収の保険料", "Premium owed again"),
        Text("会員に連絡するか、貸倒処理を決める", "Ask the member, or decide to write it off"),
        10,
    ),
    WorkKind.WRITE_OFF: _money(
        Text("確認待ちの貸倒処理", "Write-offs to confirm"),
        Text("申し出た人と別の人が確かめる", "A second person confirms it"),
        1,
    ),
    WorkKind.PAYOUT_ITEM: _money(
        Text("入金明細の差異", "Payout items that differ"),
        Text("決済会社の明細と見比べる", "Compare it with the processor’s list"),
        5,
    ),
    WorkKind.MONTH: _money(
        Text("閉じていない月", "Months to close"),
        Text("明細を確かめて月を閉じる", "Look at the list and close the month"),
        5,
    ),
    WorkKind.CONFLICT: WorkRule(
        Text("重なった異動", "Changes that collide"),
        Text("どちらの内容が続くかを決める", "Decide which value holds"),
        to_see=Right.SEE_COVER,
        to_act=Right.CHANGE_COVER,
        working_days=1,
    ),
    WorkKind.CORRECTION: _data(
        Text("登録内容の訂正", "Corrections asked for"),
        Text("名簿を確かめて訂正する", "Check the list and correct it"),
        10,
    ),
    WorkKind.ERASURE: _data(
        Text("個人情報の請求", "Other data requests"),
        Text("本人を確かめて回答する", "Prove who asks, and answer"),
        10,
    ),
    WorkKind.SECOND_LOOK: WorkRule(
        Text("二人目の確認", "Second looks"),
        Text("申し出を確かめて決める", "Look at what was asked for, and decide"),
        to_see=Right.SEE_AUDIT,
        to_act=Right.MANAGE_STAFF,
        working_days=1,
    ),
    WorkKind.REGISTRATION: WorkRule(
        Text("募集人登録の期限", "Registrations that end"),
        Text("登録の更新を確かめる", "See that it is renewed"),
        to_see=Right.SEE_STAFF,
        to_act=Right.MANAGE_STAFF,
        working_days=None,
    ),
}
KIND_CODES = frozenset(kind.value for kind in WorkKind)
