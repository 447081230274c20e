"""Whom a letter goes to: members of today by class and cover, who have an address that isn't stopped; one mail for each member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import connection

from sonae.apps.letters.models import Letter
from sonae.apps.parties.standing import known_on
from sonae.domain.calendar import japan_date
from sonae.domain.date_in_words import date_in_words
from sonae.domain.letter_text import Place
from sonae.domain.text import Text

Cover = Letter.Cover
LISTED = known_on("kind <> 'left' AS is_member, member_class, name, email", day="day", of="{of}")
WANTED = {Cover.ALL: "true", Cover.PAID: "paid.number IS NOT NULL", Cover.UNPAID: "paid.number IS NULL"}
FOUND = """
WITH listed AS ({listed})
SELECT listed.member_id, member.number, listed.name, listed.email, listed.member_class, paid.number AS certificate,
    year.expiry_on, stopped.id IS NOT NULL AS is_stopped
FROM listed JOIN parties_member AS member ON member.id = listed.member_id
LEFT JOIN certificates_certificate AS paid
    ON paid.member_id = listed.member_id AND paid.section = 'paid' AND paid.cover @> %(day)s::date
LEFT JOIN programmes_schemeyear AS year ON year.id = paid.scheme_year_id
LEFT JOIN letters_stopentry AS stopped ON stopped.address = lower(listed.email) AND stopped.ended_at IS NULL
WHERE listed.is_member AND listed.member_class = ANY(%(classes)s) AND {wanted}
"""
COUNT = """
SELECT member_class, count(*), count(*) FILTER (WHERE email = ''), count(*) FILTER (WHERE email <> '' AND is_stopped)
FROM ({found}) AS found GROUP BY member_class ORDER BY member_class
"""
BETWEEN = "SELECT * FROM ({found}) AS found WHERE email <> '' AND NOT is_stopped ORDER BY member_id"
LAST_OF = "SELECT max(id) FROM (SELECT id FROM parties_member WHERE id > %s ORDER BY id LIMIT %s) AS next"


@dataclass(frozen=True, slots=True)
class Numbers:
    """``members`` fit; of these some have no address on the list, some are on the stop list, and the others are written to."""

    members: int
    without_address: int
    stopped: int
    by_class: dict[str, int]

    @property
    def recipients(self) -> int:
        return self.members - self.without_address - self.stopped

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "recipients": self.recipients}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One member, with what is filled in."""

    member_id: int
    email: str
    values: dict[Place, Text]


def count_recipients(letter: Letter, *, now: datetime) -> Numbers:
    """As things stand; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(found=_found(letter, of="")), _given(letter, now))
        rows = cursor.fetchall()
    return Numbers(
        members=sum(count for _, count, _, _ in rows),
        without_address=sum(count for _, _, count, _ in rows),
        stopped=sum(count for _, _, _, count in rows),
        by_class={name: count for name, count, _, _ in rows},
    )


def last_of_next(*, after: int, most: int) -> int | None:
    """The last id of the next members, whoever they are; None behind the last one."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_OF, [after, most])
        row = cursor.fetchone()
    return row[0] if row else None


def recipients_between(letter: Letter, *, after: int, up_to: int, now: datetime) -> list[Recipient]:
    """Those among the members with these ids, in their order."""
    sql = BETWEEN.format(found=_found(letter, of="AND member_id > %(after)s AND member_id <= %(up_to)s"))
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_given(letter, now), "after": after, "up_to": up_to})
        return list(_recipients(cursor.fetchall()))


def _found(letter: Letter, *, of: str) -> str:
    return FOUND.format(listed=LISTED.format(of=of), wanted=WANTED[Cover(letter.cover)])


def _given(letter: Letter, now: datetime) -> dict[str, date | list[str] | int]:
    return {"day": japan_date(now), "classes": list(letter.classes)}


def _recipients(
    rows: list[tuple[int, str, str, str, str, str | None, date | None, bool]],
) -> Iterator[Recipient]:
    for member_id, number, name, email, _, certificate, expiry_on, _ in rows:
        values = {Place.NAME: Text(name, name), Place.NUMBER: Text(number, number)}
        if certificate is not None and expiry_on is not None:
            values |= {Place.CERTIFICATE: Text(certificate, certificate), Place.EXPIRY: date_in_words(expiry_on)}
        yield Recipient(member_id, email, values)
