"""The premium of an application: paid before cover is issued, given back where cover can't be issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sonae.apps.billing.models import Payment
from sonae.apps.billing.purposes import PageFrame
from sonae.apps.enrolment.acceptance import find_obstacle
from sonae.apps.enrolment.cover_mails import write_refund_mail
from sonae.apps.enrolment.locks import lock_member_and_application
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.issue_cover import issue_cover

State = Application.State
PREFIX = "enrol"


def purpose_of(application: Application) -> str:
    """The business key of what is paid: one for each application."""
    return f"{PREFIX}:{application.public_id}"


@dataclass(frozen=True, slots=True)
class PaidApplication:
    """One application that is being paid, its rows locked."""

    application: Application

    def find_mismatch(self, payment: Payment) -> str | None:
        """The application is still being paid, and costs this sum."""
        as_asked = self.application.state == State.PAYING and self.application.term_premium == payment.charge_yen
        return None if as_asked else "application_changed"

    def find_obstacle(self, *, now: datetime) -> str | None:
        """Everything is checked again as at confirmation."""
        return find_obstacle(application=self.application, now=now)

    def fulfil(self, *, payment: Payment, now: datetime) -> None:
        """Cover is issued."""
        issue_cover(application=self.application, payment=payment, now=now)

    def note_owed_back(self, *, payment: Payment, captured_yen: int, now: datetime) -> None:
        """The application ends without cover, and the applicant is told."""
        if self.application.state == State.PAYING:
            self._leave_for(State.CLOSED, "refunded", now=now)
        write_refund_mail(application=self.application, payment=payment, captured_yen=captured_yen, now=now)

    def set_free(self, *, now: datetime) -> None:
        """It may be paid again, or changed."""
        if self.application.state == State.PAYING:
            self._leave_for(State.CONFIRMED, "", now=now)

    def _leave_for(self, state: str, reason: str, *, now: datetime) -> None:
        application = self.application
        application.state, application.closed_reason, application.changed_at = state, reason, now
        application.save(update_fields=["state", "closed_reason", "changed_at"])


class ApplicationPurpose:
    """As the settings name it."""

    prefix = PREFIX

    def lock(self, public_id: str) -> PaidApplication:
        """Member first, then the application."""
        return PaidApplication(lock_member_and_application(public_id=public_id))

    def frame_of(self, public_id: str) -> PageFrame:
        """The applicant comes back to the application."""
        application = Application.objects.select_related("user").get(public_id=public_id)
        prefix = "/en" if application.language == "en" else ""
        way_back = f"{settings.SONAE_SITE_ADDRESS}{prefix}/apply/{application.public_id}"
        return PageFrame(
            description=f"Sonae {application.number}",
            email=application.user.email,
            return_url=f"{way_back}/paid/",
            cancel_url=f"{way_back}/payment-left/",
            language=application.language,
        )
