"""What a complaint is and where it stands, in words."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.apps.contact.complaint_models import Complaint
from sonae.apps.contact.complaints import Show
from sonae.domain.complaint import State, Step
from sonae.domain.text import Text

STATES: Mapping[State, tuple[Text, str]] = {
    State.OPEN: (Text("お返事前", "To be answered"), "soon"),
    State.ANSWERED: (Text("お返事済み", "Answered"), "waiting"),
    State.CLOSED: (Text("完了", "Closed"), "good"),
}
OVERDUE = (Text("期限を過ぎています", "Overdue"), "urgent")
SHOWS: Mapping[Show, Text] = {
    Show.OPEN: Text("お返事前", "To be answered"),
    Show.OVERDUE: Text("期限を過ぎたもの", "Overdue"),
    Show.ANSWERED: Text("お返事済み", "Answered"),
    Show.CLOSED: Text("完了", "Closed"),
    Show.ALL: Text("すべて", "All"),
}
CHANNELS: Mapping[str, Text] = {
    Complaint.Channel.TELEPHONE: Text("電話", "Telephone"),
    Complaint.Channel.MAIL: Text("メール", "E-mail"),
    Complaint.Channel.LETTER: Text("手紙", "Letter"),
    Complaint.Channel.WEB: Text("サイト", "Web site"),
    Complaint.Channel.IN_PERSON: Text("対面", "In person"),
}
AGAINST: Mapping[str, Text] = {
    Complaint.Against.OPERATOR: Text("相談窓口", "Contact window"),
    Complaint.Against.INSURER: Text("引受保険会社", "Insurer"),
    Complaint.Against.AGENCY: Text("取扱代理店", "Agency"),
    Complaint.Against.ORGANISER: Text("制度を運営する団体", "Organiser"),
    Complaint.Against.OTHER: Text("そのほか", "Somebody else"),
}
STEPS: Mapping[Step, Text] = {
    Step.DONE: Text("対応した", "Something was done"),
    Step.ANSWERED: Text("お返事した", "Answered"),
    Step.CAUSE: Text("原因と再発防止", "Cause and prevention"),
    Step.GRADED: Text("重さを変えた", "Its gravity was changed"),
    Step.CLOSED: Text("完了にした", "Closed"),
    Step.REOPENED: Text("もう一度開いた", "Opened again"),
}
HINTS: Mapping[Step, Text] = {
    Step.DONE: Text("確かめたこと、連絡したこと", "What was checked, who was told"),
    Step.ANSWERED: Text("申し出た方へ、どうお返事したか", "What the complainant was told, and how"),
    Step.CAUSE: Text(
        "なぜ起き、くり返さないために何をするか。完了の前に要ります",
        "Why it came about and what keeps it from coming again; needed before it can be closed",
    ),
    Step.GRADED: Text("期限も変わります", "The deadline moves, too"),
    Step.CLOSED: Text("お返事と、原因・再発防止の記録がそろったとき", "Once answer, cause and prevention are noted"),
    Step.REOPENED: Text("もう一度お返事が要るとき", "When another answer is owed"),
}
