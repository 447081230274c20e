"""Ask for a list with personal data; once another person has agreed, whoever asked is told until when it can be taken."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.record import record
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.documents.outbox import write_mail
from sonae.apps.parties.models import User
from sonae.apps.reporting.personal_export import CONTENTS, KIND, OPEN_FOR, count_rows
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.text import Text

SUBJECT = Text("個人データの一覧を受け取れます", "The list that you asked for can be taken")
BODY = Text(
    "「{name}」の書き出しが確かめられました。{until}まで、業務画面の「個人データの書き出し」で受け取れます。\n",
    "Your export “{name}” was agreed to. Until {until} JST you can take it at the desk, on the page “Personal data”.\n",
)


def ask_personal_export(*, contents: str, reason: str, by: User, language: str, now: datetime) -> SecondLook:
    """The look that waits; one for each person, list and day. Raises ReasonMissing and KeyError for a list that there isn't."""
    facts = {"contents": contents, "rows": count_rows(contents, now=now), "language": language, "email": by.email}
    asked, _ = ask_second_look(
        kind=KIND, object_id=f"{contents}:{japan_date(now)}:{by.pk}", facts=facts, reason=reason, actor=f"user:{by.pk}",
        now=now,
    )  # fmt: skip
    return asked


def open_personal_export(look: SecondLook, *, now: datetime) -> None:
    """Tell whoever asked; the file itself is made when it is taken, of what stands then."""
    language = look.facts["language"]
    until = (now + OPEN_FOR).astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")
    write_mail(
        key=f"personal-export:{look.pk}",
        recipient=look.facts["email"],
        subject=SUBJECT.in_language(language),
        body=BODY.in_language(language).format(
            name=CONTENTS[look.facts["contents"]].in_language(language), until=until
        ),
        language=language,
        now=now,
    )


@transaction.atomic
def note_taken(*, look: SecondLook, form: str, actor: str, now: datetime) -> None:
    """Who took which file, each time."""
    record(now=now, actor=actor, action="personal_export.taken", object_kind=KIND, object_id=look.pk, form=form,
           contents=look.facts["contents"])  # fmt: skip
