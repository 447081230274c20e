"""The next scheme year as one member sees it: what it was offered for its expiring cover, worked out as of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.queries import certificates_with_log
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.standing import list_facts, may_renew
from sonae.apps.renewal.years import Turn, list_turns
from sonae.domain.renewal import NotExpiring, RenewalOffer, offer_renewal
from sonae.domain.renewal_calendar import may_offer, start_if_confirmed


@dataclass(frozen=True, slots=True)
class MembersOffer:
    """An expiring certificate and what its member can have afterwards.

    ``offer`` is worked out from what is known today, so it may say otherwise than the letter that went out before something
    changed. ``start_on`` is None outside the time in which offers are taken up. ``renewal`` is the new certificate, where there is
    one already.
    """

    certificate: Certificate
    turn: Turn
    offer: RenewalOffer
    start_on: date | None
    renewal: Certificate | None


def find_members_offer(*, number: str, user: User, today: date) -> MembersOffer | None:
    """The offer for the paid certificate of that number, if this person acts for its member and there is a next scheme year."""
    certificate = _paid().filter(number=number, member__people__user=user).first()
    if certificate is None:
        return None
    turn = next((turn for turn in list_turns() if turn.expiring.pk == certificate.scheme_year_id), None)
    return None if turn is None else _offer_for(certificate, turn, today)


def list_members_offers(*, member: Member, today: date) -> list[MembersOffer]:
    """What can be renewed now: for the member's paid certificate whose turn has begun and isn't over."""
    turning = {turn.expiring.pk: turn for turn in list_turns() if may_offer(turn.dates, today)}
    expiring = _paid().filter(member=member, cancelled_on=None, scheme_year__in=turning) if turning else ()
    offers = (_offer_for(one, turning[one.scheme_year_id], today) for one in expiring)
    return [offer for offer in offers if offer is not None]


def _paid() -> QuerySet[Certificate]:
    return certificates_with_log().select_related("renewal").filter(section=Certificate.Section.PAID)


def _offer_for(certificate: Certificate, turn: Turn, today: date) -> MembersOffer | None:
    facts, expires_on = list_facts(member=certificate.member), turn.expiring.expiry_on
    is_entitled = may_renew(facts, expires_on=expires_on, today=today, calendar=turn.new.calendar)
    try:
        offer = offer_renewal(
            old=turn.old, acts=acts_of(certificate.transactions.all()), term=term_of(certificate), new=turn.new,
            next_term=turn.year.term, may_renew=is_entitled,
        )  # fmt: skip
    except NotExpiring:
        return None
    start_on = start_if_confirmed(turn.new, turn.dates, turn.year.term, today)
    return MembersOffer(certificate, turn, offer, start_on, getattr(certificate, "renewal", None))
