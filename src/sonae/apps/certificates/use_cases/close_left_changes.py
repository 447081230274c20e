"""Close the changes that nobody paid for: each keeps every other act away from its certificate as long as it waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from sonae.apps.audit.record import record
from sonae.apps.billing.models import Payment
from sonae.apps.certificates.locks import lock_change_request
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.certificates.use_cases.change_cover import close_request

LEFT_FOR = timedelta(hours=24)  # since its last try to pay ended
NEVER_OPENED_FOR = timedelta(days=7)  # for those who got the way to pay by mail
AT_ONCE = 200


def close_left_changes(*, now: datetime) -> int:
    """How many were closed in this round. One that is being paid is never closed: its outcome comes first."""
    return sum(_close(public_id, now=now) for public_id in _left(now).values_list("public_id", flat=True)[:AT_ONCE])


def _left(now: datetime) -> QuerySet[ChangeRequest]:
    tries = Payment.objects.filter(purpose=Concat(Value(f"{ChangeRequest.PURPOSE}:"), OuterRef("public_id")))
    living = tries.exclude(state=Payment.State.CLOSED)
    waiting = ChangeRequest.objects.filter(~Exists(living), state=ChangeRequest.State.WAITING)
    left = Q(Exists(tries), changed_at__lte=now - LEFT_FOR) | Q(changed_at__lte=now - NEVER_OPENED_FOR)
    return waiting.filter(left).order_by("changed_at", "pk")


@transaction.atomic
def _close(public_id: str, *, now: datetime) -> bool:
    request = lock_change_request(public_id)
    if not _left(now).filter(pk=request.pk).exists():
        return False  # paid, begun again or given up while we waited for its lock
    close_request(request, reason="not_paid", now=now)
    record(now=now, actor="system:certificates", action="change.not_paid", object_kind="certificate",
           object_id=request.certificate.number, difference_yen=request.difference_yen)  # fmt: skip
    return True
