"""A consultation by its address, whether it may be passed on, and what a member asked for its data."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation, DataRequest, ThirdPartyProvision
from sonae.apps.parties.models import Member

LONGEST_TOKEN = 43


def find_consultation(*, token: str) -> Consultation | None:
    """The consultation of that token, with its consent, what was passed under it and the withdrawal, where there are any."""
    if not token or len(token) > LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        return None
    return (
        Consultation.objects.select_related("product_version", "consent__withdrawal", "consent__provision")
        .defer("product_version__files")
        .filter(token=token)
        .first()
    )


def list_data_requests(*, member: Member) -> list[DataRequest]:
    """What the member's people have asked for its data, newest first."""
    return list(DataRequest.objects.filter(member=member).order_by("-received_at", "-id"))


def find_consent(consultation: Consultation) -> Consent | None:
    """The consent that came with it; None where none was asked for."""
    return getattr(consultation, "consent", None)


def find_withdrawal(consultation: Consultation) -> ConsentWithdrawal | None:
    """The withdrawal of that consent; None while it stands."""
    return getattr(find_consent(consultation), "withdrawal", None)


def find_provision(consultation: Consultation) -> ThirdPartyProvision | None:
    """The record of what was passed on under that consent; None where nothing was."""
    return getattr(find_consent(consultation), "provision", None)


def may_be_passed(consultation: Consultation, at: datetime) -> bool:
    """Whether it may be passed on at that moment: a referral whose consent was given by then and not withdrawn (law: consent
    to provision to a third party). Asked afresh of the database, so that a withdrawal of a second ago counts.
    """
    if consultation.kind != Consultation.Kind.REFERRAL:
        return False
    return (
        Consent.objects.filter(consultation=consultation, given_at__lte=at)
        .exclude(withdrawal__withdrawn_at__lte=at)
        .exists()
    )
