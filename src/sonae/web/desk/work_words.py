"""How an open item stands, in words: from the facts of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sonae.domain.certificate.log import Kind
from sonae.domain.certificate.words import KIND_NAMES
from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import format_yen
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.domain.window import preferred_times
from sonae.domain.work import WorkKind
from sonae.web.desk.feed_words import FORMS, brake_words, class_names
from sonae.web.desk.money_words import ITEMS, WHY_OWED
from sonae.web.desk.turn_words import PROBLEMS
from sonae.web.shared.figures import month_words

Detail = Mapping[str, Any]
NOTHING = Text("", "")
CONSENT_STANDS = Text("ご本人の同意あり", "Consent was given and stands")
NOT_YET_CHARGED = Text("二重に請求しないよう止めています", "Held, so that nothing is charged twice")
FIELDS: Mapping[str, Text] = {
    "name": Text("会員名", "name"),
    "name_kana": Text("フリガナ", "reading"),
    "member_class": Text("会員種別", "class"),
    "email": Text("メールアドレス", "e-mail address"),
    "telephone": Text("電話番号", "telephone"),
}
CAUSES: Mapping[str, tuple[str, str]] = {
    "turn": ("{ja}に始まる保険年度の無料補償", "free cover of the scheme year from {en}"),
    "end": ("{ja}の無料補償の終了", "end of the free cover on {en}"),
    "keep": ("{ja}の無料補償の終了の取りやめ", "taking back the end of the free cover on {en}"),
}


def state_words(kind: WorkKind, detail: Detail, product: Product | None) -> tuple[Text, Text]:
    """One line, and a smaller one below it."""
    words = _WORDS.get(kind)
    return words(detail, product) if words else (NOTHING, NOTHING)


def _said(text: str) -> Text:
    return Text(text, text)


def _yen(detail: Detail) -> Text:
    return Text(*(format_yen(int(detail["yen"]), language) for language in ("ja", "en")))


def _callback(detail: Detail, product: Product | None) -> tuple[Text, Text]:
    wish = preferred_times(product.contact).get(detail["preferred_time"], NOTHING) if product else NOTHING
    return _joined(_said(detail["telephone"]), wish), _said(detail["message"])


def _question(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return _said(detail["message"]), _said(detail["number"])


def _referral(detail: Detail, product: Product | None) -> tuple[Text, Text]:
    names = {one.code: one.name for one in product.industries} if product else {}
    industry = names.get(detail["industry"])
    return industry or _said(detail["message"] or detail["number"]), CONSENT_STANDS


def _feed(detail: Detail, product: Product | None) -> tuple[Text, Text]:
    brake = detail.get("brake") or []
    totals = detail.get("totals") or {"joined": 0, "left": 0}
    counted = Text(
        f"入会 {totals['joined']:,}件、退会 {totals['left']:,}件",
        f"{totals['joined']:,} joined, {totals['left']:,} left",
    )
    if brake:
        return brake_words(brake[-1], class_names(product)), counted  # the last one names what shrank
    return counted, FORMS[detail["form"]]


def _round(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    ja, en = CAUSES[detail["cause"]]
    on = date_in_words(date.fromisoformat(detail["on"])) if detail["on"] else NOTHING
    return Text(ja.format(ja=on.ja), en.format(en=on.en)), Text("件数が合いません", "the totals don’t come out")


def _offer(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    tries = Text(f"{detail['tries']:,}回試しました", f"tried {detail['tries']:,} times")
    return PROBLEMS.get(detail["reason"], _said(detail["reason"])), tries


def _payment(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return _yen(detail), NOT_YET_CHARGED


def _money(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return _yen(detail), NOTHING


def _receivable(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return _yen(detail), WHY_OWED.get(detail["reason"], NOTHING)


def _write_off(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return _yen(detail), _said(detail["reason"])


def _payout(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return ITEMS[detail["verdict"]], Text(
        f"差 {format_yen(detail['yen'], 'ja')}", f"difference {format_yen(detail['yen'], 'en')}"
    )


def _month(_: Detail, __: Product | None) -> tuple[Text, Text]:
    return Text("保険会社への明細がまだ開いています", "The list for the insurer is still open"), NOTHING


def month_name(detail: Detail) -> Text:
    """Of a month that waits: its name, where others have a member's."""
    month = date.fromisoformat(detail["month"])
    return Text(month_words(month, "ja"), month_words(month, "en"))


def _conflict(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    waits = Text(
        "支払いを待つあいだに、同じ項目の異動が記録されました",
        "the same field was changed while this waited for its payment",
    )
    return KIND_NAMES[Kind(detail["kind"])], waits


def _data(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    wanted = [FIELDS[name] for name in FIELDS if name in detail["wanted"]]
    fields = Text("、".join(one.ja for one in wanted), ", ".join(one.en for one in wanted))
    said = _said(detail["message"])
    return (fields, said) if wanted else (said, _said(detail["number"]))


def _look(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    return _said(detail["reason"]), _said(f"{detail['kind']} {detail['of']}")


def _registration(detail: Detail, _: Product | None) -> tuple[Text, Text]:
    day = date_in_words(date.fromisoformat(detail["last_day"]))
    return Text(f"{day.ja}まで有効", f"valid until {day.en}"), NOTHING


def _joined(one: Text, other: Text) -> Text:
    return Text(f"{one.ja}　{other.ja}".strip(), f"{one.en} {other.en}".strip())


_WORDS: dict[WorkKind, Callable[[Detail, Product | None], tuple[Text, Text]]] = {
    WorkKind.CALLBACK: _callback,
    WorkKind.QUESTION: _question,
    WorkKind.REFERRAL: _referral,
    WorkKind.FEED_HELD: _feed,
    WorkKind.FEED_CHECKED: _feed,
    WorkKind.ROUND_PARKED: _round,
    WorkKind.OFFER_PARKED: _offer,
    WorkKind.PAYMENT: _payment,
    WorkKind.DISPUTE: _money,
    WorkKind.REFUND: _money,
    WorkKind.HAND_RETURN: _money,
    WorkKind.RECEIVABLE: _receivable,
    WorkKind.WRITE_OFF: _write_off,
    WorkKind.PAYOUT_ITEM: _payout,
    WorkKind.MONTH: _month,
    WorkKind.CONFLICT: _conflict,
    WorkKind.CORRECTION: _data,
    WorkKind.ERASURE: _data,
    WorkKind.SECOND_LOOK: _look,
    WorkKind.REGISTRATION: _registration,
}
