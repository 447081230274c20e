"""What a member has told us for its own books."""

from __future__ import annotations

from sonae.apps.billing.models import BooksClosing
from sonae.apps.parties.models import Member


def closing_month_of(*, member: Member) -> int | None:
    """The month in which it closes its books, as it said last; None where it hasn't said."""
    latest = BooksClosing.objects.filter(member=member).order_by("-chosen_at", "-id").first()
    return latest.closing_month if latest else None
