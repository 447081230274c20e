"""Who is meant by what a clerk typed: a member number, a certificate number, an e-mail address, a telephone, a name or its reading.

Numbers and people's addresses are looked up by their indexes. Names are read through: Japanese names are asked for by two
letters, and an index that could answer that costs the files of members more than it saves the desk (docs/decisions/).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member, MembershipFact

A_PAGE = 50
LONGEST_TYPED = 120
LAST_PAGE = 10_000
NUMBER = re.compile(r"[A-Z]{0,3}\d[\dA-Z-]*", re.IGNORECASE)
TELEPHONE_DIGITS = 9
# Hiragana to katakana: the list keeps readings in katakana.
TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}

BY_NUMBER = """
SELECT id FROM parties_member WHERE number LIKE %(start)s
UNION SELECT member_id FROM certificates_certificate WHERE number LIKE %(start)s
"""
BY_EMAIL = """
SELECT access.member_id FROM parties_user AS person JOIN parties_memberaccess AS access ON access.user_id = person.id
WHERE lower(person.email) LIKE %(start)s
UNION SELECT member_id FROM parties_membershipfact WHERE lower(email) LIKE %(start)s
"""
BY_TELEPHONE = """
SELECT member_id FROM parties_membershipfact WHERE replace(telephone, '-', '') = %(digits)s
"""
BY_NAME = """
SELECT member_id FROM parties_membershipfact WHERE name LIKE %(within)s OR name_kana LIKE %(kana)s
"""
PAGE = """
SELECT member.id FROM parties_member AS member WHERE member.id IN ({found})
ORDER BY member.number LIMIT %(most)s OFFSET %(skipped)s
"""


@dataclass(frozen=True, slots=True)
class FoundMember:
    """One line of the answer: what is known of the member today, and its newest paid certificate."""

    member: Member
    known: MembershipFact | None
    is_member: bool
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class FoundMembers:
    """One page of them, by member number."""

    rows: tuple[FoundMember, ...]
    page: int
    has_more: bool


def find_members(*, typed: str, page: int, today: date) -> FoundMembers:
    """Nothing for nothing typed. Former names and addresses are found as well; five statements however many are found."""
    page = min(max(page, 1), LAST_PAGE)
    asked = "".join(sign for sign in unicodedata.normalize("NFKC", typed)[:LONGEST_TYPED] if sign.isprintable()).strip()
    if not asked:
        return FoundMembers((), 1, has_more=False)
    sql, words = _question(asked)
    given: dict[str, str | int] = {**words, "most": A_PAGE + 1, "skipped": (page - 1) * A_PAGE}
    with connection.cursor() as cursor:
        cursor.execute(PAGE.format(found=sql), given)
        ids = [row[0] for row in cursor.fetchall()]
    return FoundMembers(_rows(ids[:A_PAGE], today), page, has_more=len(ids) > A_PAGE)


def _question(asked: str) -> tuple[str, dict[str, str]]:
    digits = asked.replace("-", "").replace(" ", "")
    if "@" in asked:
        return BY_EMAIL, {"start": f"{_literal(asked.lower())}%"}
    if NUMBER.fullmatch(asked):
        sql, given = BY_NUMBER, {"start": f"{_literal(asked.upper())}%"}
        if digits.isdigit() and len(digits) >= TELEPHONE_DIGITS:
            return f"{sql} UNION {BY_TELEPHONE}", {**given, "digits": digits}
        return sql, given
    within = _literal(asked)
    return BY_NAME, {"within": f"%{within}%", "kana": f"%{within.translate(TO_KATAKANA)}%"}


def _literal(asked: str) -> str:
    """Without a meaning for LIKE."""
    return asked.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _rows(ids: Sequence[int], today: date) -> tuple[FoundMember, ...]:
    members = {member.pk: member for member in Member.objects.filter(pk__in=ids)}
    known = _latest_facts(ids, today)
    certificates = {one.member_id: one for one in _newest_paid(ids)}
    return tuple(
        FoundMember(
            members[pk],
            known.get(pk),
            pk in known and known[pk].kind != MembershipFact.Kind.LEFT,
            certificates.get(pk),
        )
        for pk in ids
    )


def _latest_facts(ids: Sequence[int], today: date) -> dict[int, MembershipFact]:
    facts = (
        MembershipFact.objects.filter(member_id__in=ids, effective_date__lte=today)
        .order_by("member_id", "-effective_date", "-recorded_at", "-id")
        .distinct("member_id")
    )
    return {fact.member_id: fact for fact in facts}


def _newest_paid(ids: Sequence[int]) -> list[Certificate]:
    """With what is needed to say whether it is in force."""
    return list(
        Certificate.objects.filter(member_id__in=ids, section=Certificate.Section.PAID)
        .select_related("scheme_year")
        .order_by("member_id", "-starts_on", "-id")
        .distinct("member_id")
    )
