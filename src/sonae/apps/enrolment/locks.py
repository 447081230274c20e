"""Rows held until the transaction ends: member, application, payment, always in this order, so that two callers can't wait for
each other. What isn't used of them, the files of the product, stays in the database."""

from __future__ import annotations

from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member


def lock_application(application_id: int) -> Application:
    """The application alone."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("scheme_year__product_version", "member", "user")
        .defer("scheme_year__product_version__files")
        .get(pk=application_id)
    )


def lock_member_and_application(application_id: int) -> Application:
    """The application, its member held before it: cover can't appear meanwhile."""
    member_id = Application.objects.values_list("member_id", flat=True).get(pk=application_id)
    Member.objects.select_for_update().get(pk=member_id)
    return lock_application(application_id)


def lock_payment(payment: Payment) -> tuple[Application, Payment]:
    """The application that is paid for, and the payment as it stands now; their member is held before both."""
    public_id = payment.purpose.removeprefix("enrol:")
    application_id = Application.objects.values_list("pk", flat=True).get(public_id=public_id)
    application = lock_member_and_application(application_id)
    return application, Payment.objects.select_for_update().get(pk=payment.pk)
