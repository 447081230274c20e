"""What is done about incidents, in the words of the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.domain.text import Text

INCIDENT_ACTIONS: Mapping[Text, Mapping[str, Text]] = {
    Text("事故の受付", "Cases"): {
        "case.received": Text("事故を受け付けた", "received a case"),
        "case.moved": Text("事故の対応を進めた", "moved a case on"),
        "case.facts": Text("事故の事実を記録した", "recorded facts of a case"),
        "case.priority": Text("事故の優先度を決めた", "set the priority of a case"),
        "case.heard": Text("加入者の言葉を記録した", "noted what the member said"),
        "case.answered": Text("加入者に答えた", "answered the member"),
        "case.card_read": Text("最初の1時間の手順を伝えた", "read the first-hour card out"),
        "case.taken": Text("事故の対応を引き受けた", "took a case"),
        "case.note": Text("事故の対応にメモを書いた", "wrote a note on a case"),
        "case.paused": Text("事故の期限の時計を止めた", "paused a clock of a case"),
        "case.resumed": Text("事故の期限の時計を動かした", "let a clock of a case run on"),
        "case.tied": Text("事故を外部の出来事に結んだ", "tied a case to an outside event"),
        "case.untied": Text("事故と外部の出来事の結びをほどいた", "untied a case from an outside event"),
        "case.merged": Text("事故の受付をひとつにまとめた", "merged two cases"),
        "case.split": Text("事故の受付を分けた", "split a case"),
    },
}
