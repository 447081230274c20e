"""Which member somebody is, by the number they give, the telephone they call from or the address they write from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from django.db import connection

from sonae.apps.parties.models import Member, MembershipFact

MOST = 5
LONGEST_TYPED = 254
TELEPHONE_DIGITS = 9
COUNTRY, NATIONAL = "+81", "0"

FOUND = """
SELECT found.member_id, array_agg(DISTINCT found.way) FROM (
    SELECT id AS member_id, 'number' AS way FROM parties_member WHERE number = %(number)s
    UNION SELECT member_id, 'telephone' FROM parties_membershipfact WHERE replace(telephone, '-', '') = %(digits)s
    UNION SELECT member_id, 'email' FROM parties_membershipfact WHERE lower(email) = %(email)s
    UNION SELECT access.member_id, 'email' FROM parties_user AS person
        JOIN parties_memberaccess AS access ON access.user_id = person.id WHERE lower(person.email) = %(email)s
) AS found GROUP BY found.member_id ORDER BY count(*) DESC, found.member_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class KnownMember:
    """``ways`` says by what: number, telephone, email. A guess by the last two, since a number can have passed on to others."""

    number: str
    name: str
    name_kana: str
    member_class: str
    telephone: str
    email: str
    is_member: bool
    ways: tuple[str, ...]


def recognise(*, number: str = "", telephone: str = "", email: str = "", today: date) -> tuple[KnownMember, ...]:
    """Those whom it may be, whoever fits in most ways first; in two statements, and none where nothing is given."""
    digits = telephone_digits(telephone)
    given = {"number": plain(number), "digits": digits, "email": plain(email).lower()}
    if not any(given.values()):
        return ()
    # What is not given must not meet what is not known: no text on file is this sign.
    asked: dict[str, str | int] = {name: value or "\x01" for name, value in given.items()} | {"most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(FOUND, asked)
        found = {member_id: tuple(sorted(ways)) for member_id, ways in cursor.fetchall()}
    if not found:
        return ()
    members = Member.objects.in_bulk(list(found))
    facts = (
        MembershipFact.objects.filter(member_id__in=found, effective_date__lte=today)
        .order_by("member_id", "-effective_date", "-recorded_at", "-id")
        .distinct("member_id")
    )
    known = {fact.member_id: fact for fact in facts}
    return tuple(_known(members[pk].number, known.get(pk), ways) for pk, ways in found.items())


def telephone_digits(typed: str) -> str:
    """0312345678, whether it came with hyphens, full-width, or as +81 3 1234 5678. Empty for what is too short to be one."""
    shown = plain(typed)
    national = NATIONAL + shown.removeprefix(COUNTRY).lstrip() if shown.startswith(COUNTRY) else shown
    digits = "".join(sign for sign in national if sign.isascii() and sign.isdigit())
    return digits if TELEPHONE_DIGITS <= len(digits) <= LONGEST_TYPED else ""


def plain(typed: str) -> str:
    """Of any width, without control signs."""
    shown = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED])
    return "".join(sign for sign in shown if sign.isprintable()).strip()


def _known(number: str, fact: MembershipFact | None, ways: tuple[str, ...]) -> KnownMember:
    if fact is None:
        return KnownMember(number, "", "", "", "", "", is_member=False, ways=ways)
    return KnownMember(
        number, fact.name, fact.name_kana, fact.member_class, fact.telephone, fact.email,
        is_member=fact.kind != MembershipFact.Kind.LEFT, ways=ways,
    )  # fmt: skip
