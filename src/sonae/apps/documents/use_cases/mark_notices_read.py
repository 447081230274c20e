"""A person has read notices of a member."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sonae.apps.documents.models import NoticeRead
from sonae.apps.parties.models import Member, User


def mark_notices_read(*, user: User, member: Member, keys: Iterable[str], now: datetime) -> None:
    """Write down that these are read; one that was read before stays as it was."""
    NoticeRead.objects.bulk_create(
        [NoticeRead(user=user, member=member, key=key, read_at=now) for key in keys], ignore_conflicts=True
    )
