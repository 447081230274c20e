"""Why one row is set aside, in both languages. The good rows go on without it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sonae.domain.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "ragged": Text(
            "列の数が見出しの行と違います。", "The row has another number of cells than the line of headings."
        ),
        "broken_quotes": Text("引用符（\"）の使い方が正しくありません。", "The quotation marks of the row don't fit."),
        "missing_number": Text("会員番号がありません。", "The member number is missing."),
        "number_form": Text(
            "会員番号の形が違います（先頭の0が消えていることがあります）。",
            "The member number isn't written as one (leading zeros may have been lost).",
        ),
        "duplicate_number": Text(
            "同じ会員番号の行が、違う内容でほかにもあります。", "Another row has the same member number and says something else."
        ),
        "missing_class": Text("会員種別がありません。", "The member class is missing."),
        "unknown_class": Text("会員種別が決められたものではありません。", "The member class is not a known one."),
        "missing_name": Text("会員名がありません。", "The name is missing."),
        "missing_act": Text("異動区分がありません。", "It isn't said what changed."),
        "unknown_act": Text("異動区分が決められたものではありません。", "What changed is not a known kind of change."),
        "impossible_date": Text(
            "日付として読めません（2026-12-01、2026/12/1、2026年12月1日、20261201のように書きます）。",
            "This is no day (write 2026-12-01, 2026/12/1, 2026年12月1日 or 20261201).",
        ),
        "before_newest_list": Text(
            "適用済みの最新の名簿より前の日付です。", "The day lies before the newest list that was applied."
        ),
        "bad_email": Text("メールアドレスの形ではありません。", "This is no e-mail address."),
        "bad_telephone": Text("電話番号の形ではありません。", "This is no telephone number."),
        "too_long": Text("文字数が多すぎます。", "The value is too long."),
        "control_characters": Text(
            "目に見えない制御文字が入っています。", "The value holds control characters, which can't be seen."
        ),
        "unreadable_character": Text(
            "外字など、ほかの機械では読めない文字が入っています。",
            "The value holds a character that other machines can't show, such as a private one (gaiji).",
        ),
        "formula": Text(
            "値が数式（= + - @ など）で始まっています。", "The value begins like a formula (= + - @ and the like)."
        ),
    }
)  # fmt: skip


def reason_text(code: str) -> Text:
    """KeyError for a code that isn't one."""
    return REASONS[code]
