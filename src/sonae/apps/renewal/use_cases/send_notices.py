"""Reminders, warnings and notices to those who have an offer and have not renewed: what is due by the day, each once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.renewal.letter_mails import NUMBER
from sonae.apps.renewal.notice_mails import notice_mail
from sonae.apps.renewal.tally import ACTOR
from sonae.apps.renewal.years import Turn, list_turns
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.renewal_calendar import DueNotice, notice_due

CHUNK = 5_000
# Who has an open offer from before the planned day, no cover of the next year, and no payment for it under way. The key of the
# mail holds kind, planned day and certificate: a second round, worker or machine finds it there.
WAITING = """
SELECT offer.id, certificate.number, coalesce(owner.email, address.email) AS recipient, coalesce(paper.language, 'ja') AS language
FROM renewal_renewaloffer AS offer
JOIN certificates_certificate AS certificate ON certificate.id = offer.certificate_id
LEFT JOIN documents_paper AS paper ON paper.key = offer.letter_key
LEFT JOIN LATERAL (SELECT email FROM parties_membershipfact
                   WHERE member_id = offer.member_id AND effective_date <= %(today)s AND email <> ''
                   ORDER BY effective_date DESC, recorded_at DESC, id DESC LIMIT 1) AS address ON true
LEFT JOIN LATERAL (SELECT person.email FROM parties_memberaccess AS access
                   JOIN parties_user AS person ON person.id = access.user_id AND person.is_active
                   WHERE access.member_id = offer.member_id AND access.role = 'owner' LIMIT 1) AS owner ON true
WHERE offer.scheme_year_id = %(year_id)s AND offer.state = 'open' AND offer.decision = 'offered' AND offer.id > %(after)s
    AND offer.offered_at < %(planned_at)s
    AND NOT EXISTS (SELECT 1 FROM certificates_certificate AS next WHERE next.member_id = offer.member_id
                    AND next.scheme_year_id = %(year_id)s AND next.section = 'paid' AND NOT isempty(next.cover))
    AND NOT EXISTS (SELECT 1 FROM enrolment_application AS application WHERE application.member_id = offer.member_id
                    AND application.scheme_year_id = %(year_id)s AND application.state = 'paying')
ORDER BY offer.id LIMIT %(most)s
"""
WRITE = f"""
WITH waiting AS ({WAITING}), mails AS (
    INSERT INTO documents_outboxmessage (key, recipient, subject, body, language, created_at, next_try_at, tries)
    SELECT %(kind)s || ':' || number, recipient, replace(words.subject, %(number)s, number),
        replace(words.body, %(number)s, number), language, %(now)s, %(now)s, 0
    FROM waiting JOIN unnest(%(languages)s::text[], %(subjects)s::text[], %(bodies)s::text[]) AS words(spoken, subject, body)
        ON spoken = language
    WHERE recipient <> '' ON CONFLICT (key) DO NOTHING RETURNING 1
)
SELECT (SELECT max(id) FROM waiting), (SELECT count(*) FROM waiting), (SELECT count(*) FROM mails)
"""  # noqa: S608  # one statement within another, both ours
COUNT = f"SELECT count(*) FROM ({WAITING}) AS waiting"  # noqa: S608  # as above
LANGUAGES = ["ja", "en"]


def send_notices(*, now: datetime, chunk: int = CHUNK) -> int:
    """How many mails were written in all turns. Called every day, or as often as one likes."""
    written = 0
    for turn in list_turns():
        due = notice_due(turn.dates, japan_date(now))
        if due is not None:
            written += _send(turn, due, now=now, chunk=chunk)
    return written


def count_waiting(turn: Turn, due: DueNotice, *, now: datetime) -> int:
    """How many would be told: those who have an offer from before that day and have not renewed."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {**_who(turn, due, now=now), "after": 0, "most": None})
        return int(cursor.fetchone()[0])


def _who(turn: Turn, due: DueNotice, *, now: datetime) -> dict[str, Any]:
    return {
        "year_id": turn.year.pk, "today": japan_date(now),
        "planned_at": datetime.combine(due.planned_on, datetime.min.time(), JAPAN),
    }  # fmt: skip


def _send(turn: Turn, due: DueNotice, *, now: datetime, chunk: int) -> int:
    words = [notice_mail(kind=due.kind, turn=turn, language=language, today=japan_date(now)) for language in LANGUAGES]
    given = {
        **_who(turn, due, now=now), "kind": f"renewal-{due.kind}:{due.planned_on}", "number": NUMBER, "now": now,
        "languages": LANGUAGES, "subjects": [subject for subject, _ in words], "bodies": [body for _, body in words],
        "most": chunk,
    }  # fmt: skip
    written, after, seen = 0, 0, chunk
    while seen == chunk:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WRITE, {**given, "after": after})
            last, seen, mails = cursor.fetchone()
            reached("notices.written")
            if mails:
                later("sonae.send_mails")
                record(now=now, actor=ACTOR, action=f"renewal.{due.kind}_sent", object_kind="renewal_run", object_id=turn.key,
                       planned_on=due.planned_on.isoformat(), mails=mails)  # fmt: skip
        after, written = last or after, written + mails
    return written
