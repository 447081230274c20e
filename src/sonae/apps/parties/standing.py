"""Where members stand with the organiser's list: their facts, and the rule of domain/membership_standing.py over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sonae.apps.parties.models import Member, MembershipFact
from sonae.domain.membership import Particulars, ToldOf
from sonae.domain.membership_standing import MembershipStanding, renewal_outlook, standing_on
from sonae.domain.product.definition import Calendar

KNOWN_ON = """
    SELECT DISTINCT ON (member_id) member_id, {columns} FROM parties_membershipfact
    WHERE effective_date <= %({day})s {of} ORDER BY member_id, effective_date DESC, recorded_at DESC, id DESC
"""


def known_on(columns: str, *, day: str, of: str = "") -> str:
    """The statement for the fact of each member that wins on a day: of the latest day, and of that day the one recorded last.

    ``columns`` are those of ``MembershipFact``, ``day`` is the name of a parameter, ``of`` limits the members.
    """
    return KNOWN_ON.format(columns=columns, day=day, of=of)


def list_facts(*, member: Member) -> list[MembershipFact]:
    """All that the organiser told us of the member, in the order in which it holds."""
    return list(MembershipFact.objects.filter(member=member).order_by("effective_date", "recorded_at", "id"))


def standing_of(facts: Iterable[MembershipFact], *, on: date) -> MembershipStanding:
    """The standing on the day, of the member whose facts these are."""
    return standing_on(
        (told_of(one.effective_date, one.recorded_at, one.pk, one.kind, one.member_class) for one in facts), on
    )


def may_renew(facts: Iterable[MembershipFact], *, expires_on: date, today: date, calendar: Calendar) -> bool:
    """Whether the member whose facts these are may renew a cover that expires on that day, as it stands today (F21)."""
    outlook = renewal_outlook(standing_of(facts, on=today), expires_on=expires_on, today=today, calendar=calendar)
    return outlook.may_renew


def told_of(
    effective_date: date, recorded_at: datetime, fact_id: int, kind: str, member_class: str, *names: str
) -> ToldOf:
    """One fact as the domain knows it; ``names`` are name and kana, where they matter."""
    particulars = None if kind == MembershipFact.Kind.LEFT else Particulars(member_class, *names)
    return ToldOf(effective_date, (recorded_at.timestamp(), fact_id), particulars)


def latest_fact(facts: Iterable[MembershipFact], *, on: date) -> MembershipFact | None:
    """What is known of the member on the day, even when it has left: the latest fact by both clocks that names it."""
    past = [fact for fact in facts if fact.effective_date <= on]
    return max(past, key=lambda fact: (fact.effective_date, fact.recorded_at, fact.pk), default=None)


def names_on(*, members: Iterable[Member], on: date) -> dict[int, str]:
    """The name of each member by its id, in one statement; a member that has left keeps the name it had."""
    facts = (
        MembershipFact.objects.filter(member__in=list(members), effective_date__lte=on)
        .order_by("member_id", "-effective_date", "-recorded_at", "-id")
        .distinct("member_id")
    )
    return {fact.member_id: fact.name for fact in facts}
