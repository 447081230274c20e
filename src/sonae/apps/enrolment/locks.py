"""Rows held until the transaction ends: member, application (and its payment after them), always in this order, so that two
callers can't wait for each other. What isn't used of them, the files of the product, stays in the database."""

from __future__ import annotations

from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member


def lock_application(**named: int | str) -> Application:
    """The application alone; ``named`` as in a query, ``pk`` or ``public_id``."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("scheme_year__product_version", "member")
        .defer("scheme_year__product_version__files")
        .get(**named)
    )


def lock_member_and_application(**named: int | str) -> Application:
    """The application, its member held before it: cover can't appear meanwhile."""
    of = Application.objects.filter(**named).values("member")
    list(Member.objects.select_for_update().filter(pk__in=of).values_list("pk"))
    return lock_application(**named)
