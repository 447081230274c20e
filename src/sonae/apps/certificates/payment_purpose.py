"""The additional premium of a change: paid before the change is recorded, given back where it can't be recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sonae.apps.billing.models import Payment
from sonae.apps.billing.purposes import PageFrame
from sonae.apps.certificates.change_mails import write_change_refund_mail
from sonae.apps.certificates.change_receipt import issue_change_receipt
from sonae.apps.certificates.locks import lock_change_request
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.certificates.payer import payer_email
from sonae.apps.certificates.use_cases.change_cover import carry_out_paid_change, close_request, find_obstacle

State = ChangeRequest.State


@dataclass(frozen=True, slots=True)
class PaidChange:
    """One change that waits for its payment, its rows locked."""

    request: ChangeRequest

    def find_mismatch(self, payment: Payment) -> str | None:
        """The change still waits, and its difference is this sum."""
        as_asked = self.request.state == State.WAITING and self.request.difference_yen == payment.charge_yen
        return None if as_asked else "change_closed"

    def find_obstacle(self, *, now: datetime) -> str | None:
        """It would be recorded today exactly as it was previewed."""
        return find_obstacle(request=self.request, now=now)

    def fulfil(self, *, payment: Payment, now: datetime) -> None:
        """The change is recorded."""
        carry_out_paid_change(request=self.request, payment=payment, now=now)
        issue_change_receipt(request=self.request, payment=payment, now=now)

    def note_owed_back(self, *, payment: Payment, captured_yen: int, now: datetime) -> None:
        """The change ends unrecorded, and whoever asked for it is told."""
        if self.request.state == State.WAITING:
            close_request(self.request, reason="refunded", now=now)
        write_change_refund_mail(request=self.request, payment=payment, captured_yen=captured_yen, now=now)

    def set_free(self, *, now: datetime) -> None:
        """It may be paid again for a day (``close_left_changes``), or given up."""
        if self.request.state == State.WAITING:
            self.request.changed_at = now
            self.request.save(update_fields=["changed_at"])


class ChangePurpose:
    """As the settings name it."""

    prefix = ChangeRequest.PURPOSE

    def lock(self, public_id: str) -> PaidChange:
        """Member, certificate, change request."""
        return PaidChange(lock_change_request(public_id))

    def frame_of(self, public_id: str) -> PageFrame:
        """Whoever pays comes back to the change."""
        request = ChangeRequest.objects.select_related("certificate", "user").get(public_id=public_id)
        prefix = "/en" if request.language == "en" else ""
        way_back = f"{settings.SONAE_SITE_ADDRESS}{prefix}/portal/changes/{request.public_id}"
        return PageFrame(
            description=f"Sonae {request.certificate.number}",
            email=payer_email(request),
            return_url=f"{way_back}/paid/",
            cancel_url=f"{way_back}/payment-left/",
            language=request.language,
        )
