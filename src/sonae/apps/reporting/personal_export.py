"""Lists with personal data that leave the house: another person agrees first, and for a day whoever asked may take the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from sonae.apps.audit.models import SecondLook
from sonae.apps.parties.standing import known_on
from sonae.apps.reporting.table_file import AT_ONCE, write_table
from sonae.domain.calendar import japan_date
from sonae.domain.csv_cells import Cell
from sonae.domain.text import Text

KIND = "personal_export"
OPEN_FOR = timedelta(hours=24)
CONTENTS = {
    "members": Text("今日の会員（名称、連絡先、補償）", "Members of today: name, contact, cover"),
    "insured": Text(
        "今日の有料の加入者（名称、連絡先、加入者証）", "Members with a paid cover today: name, contact, certificate"
    ),
}
COLUMNS = (
    Text("会員番号", "member number"),
    Text("会員種別", "class"),
    Text("会員名", "name"),
    Text("フリガナ", "name in kana"),
    Text("メールアドレス", "e-mail"),
    Text("電話番号", "telephone"),
    Text("有料の加入者証番号", "paid certificate"),
    Text("始期", "start"),
    Text("無料補償", "free cover"),
)
LISTED = known_on("kind <> 'left' AS is_member, member_class, name, name_kana, email, telephone", day="day")
ROWS = """
WITH listed AS ({listed}), today AS (
    SELECT member_id, max(number) FILTER (WHERE section = 'paid') AS paid,
        max(starts_on) FILTER (WHERE section = 'paid') AS starts_on, bool_or(section = 'free') AS has_free
    FROM certificates_certificate WHERE cover @> %(day)s::date GROUP BY member_id
)
SELECT member.number, listed.member_class, listed.name, listed.name_kana, listed.email, listed.telephone,
    coalesce(today.paid, ''), today.starts_on, coalesce(today.has_free, false)
FROM listed JOIN parties_member AS member ON member.id = listed.member_id LEFT JOIN today USING (member_id)
WHERE {wanted} ORDER BY member.number
"""
COUNT = "SELECT count(*) FROM ({rows}) AS wanted"
WANTED = {"members": "listed.is_member", "insured": "today.paid IS NOT NULL"}


def list_exports(*, actor: str, now: datetime) -> QuerySet[SecondLook]:
    """Those that wait for anybody, and those of this person that are still open; the newest first."""
    open_now = Q(state=SecondLook.State.AGREED, asked_by=actor, decided_at__gt=now - OPEN_FOR)
    return SecondLook.objects.filter(Q(state=SecondLook.State.WAITING) | open_now, kind=KIND).order_by(
        "-asked_at", "-id"
    )


def open_until(look: SecondLook) -> datetime | None:
    """Until when whoever asked may take the file; None while nobody has agreed."""
    if look.state != SecondLook.State.AGREED or look.decided_at is None:
        return None
    return look.decided_at + OPEN_FOR


def may_take(look: SecondLook, *, actor: str, now: datetime) -> bool:
    """Whoever asked, for a day from when another agreed."""
    until = open_until(look)
    return until is not None and now < until and look.asked_by == actor


def count_rows(contents: str, *, now: datetime) -> int:
    """How many rows the file would have."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=_sql(contents)), {"day": japan_date(now)})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def personal_file(contents: str, *, form: str, language: str, now: datetime) -> Iterator[bytes]:
    """The file in pieces, as things stand on the day."""
    heading = [column.in_language(language) for column in COLUMNS]
    return write_table(heading, _rows(contents, now, language), form=form, sheet=contents)


def _rows(contents: str, now: datetime, language: str) -> Iterator[list[Cell]]:
    yes = Text("あり", "yes").in_language(language)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_sql(contents), {"day": japan_date(now)})
        while found := cursor.fetchmany(AT_ONCE):
            for *cells, has_free in found:
                yield [*cells, yes if has_free else ""]


def _sql(contents: str) -> str:
    return ROWS.format(listed=LISTED, wanted=WANTED[contents])
