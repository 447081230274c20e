"""A person who has signed in shows that they may act for a member: number, class, and a proof that the organiser's list holds."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.queries import Membership, find_membership
from sonae.domain.calendar import japan_date

TRIES_AN_HOUR = 10
JAPAN_DIALLING_CODE = "81"


class NoSuchMembership(Exception):
    """Number, class or proof is not what the list says. Which of them is never told, so that the list can't be probed."""


class MemberHasOwner(Exception):
    """Somebody acts for this member already; they, or the window, let a second person in."""


class TooManyTries(Exception):
    """This person, or somebody trying this member number, has to wait."""


def link_member(*, user: User, number: str, member_class: str, telephone: str, now: datetime) -> Member:
    """The member that ``user`` acts for from now on, as its owner. The e-mail is the one that the sign-in code proved.

    Raises ``NoSuchMembership``, ``MemberHasOwner`` or ``TooManyTries``. A repeat by the same person is a quiet success.
    """
    number = plain(number).upper()
    _count_try(user=user, number=number, now=now)
    with transaction.atomic():
        member = Member.objects.select_for_update().filter(number=number).first()
        membership = None if member is None else find_membership(member=member, on=japan_date(now))
        proof = _proof(membership, user=user, member_class=member_class, telephone=telephone)
        if member is not None and proof:
            return _grant(member=member, user=user, proof=proof, now=now)
    record(now=now, actor=f"user:{user.pk}", action="member.not_linked", object_kind="member", object_id=number[:20])
    raise NoSuchMembership


def _count_try(*, user: User, number: str, now: datetime) -> None:
    hour = timedelta(hours=1)
    by_person = allow(key=f"link:user:{user.pk}", most=TRIES_AN_HOUR, within=hour, now=now)
    by_number = allow(key=f"link:member:{number}", most=TRIES_AN_HOUR, within=hour, now=now)
    if not (by_person and by_number):
        raise TooManyTries


def _proof(membership: Membership | None, *, user: User, member_class: str, telephone: str) -> str:
    if membership is None or membership.member_class != member_class:
        return ""
    if membership.email and membership.email.lower() == user.email.lower():
        return "listed_email"
    listed, given = digits_of_telephone(membership.telephone), digits_of_telephone(telephone)
    return "listed_telephone" if listed and listed == given else ""


def _grant(*, member: Member, user: User, proof: str, now: datetime) -> Member:
    people = list(MemberAccess.objects.filter(member=member))
    if any(access.user_id == user.pk for access in people):
        return member
    if people:
        raise MemberHasOwner
    MemberAccess.objects.create(member=member, user=user, role=MemberAccess.Role.OWNER, granted_at=now, proof=proof)
    record(now=now, actor=f"user:{user.pk}", action="member.linked", object_kind="member", object_id=member.number,
           proof=proof)  # fmt: skip
    return member


def plain(typed: str) -> str:
    """As the list writes it: half-width, without spaces, with plain hyphens."""
    narrow = unicodedata.normalize("NFKC", typed)
    hyphens = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
    return "".join(narrow.translate(hyphens).split())


def digits_of_telephone(typed: str) -> str:
    """The digits alone, in the way of writing that begins with 0: +81 3 … and ０３（… are the same number."""
    narrow = plain(typed)
    digits = "".join(sign for sign in narrow if sign in "0123456789")
    if narrow.startswith("+") and digits.startswith(JAPAN_DIALLING_CODE):
        return "0" + digits.removeprefix(JAPAN_DIALLING_CODE).removeprefix("0")
    return digits
