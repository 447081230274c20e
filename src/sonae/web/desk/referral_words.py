"""What a referral is, where it stands and what was passed, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sonae.apps.contact.referrals import Show
from sonae.domain.money import format_yen
from sonae.domain.referral import State, Step
from sonae.domain.text import Text
from sonae.web.shared.language import active_language, in_language

STATES: Mapping[State, tuple[Text, str]] = {  # words, and how the chip looks
    State.WAITING: (Text("お渡し前", "To be passed"), "soon"),
    State.STOPPED: (Text("渡す前に同意取消し", "Withdrawn before passing"), "ended"),
    State.PASSED: (Text("代理店の受取り待ち", "For the agency to take"), "waiting"),
    State.TAKEN: (Text("代理店が対応中", "With the agency"), "waiting"),
    State.CONTACTED: (Text("連絡済み", "Contacted"), "waiting"),
    State.CONCLUDED: (Text("ご契約", "Concluded"), "good"),
    State.NOT_CONCLUDED: (Text("ご契約なし", "Not concluded"), "ended"),
    State.NOT_REACHED: (Text("連絡つかず", "Not reached"), "ended"),
    State.DECLINED: (Text("ご本人が辞退", "Declined"), "ended"),
    State.TO_DELETE: (Text("同意取消し・削除待ち", "Withdrawn, to be deleted"), "urgent"),
    State.DELETED: (Text("削除済み", "Deleted"), "ended"),
}
STEPS: Mapping[Step, Text] = {
    Step.TAKEN: Text("受け取りました", "Taken"),
    Step.CONTACTED: Text("ご本人に連絡しました", "The person was contacted"),
    Step.CONCLUDED: Text("ご契約になりました", "Concluded"),
    Step.NOT_CONCLUDED: Text("ご契約になりませんでした", "Not concluded"),
    Step.NOT_REACHED: Text("連絡がつきませんでした", "Not reached"),
    Step.DECLINED: Text("ご本人が案内を辞退されました", "The person declined"),
    Step.DELETED: Text("お渡しした内容を削除しました", "What was passed is deleted"),
}
SHOWS: Mapping[Show, Text] = {
    Show.OPEN: Text("終わっていないもの", "Open"),
    Show.WAITING: Text("お渡し前", "To be passed"),
    Show.PASSED: Text("代理店が対応中", "With the agency"),
    Show.ANSWERED: Text("結果の出たもの", "Answered"),
    Show.WITHDRAWN: Text("同意が取り消されたもの", "Withdrawn"),
    Show.ALL: Text("すべて", "All"),
}
FIELD_NAMES: Mapping[str, Text] = {
    "firm": Text("会社名", "Firm"),
    "name": Text("お名前", "Name"),
    "kana": Text("フリガナ", "Reading"),
    "telephone": Text("電話番号", "Telephone"),
    "email": Text("メールアドレス", "E-mail"),
    "preferred_time": Text("電話のご希望の時間帯", "When to call"),
    "industry": Text("業種", "Industry"),
    "annual_sales": Text("申告売上高", "Declared annual sales"),
    "message": Text("ご相談の内容", "What they wrote"),
}


def named_values(passed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, its name and its value, in the order in which people read them."""
    return [
        (field, in_language(name), shown_value(field, passed[field]))
        for field, name in FIELD_NAMES.items()
        if field in passed
    ]


def shown_value(field: str, value: Any) -> str:
    """Sales in yen; everything else as it was passed."""
    return format_yen(value, active_language()) if field == "annual_sales" else str(value)
