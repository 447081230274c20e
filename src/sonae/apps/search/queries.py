"""Which members are meant by what somebody typed: the likeliest first, each with the reason why it was found.

Numbers and the addresses of people who sign in are asked of their own tables, so they are found from the moment they are there.
Everything else is asked of ``FindableMember``, which a job writes as soon as a feed is in (docs/decisions/).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.search.models import FindableMember
from sonae.apps.search.question import Question, everything, half_remembered, pattern_of, read_question
from sonae.domain.name_folding import fold

A_PAGE = 50
CANDIDATES = 100  # of each way of finding that are looked at to put the likeliest first
FEW = (
    10  # with fewer than this, what is only alike is looked for as well; of a short word only if there is nothing else
)
SHORT = 5
LARGEST_KEY = 2**63 - 1

MEMBER_NUMBERS = (
    "SELECT id FROM parties_member WHERE number LIKE %(start)s::text ORDER BY number LIMIT %(most)s::bigint"
)
CERTIFICATE_NUMBERS = """
    SELECT member_id FROM certificates_certificate WHERE number LIKE %(start)s::text ORDER BY number LIMIT %(most)s::bigint
"""
PEOPLE = """
    SELECT access.member_id FROM parties_user AS person JOIN parties_memberaccess AS access ON access.user_id = person.id
    WHERE lower(person.email) LIKE %(start)s::text ORDER BY lower(person.email), access.member_id LIMIT %(most)s::bigint
"""
BEGINNINGS = """
    (SELECT member_id FROM search_findablemember WHERE name LIKE %(start)s::text ORDER BY name LIMIT %(most)s::bigint)
    UNION ALL
    (SELECT member_id FROM search_findablemember WHERE kana LIKE %(start)s::text ORDER BY kana LIMIT %(most)s::bigint)
"""
TEXT = r"concat_ws(E'\n', name, kana, other_names, cover_names, addresses, contacts)"
WITHIN = """
    SELECT member_id FROM search_findablemember
    WHERE grams @@ %(asked)s::tsquery AND {every_word} LIMIT %(most)s::bigint
"""
IN_ORDER = """
    SELECT member_id FROM search_findablemember
    WHERE grams @@ %(asked)s::tsquery AND {every_word} AND member_id > %(after)s::bigint
    ORDER BY member_id LIMIT %(most)s::bigint
"""
ALIKE = f"""
    SELECT member_id FROM search_findablemember
    WHERE grams @@ %(asked)s::tsquery AND {TEXT} ~ %(pattern)s::text LIMIT %(most)s::bigint
"""  # noqa: S608  # our own names of columns


class Why(StrEnum):
    """By what somebody was found, the likeliest first. Nothing is said of a name."""

    NUMBER = "number"
    CERTIFICATE = "certificate"
    EMAIL = "email"
    TELEPHONE = "telephone"
    NAME = "name"
    COVER_NAME = "cover_name"
    OTHER_NAME = "other_name"
    ADDRESS = "address"
    ALIKE = "alike"


ORDER = {why: place for place, why in enumerate(Why)}


@dataclass(frozen=True, slots=True)
class FoundMember:
    """One line of the answer: what is known of the member today, its newest paid certificate, and why it is here."""

    member: Member
    known: MembershipFact | None
    is_member: bool
    certificate: Certificate | None
    why: Why


@dataclass(frozen=True, slots=True)
class FoundMembers:
    """The likeliest, or one page of all in the order in which they came. ``after`` is where the next page begins, if any."""

    rows: tuple[FoundMember, ...] = ()
    after: int | None = None
    in_order: bool = False


def find_members(*, typed: str, today: date, after: int | None = None) -> FoundMembers:
    """Nothing for nothing typed. With ``after`` all that fit, by when they came in, behind the one with this key. The same few
    statements however many there are."""
    question = read_question(typed)
    if question is None:
        return FoundMembers()
    with transaction.atomic():
        _plan_each_by_itself()
        if after is not None and not question.is_number:
            return _in_order(question, min(max(after, 0), LARGEST_KEY), today)
        return _likeliest(question, today)


def _plan_each_by_itself() -> None:
    """Until the transaction ends. A plan for any question would read everything for one that fits three members."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def _likeliest(question: Question, today: date) -> FoundMembers:
    found: dict[int, Why | None] = {}
    for why, ids in _ways(question):
        for pk in ids:
            found.setdefault(pk, why)
    alike: set[int] = set()
    if len(found) < (FEW if len(question.folded) >= SHORT else 1):
        alike = set(_alike(question)) - found.keys()
        found |= dict.fromkeys(alike)
    judged = sorted(_judge(found, question, alike, today), key=lambda one: one.likeliness)
    more = len(judged) > A_PAGE and not question.is_number
    return FoundMembers(_rows(judged[:A_PAGE]), 0 if more else None)


def _ways(question: Question) -> Iterable[tuple[Why | None, list[int]]]:
    """By number and address at once; None where a look at the texts has to say by what."""
    if question.is_number:
        start = f"{_literal(question.words[0].typed)}%"
        yield Why.NUMBER, _ids(MEMBER_NUMBERS, start=start, most=A_PAGE + 1)
        yield Why.CERTIFICATE, _ids(CERTIFICATE_NUMBERS, start=start, most=A_PAGE + 1)
    if len(question.words) == 1 and question.words[0].is_email:
        yield Why.EMAIL, _ids(PEOPLE, start=f"{_literal(question.words[0].typed)}%", most=A_PAGE + 1)
    if question.folded and not question.is_number:
        yield None, _ids(BEGINNINGS, start=f"{_literal(question.folded)}%", most=A_PAGE + 1)
    yield None, _within(WITHIN, question, most=CANDIDATES)


