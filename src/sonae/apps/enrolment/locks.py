"""Rows held until the transaction ends: member, application (and its payment after them), always in this order, so that two
callers can't wait for each other. What isn't used of them, the files of the product, stays in the database."""

from __future__ import annotations

from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member


def lock_application(application_id: int) -> Application:
    """The application alone."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("scheme_year__product_version", "member", "user", "renewal_of")
        .defer("scheme_year__product_version__files")
        .get(pk=application_id)
    )


def lock_member_and_application(application_id: int) -> Application:
    """The application, its member held before it: cover can't appear meanwhile."""
    member_id = Application.objects.values_list("member_id", flat=True).get(pk=application_id)
    Member.objects.select_for_update().get(pk=member_id)
    return lock_application(application_id)
