"""Letters and their mails in the desk's words."""

from __future__ import annotations

from sonae.apps.letters.models import Bounce, Letter, StopEntry
from sonae.domain.text import Text

State, Cover, Why = Letter.State, Letter.Cover, StopEntry.Why
STATES = {
    State.DRAFT: (Text("下書き", "Draft"), "waiting"),
    State.SCHEDULED: (Text("送信予定", "Scheduled"), "soon"),
    State.SENDING: (Text("送信中", "Being sent"), "soon"),
    State.DONE: (Text("送信済み", "Sent"), "good"),
    State.STOPPED: (Text("中止", "Stopped"), "ended"),
}
COVERS = {
    Cover.ALL: Text("補償を問わず、すべての会員", "all members, whatever their cover"),
    Cover.PAID: Text("いま有料プランに加入している会員", "members with a paid cover today"),
    Cover.UNPAID: Text("いま有料プランに加入していない会員", "members without a paid cover today"),
}
WHYS = {
    Why.ASKED: Text("本人の希望", "asked for it"),
    Why.BOUNCED: Text("届かない宛先", "does not exist"),
    Why.COMPLAINED: Text("迷惑メールの申告", "reported as unwanted"),
}
BOUNCES = {
    Bounce.Kind.PERMANENT: Text("届きません（宛先がない）", "not delivered (no such address)"),
    Bounce.Kind.TEMPORARY: Text("一時的に届いていません", "not delivered for now"),
    Bounce.Kind.COMPLAINT: Text("迷惑メールの申告がありました", "reported as unwanted"),
}
