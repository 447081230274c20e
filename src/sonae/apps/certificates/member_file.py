"""Everything that the desk sees of one member: certificates, payments, changes asked for, papers and mails, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.queries import certificates_with_log
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.parties.models import Member, MemberAccess, MembershipFact
from sonae.domain.calendar import japan_date

SHOWN = 50
# Mails by the beginning of their keys. What lets somebody in (codes, invitations) is nobody's business but the reader's.
ABOUT_COVER = ("issued:", "refund:", "acts:", "waits:", "free-cover-", "renewal", "turn")


@dataclass(frozen=True)
class MemberFile:
    """``known`` is what the organiser's list says of it today, even where it has left."""

    known: MembershipFact | None
    is_member: bool
    people: list[MemberAccess]
    certificates: list[Certificate]
    payments: list[Payment]
    requests: list[ChangeRequest]
    papers: list[Paper]
    replaced: frozenset[int]  # papers that a newer edition stands for
    mails: list[OutboxMessage]


def member_file_of(*, member: Member, now: datetime) -> MemberFile:
    """In the same few statements however much there is; of each kind the newest."""
    facts = MembershipFact.objects.filter(member=member, effective_date__lte=japan_date(now))
    known = facts.order_by("-effective_date", "-recorded_at", "-id").first()
    people = list(MemberAccess.objects.filter(member=member).select_related("user").order_by("granted_at", "id"))
    papers = list(Paper.objects.filter(member=member).defer("facts").order_by("-issued_at", "-id")[:SHOWN])
    return MemberFile(
        known=known,
        is_member=known is not None and known.kind != MembershipFact.Kind.LEFT,
        people=people,
        certificates=_certificates(member),
        payments=_payments(member),
        requests=_requests(member),
        papers=papers,
        replaced=replaced_of(papers),
        mails=_mails(known, people),
    )


def replaced_of(papers: list[Paper]) -> frozenset[int]:
    """The editions of certificates that a newer one among these replaces."""
    newest: dict[str, Paper] = {}
    for paper in papers:
        if paper.kind == Paper.Kind.CERTIFICATE:
            number = paper.key.split(":")[1]
            newest[number] = max(newest.get(number, paper), paper, key=edition_of)
    kept = {paper.pk for paper in newest.values()}
    return frozenset(one.pk for one in papers if one.kind == Paper.Kind.CERTIFICATE and one.pk not in kept)


def edition_of(paper: Paper) -> int:
    """Of a certificate's paper, from its key."""
    last = paper.key.rpartition(":")[2]
    return int(last) if last.isdigit() else 0


def find_paper_of_members(*, paper_id: int) -> Paper | None:
    """A paper that belongs to some member."""
    return Paper.objects.filter(pk=paper_id, member__isnull=False).first()


def _certificates(member: Member) -> list[Certificate]:
    return list(certificates_with_log().filter(member=member).order_by("-starts_on", "-section", "-id"))


def _payments(member: Member) -> list[Payment]:
    payments = Payment.objects.filter(member=member).prefetch_related("refunds")
    return list(payments.order_by("-created_at", "-id")[:SHOWN])


def _requests(member: Member) -> list[ChangeRequest]:
    asked = ChangeRequest.objects.filter(certificate__member=member).select_related("certificate__scheme_year")
    return list(
        asked.select_related("certificate__scheme_year__product_version")
        .defer("certificate__scheme_year__product_version__files")
        .order_by("-asked_at", "-id")[:SHOWN]
    )


def _mails(known: MembershipFact | None, people: list[MemberAccess]) -> list[OutboxMessage]:
    """To its people and to the address on the organiser's list, and of those alone that tell of cover and money."""
    addresses = {one.user.email for one in people} | ({known.email} if known and known.email else set())
    about_cover = reduce(or_, (Q(key__startswith=prefix) for prefix in ABOUT_COVER))
    written = OutboxMessage.objects.filter(about_cover, recipient__in=addresses).defer("body")
    return list(written.order_by("-created_at", "-id")[:SHOWN])
