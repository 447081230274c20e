"""What a request about personal data is and where it stands, in words."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.contact.data_requests import Show
from sonae.domain.data_request import Kind, Outcome, State, Step
from sonae.domain.text import Text

Channel = RegisteredRequest.Channel
STATES: Mapping[State, tuple[Text, str]] = {
    State.TO_PROVE: (Text("本人の確認待ち", "Who asks is to be proved"), "soon"),
    State.OPEN: (Text("対応中", "Being worked on"), "soon"),
    State.WITH_ORGANISER: (Text("団体の訂正待ち", "With the organiser"), "waiting"),
    State.ANSWERED: (Text("お返事済み", "Answered"), "good"),
}
OVERDUE = (Text("期限を過ぎています", "Overdue"), "urgent")
SHOWS: Mapping[Show, Text] = {
    Show.OPEN: Text("お返事前", "To be answered"),
    Show.OVERDUE: Text("期限を過ぎたもの", "Overdue"),
    Show.WITH_ORGANISER: Text("団体の訂正待ち", "With the organiser"),
    Show.ANSWERED: Text("お返事済み", "Answered"),
    Show.ALL: Text("すべて", "All"),
}
KINDS: Mapping[Kind, Text] = {
    Kind.DISCLOSURE: Text("開示", "Disclosure"),
    Kind.CORRECTION: Text("訂正", "Correction"),
    Kind.DELETION: Text("削除", "Deletion"),
    Kind.STOP_OF_USE: Text("利用停止", "Stop of use"),
}
KIND_HINTS: Mapping[Kind, Text] = {
    Kind.DISCLOSURE: Text("どんな情報があるかを知りたい", "They want to know what is held of them"),
    Kind.CORRECTION: Text(
        "内容が事実と違う。会員名簿は団体が直します", "Something is wrong; the organiser corrects its list"
    ),
    Kind.DELETION: Text(
        "消してほしい。法令により残すものがあります", "They want it deleted; some of it must be kept by law"
    ),
    Kind.STOP_OF_USE: Text("使うのをやめてほしい", "They want us to stop using it"),
}
CHANNELS: Mapping[str, Text] = {
    Channel.PORTAL: Text("加入者ページ", "The member’s pages"),
    Channel.LETTER: Text("手紙", "Letter"),
    Channel.TELEPHONE: Text("電話", "Telephone"),
    Channel.MAIL: Text("メール", "E-mail"),
    Channel.IN_PERSON: Text("対面", "In person"),
}
STEPS: Mapping[Step, Text] = {
    Step.IDENTITY: Text("本人と確かめた", "Who asks is proved"),
    Step.TO_ORGANISER: Text("団体に訂正を依頼した", "Passed to the organiser"),
    Step.CORRECTED: Text("会員名簿を直した", "The list is corrected"),
    Step.ERASED: Text("消せるものを消した", "What may be deleted is deleted"),
    Step.DONE: Text("対応した", "Something was done"),
    Step.ANSWERED: Text("お返事した", "Answered"),
}
HINTS: Mapping[Step, Text] = {
    Step.IDENTITY: Text(
        "何で確かめたかを書きます。書類の番号や写しは残しません",
        "Say by what; keep no copy and no number of a document",
    ),
    Step.TO_ORGANISER: Text("会員名簿を直せるのは団体だけです", "Only the organiser can correct its list"),
    Step.CORRECTED: Text("次の会員データで届きます", "It comes with the next member file"),
    Step.ERASED: Text(
        "いますぐ消します。加入に至らなかった申込みの入力内容、お知らせの既読の印、保存したカード。元に戻せません",
        "Now, and for good: what was entered into applications that never became cover, marks of notices, the kept card",
    ),
    Step.DONE: Text("確かめたこと、連絡したこと", "What was checked, who was told"),
    Step.ANSWERED: Text(
        "メールアドレスがあれば、書いた文がそのままメールで届きます",
        "Where there is an e-mail address, what you write goes there as it is",
    ),
}
OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.GRANTED: Text("ご請求のとおりにした", "Done as asked"),
    Outcome.IN_PART: Text("一部に応じた", "Done in part"),
    Outcome.REFUSED: Text("応じなかった（理由が要ります）", "Refused (a reason is needed)"),
}
