"""What figures, their parts and their rows are called, and exactly what is counted (docs/howto/figures.md has it at length)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sonae.domain.date_in_words import date_in_words
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.desk.feed_words import class_names
from sonae.web.desk.turn_words import REASONS
from sonae.web.shared.figures import month_words

TOPICS: Mapping[str, tuple[Text, Text]] = {  # name, and what the page answers
    "applications": (
        Text("申込み", "Applications"),
        Text("どこまで進み、どこで止まっているか。", "How far applications come, and where people stop."),
    ),
    "certificates": (
        Text("有料プランの加入者証", "Paid certificates"),
        Text("何件発行し、いま何件が有効か。", "How many were issued, and how many are in force."),
    ),
    "premium": (
        Text("保険料", "Premium"),
        Text(
            "終わった月の計上保険料と既経過保険料。帳簿と1円まで合います。",
            "Written and earned premium of the months that are over; they tie with the books to the yen.",
        ),
    ),
    "renewals": (
        Text("更新", "Renewals"),
        Text("ご案内のうち何件が更新され、されなかった理由は何か。", "How many offers were taken up, and why not."),
    ),
    "free-cover": (
        Text("無料補償と会員", "Free cover and members"),
        Text("会員と無料補償の数、月ごとの入会と退会。", "Members, free certificates, who joined and who left."),
    ),
    "reconciliation": (
        Text("請求と入金", "Charged and paid out"),
        Text(
            "カードで請求した額、返した額、決済会社から届いた額。",
            "What cards were charged, what went back, what the processor paid out.",
        ),
    ),
    "consultations": (
        Text("相談", "Consultations"),
        Text("いつ、何の相談が届くか。", "What comes in, and when."),
    ),
}
FIGURES: Mapping[str, tuple[Text, Text]] = {  # name, and what is counted
    "reached": (
        Text("ここまで進んだ", "Came this far"),
        Text("この段階か、それより先まで進んだ申込み。", "Applications that came to this step or further."),
    ),
    "here": (
        Text("ここまでで止まっている", "Came no further"),
        Text("済ませた最後の段階がここの申込み。", "Applications whose last step is this one."),
    ),
    "started": (
        Text("はじめた申込み", "Started"),
        Text("期間中に始めた申込み。更新の申込みを含みます。", "Started in the period, renewals among them."),
    ),
    "living": (
        Text("途中", "Under way"),
        Text("そのうち、いま途中のもの。", "Of those, what is under way now."),
    ),
    "closed": (
        Text("終わった（加入なし）", "Ended without cover"),
        Text(
            "そのうち、加入にならずに終わったもの（取りやめ、期限切れ、対象外、消去）。",
            "Of those, what ended without cover: given up, too late, referred or erased.",
        ),
    ),
    "covered": (
        Text("加入", "Covered"),
        Text(
            "そのうち、加入者証を発行したもの。金額は申込み時の保険料。",
            "Of those, certificates; yen are the premium applied for.",
        ),
    ),
    "issued": (
        Text("発行", "Issued"),
        Text(
            "期間中に発行した有料プランの加入者証。金額は、いままでの異動を含む保険年度の保険料。",
            "Paid certificates issued in the period; yen are their premium for the term with all changes so far.",
        ),
    ),
    "in_force": (
        Text("有効", "In force"),
        Text(
            "その日に補償がある有料プランの加入者証（解約日・満期日は含みません）。",
            "Paid certificates with cover on the day; the day of cancellation or expiry has none.",
        ),
    ),
    "cancelled": (
        Text("解約", "Cancelled"),
        Text("期間中の日付で解約された加入者証。", "Certificates whose cancellation takes effect in the period."),
    ),
    "written": (
        Text("計上保険料", "Written"),
        Text(
            "終わった月に記録した異動の保険料の差額。月末までに分かっていたことによります。",
            "What the acts recorded in a month that is over added to or took from premium.",
        ),
    ),
    "earned": (
        Text("既経過保険料", "Earned"),
        Text(
            "終わった月に既経過になった額。「お金」の既経過保険料と同じ計算です。",
            "What was earned in a month that is over, as on the pages of money.",
        ),
    ),
    "answered": (
        Text("満期を迎える", "Expiring"),
        Text("次の保険年度に答えの出た加入者証。", "Certificates that have an answer for the next scheme year."),
    ),
    "offered": (
        Text("ご案内", "Offered"),
        Text(
            "そのうち、更新を案内したもの。金額は案内した年間保険料。",
            "Of those, the offers; yen are the annual premium offered.",
        ),
    ),
    "renewed": (
        Text("更新済み", "Renewed"),
        Text("次の年度の加入者証を発行したもの。", "The certificate of the next year is issued."),
    ),
    "waiting": (
        Text("手続き待ち", "To be taken up"),
        Text("案内済みで、まだ次の年度が始まっていないもの。", "Offered, and the next year has not begun."),
    ),
    "lapsed": (
        Text("更新なし", "Not taken up"),
        Text("案内したが、次の年度が始まっても更新のないもの。", "Offered, and not renewed when the next year began."),
    ),
    "no_offer": (
        Text("ご案内なし", "No offer"),
        Text(
            "退会、商品の対象外、または満期前の解約で案内できなかったもの。",
            "No offer, as the member left, is outside the product or cancelled before.",
        ),
    ),
    "members": (
        Text("会員", "Members"),
        Text("最後に集計した日の会員。", "Members on the day of the last count."),
    ),
    "free_in_force": (
        Text("有効な無料補償", "Free cover in force"),
        Text(
            "最後に集計した日に補償がある無料補償の加入者証。",
            "Free certificates with cover on the day of the last count.",
        ),
    ),
    "joined": (
        Text("入会", "Joined"),
        Text("その月の日付で届いた入会・再入会。", "Joined or joined again with a day of the month."),
    ),
    "left": (
        Text("退会", "Left"),
        Text("その月の日付で届いた退会。", "Left with a day of the month."),
    ),
    "free_begun": (
        Text("無料補償の開始", "Free cover begun"),
        Text(
            "その月に始まる無料補償。年度の初めは全員です。",
            "Free certificates that begin in the month: everybody at the turn.",
        ),
    ),
    "free_ended": (
        Text("無料補償の終了", "Free cover ended"),
        Text("満期より前に、その月で終わる無料補償。", "Free certificates that end in the month, before their expiry."),
    ),
    "charged": (
        Text("カード請求", "Charged"),
        Text("期間中に売上の確定したカード支払い。", "Card payments captured in the period."),
    ),
    "refunded": (
        Text("返金", "Refunded"),
        Text("期間中に済んだ返金。", "Refunds carried out in the period."),
    ),
    "paid_out": (
        Text("銀行に届いた額", "Paid out"),
        Text(
            "期間中の入金日の入金明細、手数料を引いた額。",
            "Lines of payouts of the period, net of what the processor keeps.",
        ),
    ),
    "costs": (
        Text("決済手数料", "Kept by the processor"),
        Text("同じ明細から決済会社が引いた額。", "What the processor keeps of those lines."),
    ),
    "received": (
        Text("届いた相談", "Received"),
        Text("期間中にウェブから届いた相談。", "Consultations that came in through the web in the period."),
    ),
    "in_window": (
        Text("受付時間内", "Within hours"),
        Text("そのうち、電話窓口の受付時間に届いたもの。", "Of those, what came while the telephone window is open."),
    ),
    "questions": (Text("ご質問", "Questions"), Text("相談の種類が質問のもの。", "Asked as a question.")),
    "callbacks": (Text("折返し電話", "Call-backs"), Text("電話を希望したもの。", "A call was asked for.")),
    "referrals": (
        Text("別の保険の案内", "Referrals"),
        Text("対象外の方が、別の保険の案内を希望したもの。", "Asked for another policy, outside the programme."),
    ),
}
GROUPS: Mapping[str, Text] = {
    "month": Text("月", "Month"),
    "week": Text("週（月曜から）", "Week, from Monday"),
    "plan": Text("プラン", "Plan"),
    "class": Text("会員種別", "Class of members"),
    "industry": Text("業種", "Industry"),
    "language": Text("言語", "Language"),
    "step": Text("段階", "Step"),
    "outcome": Text("結果", "Outcome"),
    "reason": Text("更新されない理由", "Why not renewed"),
    "kind": Text("種類", "Kind"),
    "window": Text("受付時間", "Window hours"),
    "weekday": Text("曜日", "Weekday"),
    "hour": Text("時刻", "Hour"),
    "reached": Text("ここまで進んだ", "Came this far"),
}
STEPS: Mapping[str, Text] = {
    "0": Text("はじめる", "Started"),
    "1": Text("ご意向", "Your needs"),
    "2": Text("プラン", "Plan"),
    "3": Text("重要事項", "Key documents"),
    "4": Text("告知", "Disclosure"),
    "5": Text("会社の情報", "Your company"),
    "6": Text("確認", "Checked and confirmed"),
    "7": Text("支払い", "To the payment"),
    "8": Text("加入", "Covered"),
}
OUTCOMES: Mapping[str, Text] = {
    "renewed": Text("更新済み", "Renewed"),
    "waiting": Text("手続き待ち", "To be taken up"),
    "lapsed": Text("更新なし", "Not taken up"),
    "no_offer": Text("ご案内なし", "No offer"),
    "cancelled": Text("満期前に解約", "Cancelled before"),
}
WHY_NOT: Mapping[str, Text] = {
    "not_taken_up": Text("案内したが手続きなし", "Offered, not taken up"),
    **REASONS,
    "cancelled": Text("満期前に解約", "Cancelled before the expiry"),
    "referred": Text("商品の対象外", "Outside the product"),
    "": Text("更新済み・手続き待ち", "Renewed, or to be taken up"),
}
KINDS: Mapping[str, Text] = {
    "question": Text("ご質問", "Question"),
    "callback": Text("折返し電話", "Call-back"),
    "referral": Text("別の保険の案内", "Referral"),
}
WINDOW: Mapping[str, Text] = {
    "open": Text("受付時間内", "Within hours"),
    "closed": Text("受付時間外", "Outside hours"),
}
WEEKDAYS: Mapping[str, Text] = {
    str(number): Text(f"{ja}曜日", en)
    for number, ja, en in (
        (1, "月", "Monday"), (2, "火", "Tuesday"), (3, "水", "Wednesday"), (4, "木", "Thursday"), (5, "金", "Friday"),
        (6, "土", "Saturday"), (7, "日", "Sunday"),
    )
}  # fmt: skip
LANGUAGES: Mapping[str, Text] = {"ja": Text("日本語", "Japanese"), "en": Text("英語", "English")}
HOURS: Mapping[str, Text] = {f"{hour:02}": Text(f"{hour}時台", f"{hour}:00–{hour}:59") for hour in range(24)}
NOT_CHOSEN = Text("未選択", "not chosen yet")
NOT_KNOWN = Text("不明", "not known")


@dataclass(frozen=True, slots=True)
class Names:
    """What the values of a group are called, by today's product; codes that it doesn't know stay codes."""

    product: Product | None

    def of(self, group: str) -> Mapping[str, Text]:
        """In the order in which they are shown; nothing for groups of days."""
        product = self.product
        match group:
            case "plan":
                return {one.code: one.name for one in product.plans} if product else {}
            case "class":
                return class_names(product)
            case "industry":
                return {one.code: one.name for one in product.industries} if product else {}
            case _:
                return FIXED.get(group, {})

    def say(self, group: str, value: str) -> Text:
        """One value in words."""
        if group in {"month", "week"}:
            return day_words(group, value)
        known = self.of(group).get(value)
        if known is not None:
            return known
        return Text(value, value) if value else NOT_CHOSEN if group == "plan" else NOT_KNOWN


FIXED: Mapping[str, Mapping[str, Text]] = {
    "step": STEPS,
    "reached": STEPS,
    "outcome": OUTCOMES,
    "reason": WHY_NOT,
    "kind": KINDS,
    "window": WINDOW,
    "weekday": WEEKDAYS,
    "hour": HOURS,
    "language": LANGUAGES,
}


def day_words(group: str, value: str) -> Text:
    """2026-12 as a month, 2026-12-07 as the week that begins then; what is neither stays as it is."""
    try:
        day = date.fromisoformat(f"{value}-01" if group == "month" else value)
    except ValueError:
        return Text(value, value)
    if group == "month":
        return Text(month_words(day, "ja"), month_words(day, "en"))
    words = date_in_words(day)
    return Text(f"{words.ja}の週", f"Week of {words.en}")
