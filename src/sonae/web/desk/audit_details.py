"""What stands beside an act in the audit log, in words: its reason, its sums, its counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from sonae.apps.people.use_cases.give_second_factor import Given
from sonae.domain.money import format_yen
from sonae.domain.staff_rights import POSITION_NAMES
from sonae.domain.text import Text
from sonae.web.desk.letter_words import WHYS
from sonae.web.shared.figures import moment_words

DETAILS: Mapping[str, Text] = {
    "reason": Text("理由", "reason"),
    "why": Text("理由", "why"),
    "code": Text("理由の記号", "code"),
    "decision": Text("判定", "decision"),
    "before": Text("前", "before"),
    "after": Text("後", "after"),
    "on": Text("日", "day"),
    "who": Text("だれが", "who"),
    "what": Text("何を", "what"),
    "since": Text("いつから", "from"),
    "until": Text("いつまで", "to"),
    "kind": Text("種類", "kind"),
    "object": Text("番号", "number asked for"),
    "about": Text("ファイル", "file"),
    "agreed": Text("確かめた件数", "agreed to"),
    "asked": Text("申し出た日", "asked for"),
    "assignee": Text("担当", "assigned to"),
    "by": Text("方法", "by"),
    "category": Text("分類", "category"),
    "consent": Text("同意", "consent"),
    "contents": Text("一覧", "list"),
    "count": Text("件数", "count"),
    "gravity": Text("重さ", "gravity"),
    "happened_on": Text("起きた日", "happened on"),
    "held": Text("止めた件数", "held"),
    "organisation": Text("組織", "organisation"),
    "outcome": Text("結果", "outcome"),
    "passed": Text("渡した項目", "passed"),
    "positions": Text("役割", "positions"),
    "recipients": Text("送る件数", "mails"),
    "rows": Text("行", "rows"),
    "send_at": Text("送る日時", "to be sent at"),
    "shared": Text("共有", "shared"),
    "written": Text("作った件数", "written"),
    "year": Text("年度", "year"),
    "answers": Text("回答", "answers"),
    "against": Text("反対の終了", "against"),
    "applications": Text("申込み", "applications"),
    "bank_reference": Text("銀行の照会番号", "bank reference"),
    "brand": Text("カード", "card"),
    "by_month": Text("月ごと", "by month"),
    "captured_yen": Text("支払われた額", "paid"),
    "certificate": Text("加入者証", "certificate"),
    "certificates": Text("加入者証の数", "certificates"),
    "channel": Text("届き方", "came by"),
    "charge_yen": Text("請求", "charge"),
    "claimed": Text("名のった内容", "claimed"),
    "closing_month": Text("決算月", "closing month"),
    "commission_yen": Text("手数料", "commission"),
    "difference_yen": Text("保険料の差", "difference"),
    "digest": Text("ダイジェスト", "digest"),
    "dispute_id": Text("チャージバックの番号", "dispute"),
    "dispute_yen": Text("チャージバックの額", "disputed"),
    "document": Text("書類", "document"),
    "ends_on": Text("終わる日", "ends on"),
    "evidence": Text("申込みの記録", "evidence"),
    "expiring": Text("満期を迎える数", "expiring"),
    "facts": Text("変わる数", "changes"),
    "followed": Text("合わせた会員", "members followed"),
    "form": Text("形式", "form"),
    "invitation": Text("招待", "invitation"),
    "key": Text("記録の名", "record"),
    "language": Text("言語", "language"),
    "last4": Text("下4桁", "last four"),
    "last_day": Text("登録の最終日", "last day"),
    "line": Text("行", "line"),
    "lines": Text("明細の行数", "lines"),
    "listed": Text("名簿の内容", "on the list"),
    "joined": Text("入会", "joined"),
    "net_yen": Text("差引き", "net"),
    "number": Text("番号", "number"),
    "payouts": Text("入金の数", "payouts"),
    "person": Text("利用者の番号", "user number"),
    "planned_on": Text("予定の日", "planned on"),
    "position": Text("役割", "position"),
    "premium_yen": Text("保険料", "premium"),
    "profile": Text("明細の形", "list"),
    "proof": Text("確かめ方", "proof"),
    "read_marks": Text("既読の印", "read marks"),
    "recipient": Text("提供先", "recipient"),
    "reference": Text("銀行の照会番号", "bank reference"),
    "refund_yen": Text("返金", "refund"),
    "refunded_yen": Text("返金済み", "refunded"),
    "renewal_of": Text("更改する加入者証", "renewal of"),
    "request": Text("受付番号", "request"),
    "return_yen": Text("返戻保険料", "return premium"),
    "revision": Text("版", "revision"),
    "role": Text("役割", "role"),
    "saved_cards": Text("保存したカード", "kept cards"),
    "seq": Text("異動の番号", "act"),
    "set_aside": Text("除いた行", "set aside"),
    "size": Text("バイト数", "bytes"),
    "step": Text("手順", "step"),
    "steps": Text("手順", "steps"),
    "to_member": Text("最後の会員", "up to member"),
    "write_off_yen": Text("貸倒処理の額", "written off"),
    # what runs count
    "members": Text("会員", "members"),
    "covered": Text("補償あり", "covered"),
    "newly_covered": Text("新しく補償", "newly covered"),
    "covered_before": Text("前から補償", "covered before"),
    "not_entitled": Text("対象外", "not entitled"),
    "issued": Text("発行", "issued"),
    "cancelled": Text("解約", "cancelled"),
    "reinstated": Text("復活", "reinstated"),
    "noted": Text("記録のみ", "noted"),
    "by_rule": Text("個別に処理", "one by one"),
    "seen": Text("見た数", "seen"),
    "offered": Text("案内した数", "offered"),
    "left": Text("退会", "left"),
    "referred": Text("照会", "referred"),
    "already": Text("案内済み", "answered before"),
    "renewed": Text("更改済み", "renewed"),
    "parked": Text("保留", "parked"),
    "mails": Text("メール", "mails"),
    "yen_before": Text("前の年間保険料", "annual premiums before"),
    "yen_after": Text("次の年間保険料", "annual premiums after"),
}
LONGEST_SHOWN = 200
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*[+-]\d\d:\d\d\Z")
DIGESTS, DIGEST_SHOWN = frozenset({"digest", "evidence"}), 12
POSITIONS: Mapping[str, Text] = {one.value: name for one, name in POSITION_NAMES.items()}
IN_WORDS: Mapping[str, Mapping[str, Text]] = {
    "position": POSITIONS,
    "positions": POSITIONS,
    "reason": {code.value: name for code, name in WHYS.items()},  # of the stop list; all others are what somebody wrote
    "by": {
        Given.APP: Text("認証アプリ", "authenticator app"),
        Given.RECOVERY_CODE: Text("回復コード", "recovery code"),
        Given.PASSKEY: Text("パスキー", "passkey"),
    },
}


def detail_lines(detail: Mapping[str, object], language: str, *, whole: bool = False) -> Iterator[tuple[Text, str]]:
    """The reason first, then the rest as it was recorded; what is empty or nought is left out. Digests in full where ``whole``."""
    for key in sorted(detail, key=lambda one: one not in {"reason", "why"}):
        value = detail[key]
        if value:
            said = _in_words(key, value, language)
            short = key in DIGESTS and not whole
            yield DETAILS.get(key, Text(key, key)), f"{said[:DIGEST_SHOWN]}…" if short else said


def _in_words(key: str, value: object, language: str) -> str:
    if value is True:
        return "yes" if language == "en" else "はい"
    if isinstance(value, int):
        return format_yen(value, language) if key.endswith("_yen") or key.startswith("yen_") else f"{value:,}"
    said, words = str(value), IN_WORDS.get(key, {})
    if key == "positions":
        said = ", ".join(words[one].in_language(language) if one in words else one for one in said.split(", "))
    elif said in words:
        said = words[said].in_language(language)
    return _moment(said, language)[:LONGEST_SHOWN]


def _moment(said: str, language: str) -> str:
    """A moment as people say it; everything else as it is."""
    if not MOMENT.match(said):
        return said
    try:
        return moment_words(datetime.fromisoformat(said), language)
    except ValueError:
        return said
