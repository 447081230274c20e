"""Rows held until the transaction ends: member, certificate, change request, always in this order. Never more than one member's."""

from __future__ import annotations

from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.parties.models import Member


def lock_certificate(certificate_id: int) -> Certificate:
    """The certificate with its scheme year and log, its member held before it. What isn't used, the product's files, stays away."""
    member_id = Certificate.objects.values_list("member_id", flat=True).get(pk=certificate_id)
    Member.objects.select_for_update().get(pk=member_id)
    return (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("scheme_year__product_version", "member")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
        .get(pk=certificate_id)
    )


def lock_change_request(public_id: str) -> ChangeRequest:
    """The request with its locked certificate."""
    certificate_id = ChangeRequest.objects.values_list("certificate_id", flat=True).get(public_id=public_id)
    certificate = lock_certificate(certificate_id)
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("user").get(public_id=public_id)
    request.certificate = certificate
    return request
