"""Who is asked to pay for a change, and told of it."""

from __future__ import annotations

from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.parties.models import MemberAccess


def payer_email(request: ChangeRequest) -> str:
    """Whoever asked for the change on the member's side; where the desk asked, the member's first owner; empty without one."""
    if request.user is not None:
        return request.user.email
    owners = MemberAccess.objects.filter(member=request.certificate.member_id, role=MemberAccess.Role.OWNER)
    first = owners.select_related("user").order_by("granted_at", "id").first()
    return first.user.email if first else ""
