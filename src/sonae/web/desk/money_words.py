"""What months, ties and the processor's items say, in words."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.apps.billing.models import Receivable, WriteOff
from sonae.apps.billing.queries import Matter
from sonae.domain.payout import Verdict
from sonae.domain.text import Text

TIES: Mapping[str, Text] = {
    "premium": Text("保険料の計上", "Premium posted"),
    "listed": Text("保険会社への明細", "The list for the insurer"),
    "payable": Text("保険会社に渡す前の保険料（月末）", "Premium held for the insurer, at the end"),
    "charged": Text("カードの支払いと返金", "Card payments and refunds"),
    "paid_out": Text("決済会社にある残高（月末）", "Balance at the card processor, at the end"),
}
SIDES: Mapping[str, Text] = {
    "certificates": Text("加入者証の異動", "certificates"),
    "ledger": Text("仕訳", "ledger"),
    "list": Text("閉じた明細", "closed list"),
    "open_list": Text("明細（まだ閉じていない）", "list, still open"),
    "not_remitted": Text("まだ精算していない異動", "acts not remitted"),
    "payments": Text("支払いと返金の記録", "payments and refunds"),
    "nought": Text("あるべき残高", "where it should be"),
}
ITEMS: Mapping[str, Text] = {
    "booked_without_act": Text("異動のない仕訳", "booked without an act"),
    "act_booked_otherwise": Text("異動と仕訳の金額が違う", "booked with another sum than the act"),
    "listed_here_late": Text(
        "前の月に記録され、その月を閉じたあとに届いた異動", "recorded in an earlier month, after that was closed"
    ),
    "waits_for_next_list": Text(
        "この月を閉じたあとに届き、次の明細を待つ異動", "came after the closing; waits for the next list"
    ),
    "listed_later": Text("この月に記録され、あとの月の明細に載った異動", "recorded here, in a later month’s list"),
    "made_at_the_processor": Text("決済会社の画面で行われた返金・異議", "refund or dispute made at the processor"),
    "money_booked_otherwise": Text(
        "支払い・返金と仕訳の金額が違う", "booked with another sum than the payment or refund"
    ),
    Verdict.ON_ITS_WAY: Text("入金待ち（期日前）", "on its way, not due yet"),
    Verdict.MISSING: Text("期日を過ぎても入金明細にない", "in no payout although due"),
    Verdict.SURPLUS: Text("当方にない入金明細", "in a payout, not known here"),
    Verdict.DIFFERING: Text("金額が違う", "another sum"),
    Verdict.DUPLICATE: Text("二重の明細", "listed twice"),
}
WHAT_TO_DO: Mapping[str, Text] = {
    Verdict.ON_ITS_WAY: Text(
        "待ちます。期日を過ぎると、ここで「明細にない」に変わります。",
        "Wait. Once it is due it turns into “in no payout”.",
    ),
    Verdict.MISSING: Text(
        "決済会社の画面で支払いを開き、いつ入金されるかを確かめます。",
        "Open the payment at the processor and ask when it is paid out.",
    ),
    Verdict.SURPLUS: Text(
        "誰の支払いかを決済会社に確かめます。決済会社の画面で行われた返金・異議は、記録されると自動で消えます。",
        "Ask the processor whose payment it is. A refund or dispute made there vanishes from here once it is recorded.",
    ),
    Verdict.DIFFERING: Text(
        "決済会社の画面の金額と、こちらの支払いの記録を見比べます。",
        "Compare the processor’s sum with the payment recorded here.",
    ),
    Verdict.DUPLICATE: Text(
        "決済会社に伝えます。次の入金で引かれたら、理由を書いて閉じます。",
        "Tell the processor. Close it with a reason once the next payout has set it off.",
    ),
}
KINDS: Mapping[str, Text] = {
    "charge": Text("支払い", "Charge"),
    "refund": Text("返金", "Refund"),
    "dispute": Text("異議（チャージバック）", "Dispute"),
}
REFUSALS: Mapping[str, Text] = {
    "not_utf8": Text("文字コードがUTF-8ではありません。", "It is not UTF-8."),
    "not_text": Text("文字のファイルではありません。", "It is no text."),
    "not_csv": Text("CSVとして読めません。", "It can’t be read as CSV."),
    "unknown_form": Text(
        "見出しが、知っている形式のどれとも合いません。", "Its headings fit no form that is known here."
    ),
    "cells_missing": Text(
        "列の数が見出しと合いません。途中で切れているかもしれません。",
        "Its cells don’t fit the headings; it may have been cut off.",
    ),
    "cell_too_long": Text("長すぎる値があります。", "A cell is too long."),
    "no_yen": Text("円単位の整数ではない金額があります。", "A sum is not in whole yen."),
    "no_day": Text("日付として読めない値があります。", "A day can’t be read."),
    "not_yen": Text("円ではない通貨があります。", "A currency is not the yen."),
    "unknown_type": Text("知らない種類の明細があります。", "A kind of line is not known here."),
    "lines_after_total": Text("合計のあとに明細があります。", "Lines follow the total."),
    "cut_off": Text(
        "最後の合計の行がありません。途中で切れています。", "The last line with the total is missing: it was cut off."
    ),
    "no_lines": Text("明細が1行もありません。", "There is no line in it."),
    "line_does_not_add_up": Text(
        "総額から手数料を引いた額が、差引額と合わない明細があります。", "A line’s gross less cost is not its net."
    ),
    "wrong_total": Text("明細の合計が、ファイルの合計と合いません。", "Its lines don’t add up to its total."),
    "payout_differs": Text(
        "同じ入金番号で、前に受け取ったものと内容が違います。", "The same payout came before and said something else."
    ),
    "too_large": Text("ファイルが大きすぎます。", "The file is too large."),
}
MATTERS: Mapping[str, tuple[Text, Text]] = {  # what it is, and what to do
    Matter.PAYMENT: (
        Text("結果の分からない支払い", "Payment without an answer"),
        Text("決済会社の画面で、請求されたかどうかを確かめます。", "See at the processor whether it was charged."),
    ),
    Matter.DISPUTE: (
        Text("異議（チャージバック）", "Dispute"),
        Text(
            "決済会社の期日までに、申込みの記録を証拠として出します。",
            "Send the record of the application as evidence, by the processor’s day.",
        ),
    ),
    Matter.REFUND: (
        Text("返金できていない", "Refund not carried out"),
        Text("決済会社の画面で返金できるかを確かめます。", "See at the processor whether it can be refunded."),
    ),
    Matter.HAND_RETURN: (
        Text("カードに戻せない返戻保険料", "Return premium that no card can take"),
        Text("会員に口座を尋ねて振り込みます。", "Ask the member for an account and transfer it."),
    ),
    Matter.RECEIVABLE: (
        Text("未収の保険料", "Premium owed again"),
        Text(
            "会員に連絡し、もう一度払ってもらうか、貸倒処理を決めます。",
            "Ask the member to pay again, or decide to write it off.",
        ),
    ),
    Matter.WRITE_OFF: (
        Text("確認を待つ貸倒処理", "Write-off to be confirmed"),
        Text("申し出た人とは別の担当者が確かめます。", "Another person than the one who asked looks at it."),
    ),
}
ACTS: Mapping[str, tuple[str, Text]] = {  # the page where a matter is dealt with, and what the link to it says
    Matter.HAND_RETURN: ("desk:hand_return", Text("振込みを記録する", "Note the transfer")),
    Matter.RECEIVABLE: ("desk:receivable", Text("内容を見て決める", "Look and decide")),
    Matter.WRITE_OFF: ("desk:write_off_decide", Text("確かめて決める", "Check and decide")),
}
DEALT_WITH: Mapping[str, tuple[Text, str]] = {  # what was done, and the page where it can be taken back
    Matter.WRITE_OFF: (Text("貸倒処理", "Written off"), "desk:receivable"),
    Matter.HAND_RETURN: (Text("返戻保険料の振込み", "Return premium transferred"), "desk:hand_return"),
}
WHY_OWED: Mapping[str, Text] = {
    Receivable.Reason.REFUNDED_ELSEWHERE: Text(
        "決済会社の画面で、カードに返金されました", "It was refunded to the card on the processor’s pages"
    ),
    Receivable.Reason.DISPUTE_LOST: Text(
        "異議（チャージバック）が認められ、カードの持ち主に戻りました",
        "A dispute was lost, so the card holder has it back",
    ),
}
WRITE_OFF_STATES: Mapping[str, tuple[Text, str]] = {  # words, and how the chip looks
    WriteOff.State.WAITING: (Text("確認待ち", "To be confirmed"), "soon"),
    WriteOff.State.DONE: (Text("貸倒処理済み", "Written off"), "ended"),
    WriteOff.State.DROPPED: (Text("取りやめ", "Dropped"), "ended"),
    WriteOff.State.TAKEN_BACK: (Text("取消し済み", "Taken back"), "ended"),
}
BY_ITSELF: Mapping[str, Text] = {  # why the system took a write-off back
    WriteOff.DISPUTE_REVERSED: Text(
        "異議があとから退けられ、お金が戻りました", "the dispute was won after all and the money came back"
    ),
}
