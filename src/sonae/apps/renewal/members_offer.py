"""The next scheme year as one member sees it: what it was offered for its expiring cover, worked out as of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import find_membership
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import find_scheme_year, list_scheme_years
from sonae.domain.product.definition import Product
from sonae.domain.renewal import NotExpiring, RenewalOffer, offer_renewal
from sonae.domain.renewal_calendar import TurnDates, may_offer, start_if_confirmed, turn_of


@dataclass(frozen=True, slots=True)
class MembersOffer:
    """An expiring certificate and what its member can have afterwards.

    ``offer`` is worked out from what is known today, so it may say otherwise than the letter that went out before something
    changed. ``start_on`` is None outside the time in which offers are taken up. ``renewal`` is the new certificate, where there is
    one already.
    """

    certificate: Certificate
    year: SchemeYear
    old: Product
    new: Product
    dates: TurnDates
    offer: RenewalOffer
    start_on: date | None
    renewal: Certificate | None


def find_members_offer(*, number: str, user: User, today: date) -> MembersOffer | None:
    """The offer for the paid certificate of that number, if this person acts for its member and there is a next scheme year."""
    certificate = _paid().filter(number=number, member__people__user=user).first()
    if certificate is None:
        return None
    year = find_scheme_year(on=certificate.scheme_year.expiry_on)
    return None if year is None else _offer_for(certificate, year, today)


def list_members_offers(*, member: Member, today: date) -> list[MembersOffer]:
    """What can be renewed now: for the member's paid certificate whose turn has begun and isn't over."""
    turning = {year.start_on: year for year in list_scheme_years() if _is_turning(year, today)}
    expiring = _paid().filter(member=member, cancelled_on=None, scheme_year__expiry_on__in=turning) if turning else ()
    offers = (_offer_for(one, turning[one.scheme_year.expiry_on], today) for one in expiring)
    return [offer for offer in offers if offer is not None]


def _is_turning(year: SchemeYear, today: date) -> bool:
    return may_offer(turn_of(product_of(year.product_version), year.start_on), today)


def _paid() -> QuerySet[Certificate]:
    return (
        Certificate.objects.filter(section=Certificate.Section.PAID)
        .select_related("member", "scheme_year__product_version", "renewal")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
    )


def _offer_for(certificate: Certificate, year: SchemeYear, today: date) -> MembersOffer | None:
    old, new = product_of(certificate.scheme_year.product_version), product_of(year.product_version)
    dates = turn_of(new, year.start_on)
    may_renew = find_membership(member=certificate.member, on=max(today, year.start_on)) is not None
    try:
        offer = offer_renewal(
            old=old, acts=acts_of(certificate.transactions.all()), term=term_of(certificate), new=new,
            next_term=year.term, may_renew=may_renew,
        )  # fmt: skip
    except NotExpiring:
        return None
    start_on = start_if_confirmed(new, dates, year.term, today)
    return MembersOffer(certificate, year, old, new, dates, offer, start_on, getattr(certificate, "renewal", None))