def _within(sql: str, question: Question, **given: str | int) -> list[int]:
    """Each pair of letters is there; that they stand side by side is asked of the text."""
    long_words = [word.folded for word in question.words if len(word.folded) > 2 and not word.is_number]
    every_word = " AND ".join(f"{TEXT} LIKE %(word_{at})s::text" for at in range(len(long_words))) or "true"
    words = {f"word_{at}": f"%{_literal(word)}%" for at, word in enumerate(long_words)}
    return _ids(sql.format(every_word=every_word), asked=everything(question), **words, **given)


def _alike(question: Question) -> list[int]:
    asked = half_remembered(question)
    return _ids(ALIKE, asked=asked, pattern=pattern_of(question), most=CANDIDATES) if asked else []


def _in_order(question: Question, after: int, today: date) -> FoundMembers:
    ids = _within(IN_ORDER, question, after=after, most=A_PAGE + 1)
    judged = _judge(dict.fromkeys(ids[:A_PAGE]), question, set(), today)
    return FoundMembers(_rows(judged), ids[A_PAGE - 1] if len(ids) > A_PAGE else None, in_order=True)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One candidate: what is known of it, and why it is one. ``likeliness`` sorts the likeliest first."""

    pk: int
    known: MembershipFact | None
    why: Why
    likeliness: tuple[int, ...]

    @property
    def is_member(self) -> bool:
        return self.known is not None and self.known.kind != MembershipFact.Kind.LEFT


def _judge(found: dict[int, Why | None], question: Question, alike: set[int], today: date) -> list[_Judged]:
    """By what each was found, and how well its text fits: where the word stands in it, and how long it is."""
    texts = {one.pk: one for one in FindableMember.objects.defer("grams").filter(pk__in=found)}
    known = _latest_facts(found, today)
    judged = []
    for place, (pk, by) in enumerate(found.items()):
        fact = known.get(pk)
        seen, fits = _why(texts.get(pk), question, fact)
        why = Why.ALIKE if pk in alike else by or seen
        has_left = fact is None or fact.kind == MembershipFact.Kind.LEFT
        judged.append(_Judged(pk, fact, why, (ORDER[why], has_left, *fits, place)))
    return judged


def _rows(judged: Sequence[_Judged]) -> tuple[FoundMember, ...]:
    ids = [one.pk for one in judged]
    members = {member.pk: member for member in Member.objects.filter(pk__in=ids)}
    certificates = {one.member_id: one for one in _newest_paid(ids)}
    return tuple(
        FoundMember(members[one.pk], one.known, one.is_member, certificates.get(one.pk), one.why) for one in judged
    )


def _why(text: FindableMember | None, question: Question, known: MembershipFact | None) -> tuple[Why, tuple[int, int]]:
    """The most telling kind of text that holds the first word, or all of them; and how it fits there."""
    if text is None:
        return Why.NAME, (0, 0)
    word = question.words[0]
    if word.is_email or word.digits:
        return _why_contact(text, question)
    names = [fold(known.name), fold(known.name_kana)] if known else []
    for why, lines in (
        (Why.NAME, names or [text.name, text.kana]),
        (Why.COVER_NAME, text.cover_names.splitlines()),
        (Why.OTHER_NAME, [text.name, text.kana, *text.other_names.splitlines()]),
        (Why.ADDRESS, text.addresses.splitlines()),
    ):
        fits = [
            (line.find(asked), len(line)) for line in lines for asked in (question.folded, word.folded) if asked in line
        ]
        if fits:
            return why, min(fits)
    return Why.NAME, (len(text.name), len(text.name))


def _why_contact(text: FindableMember, question: Question) -> tuple[Why, tuple[int, int]]:
    word = question.words[0]
    if word.is_email:
        return Why.EMAIL, (0, 0)
    telephones = [line for line in text.contacts.splitlines() if line.isdigit()]
    if any(line.startswith(word.digits) or line.endswith(word.digits) for line in telephones):
        exact = word.digits in telephones
        return Why.TELEPHONE, (0 if exact else 1, 0)
    return (Why.ADDRESS if word.digits in text.addresses else Why.NAME), (0, 0)


def _ids(sql: str, **given: str | int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [row[0] for row in cursor.fetchall()]


def _literal(asked: str) -> str:
    """Without a meaning for LIKE."""
    return asked.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _latest_facts(ids: Iterable[int], today: date) -> dict[int, MembershipFact]:
    facts = (
        MembershipFact.objects.filter(member_id__in=list(ids), effective_date__lte=today)
        .order_by("member_id", "-effective_date", "-recorded_at", "-id")
        .distinct("member_id")
    )
    return {fact.member_id: fact for fact in facts}


def _newest_paid(ids: Iterable[int]) -> Sequence[Certificate]:
    """With what is needed to say whether it is in force."""
    paid: Any = Certificate.objects.filter(member_id__in=list(ids), section=Certificate.Section.PAID)
    return list(paid.select_related("scheme_year").order_by("member_id", "-starts_on", "-id").distinct("member_id"))
