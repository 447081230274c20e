"""Paid certificates of the scheme year that ends on 1 December 2026, entered many at a time, and what became of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.renewal.models import RenewalOffer
from sonae.domain.calendar import JAPAN
from tests import clock

EXPIRING, NEXT = date(2025, 12, 1), date(2026, 12, 1)
OFFERS_DAY = datetime(2026, 10, 2, 4, 0, tzinfo=JAPAN)
FIELDS: Mapping[str, object] = {
    "plan": "P100", "industry": "other_services", "annual_sales": 5_000_000,
    "applicant": {"name": "株式会社みほん", "representative": "見本 太郎"}, "insured": {"name": "株式会社みほん"},
}  # fmt: skip


NUMBER: Callable[[Member], str] = lambda member: f"C{member.number}"  # noqa: E731  # replaced where a member has several


def enter_members(count: int, *, email: bool = True, told: Iterable[tuple[str, date]] = ()) -> list[Member]:
    """So many new members on the list since April 2025, and what was told of each of them afterwards."""
    mark = secrets.token_hex(4)
    members = Member.objects.bulk_create(
        Member(number=f"R{mark}{place:05d}", created_at=clock.now()) for place in range(count)
    )
    MembershipFact.objects.bulk_create(
        MembershipFact(
            member=member, kind=kind, effective_date=day, recorded_at=clock.now(), member_class="basic", name="株式会社みほん",
            email=f"{member.number.lower()}@sample.example" if email else "", source="test",
        )
        for member in members
        for kind, day in (("joined", date(2025, 4, 1)), *told)
    )  # fmt: skip
    return members


def give_covers(
    members: Sequence[Member], *fields: Mapping[str, object], starts_on: date = EXPIRING, year: SchemeYear | None = None
) -> list[Certificate]:
    """A paid certificate for each, with one act; ``fields`` take turns, each on top of the usual ones."""
    year = year or SchemeYear.objects.get(start_on=EXPIRING)
    kinds = fields or ({},)
    certificates = Certificate.objects.bulk_create(
        Certificate(
            number=NUMBER(member), member=member, scheme_year=year, section="paid", starts_on=starts_on,
            verification_code=secrets.token_hex(16), issued_at=clock.now(),
        )
        for member in members
    )  # fmt: skip
    Transaction.objects.bulk_create(
        act(certificate, 1, "new", starts_on, {**FIELDS, **kinds[place % len(kinds)]})
        for place, certificate in enumerate(certificates)
    )
    return certificates


def act(certificate: Certificate, seq: int, kind: str, on: date, patch: Mapping[str, object]) -> Transaction:
    """One act as it is recorded, not saved yet. Its premium is no matter here."""
    return Transaction(
        certificate=certificate, seq=seq, kind=kind, effective_date=on, recorded_at=clock.now(), patch=dict(patch),
        actor="test", rating_digest="0" * 64, total_premium_after=0, premium_difference=0,
    )  # fmt: skip


def told_of(certificate: Certificate) -> tuple[RenewalOffer, Paper, list[OutboxMessage]]:
    """The offer of a certificate, its letter and its mails."""
    offer = RenewalOffer.objects.get(certificate=certificate)
    return (
        offer,
        Paper.objects.get(key=offer.letter_key),
        list(OutboxMessage.objects.filter(key__startswith=f"renewal:{certificate.number}:").order_by("id")),
    )


def check_each_told_once(certificates: Sequence[Certificate], *, year_start: date = NEXT) -> None:
    """Exactly one offer, one letter and one mail for each, and nothing besides."""
    ids = [certificate.pk for certificate in certificates]
    offers = RenewalOffer.objects.filter(certificate__in=ids, scheme_year__start_on=year_start)
    assert offers.count() == offers.values("certificate").distinct().count() == len(ids)
    keys = set(offers.values_list("letter_key", flat=True))
    assert Paper.objects.filter(key__in=keys).count() == len(ids)
    assert OutboxMessage.objects.filter(key__in=keys).count() == len(ids)
    assert set(offers.values_list("revision", flat=True)) == {1}
