"""Pass a referral to the agency, with consent or not at all: the record of the provision, and a word to the agency."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.passed_items import PassedItem, passed_digest, passed_items, values_of
from sonae.apps.contact.queries import may_be_passed
from sonae.apps.contact.recipient import Recipient, recipient
from sonae.apps.contact.referral_mails import write_passed_mail
from sonae.apps.contact.referral_models import ThirdPartyProvision
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import japan_date
from sonae.domain.period import add_months


class NoConsent(Exception):
    """There is no consent, or it was withdrawn: nothing is passed."""


class ContentChanged(Exception):
    """What would be passed isn't what the person who passes it has seen."""


@transaction.atomic
def pass_referral(
    *, consultation: Consultation, seen: str, actor: str, now: datetime
) -> tuple[ThirdPartyProvision, bool]:
    """The record, and whether it is new: a referral is passed once, however often it is asked for.

    ``seen`` is the digest of what was shown (``passed_digest``). Raises NoConsent, ContentChanged, ConsentUnreadable and
    RecipientUnknown. Should somebody withdraw at the same moment, one of the two comes first: the database lets the record in
    only while the consent stands, and a withdrawal after it finds it and tells the agency.
    """
    consent = Consent.objects.filter(consultation=consultation).first()
    if consent is None:
        raise NoConsent
    known = ThirdPartyProvision.objects.filter(consent=consent).first()
    if known is not None:
        return known, False
    if not may_be_passed(consultation, now):
        raise NoConsent
    items = passed_items(consultation, consent)
    if passed_digest(consultation.number, values_of(items)) != seen:
        raise ContentChanged
    to = recipient(product_of(consultation.product_version))
    try:
        with transaction.atomic():
            provision = _keep(consultation, consent, items, to, actor=actor, now=now)
    except IntegrityError as refused:  # withdrawn, or passed by somebody else, since we looked
        known = ThirdPartyProvision.objects.filter(consent=consent).first()
        if known is None:
            raise NoConsent from refused
        return known, False
    record(now=now, actor=actor, action="referral.passed", object_kind="consultation", object_id=consultation.number,
           recipient=consent.recipient, consent=consent.digest, digest=provision.passed_digest)  # fmt: skip
    write_passed_mail(number=consultation.number, to=to.email, now=now)
    return provision, True


def _keep(
    consultation: Consultation, consent: Consent, items: list[PassedItem], to: Recipient, *, actor: str, now: datetime
) -> ThirdPartyProvision:
    values = values_of(items)
    return ThirdPartyProvision.objects.create(
        consent=consent,
        provided_at=now,
        provided_by=actor,
        recipient=consent.recipient,
        recipient_name=to.name,
        recipient_address=to.address,
        recipient_representative=to.representative,
        person="　".join(part for part in (consultation.firm, consultation.name) if part),
        items=[{"item": one.item, "purpose": one.purpose, "fields": sorted(one.fields)} for one in items],
        passed=values,
        passed_digest=passed_digest(consultation.number, values),
        consent_digest=consent.digest,
        keep_until=kept_until(japan_date(now)),
    )


def kept_until(day: date) -> date:
    """The first day on which the record of a provision of that day need no longer be kept."""
    return add_months(day, 12 * settings.SONAE_PROVISION_YEARS)
