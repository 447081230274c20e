"""Ask for a change of cover, a cancellation, a reinstatement or a reversal: what costs nothing more is recorded at once, what
costs more waits for its payment and is recorded when that is captured."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.models import Payment
from sonae.apps.certificates.act_mails import write_waiting_mail
from sonae.apps.certificates.locks import lock_certificate, lock_change_request
from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.record_acts import record_acts
from sonae.apps.parties.models import User
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.change import NotPossible, Preview, Wish, preview
from sonae.domain.certificate.log import Kind

State = ChangeRequest.State


class ChangedMeanwhile(Exception):
    """Somebody recorded another act after the preview was made: look at a new one."""


class ConflictsOpen(Exception):
    """Later acts set the same fields, and nobody has decided yet which value holds from their days on."""

    def __init__(self, shown: Preview) -> None:
        super().__init__(", ".join(str(conflict.later_seq) for conflict in shown.conflicts))
        self.preview = shown


class SecondPersonNeeded(Exception):
    """More would be given back than one person may give alone: another has to agree (``return_with_second_look``)."""


class BeingPaid(Exception):
    """The card page of this change is open, or its charge is under way: leave the page first (``leave_payment``)."""


class AnotherWaits(Exception):
    """Another change of this certificate waits for its payment: pay it or give it up first."""


def preview_change(*, certificate: Certificate, wish: Wish, decisions: Mapping[int, bool], now: datetime) -> Preview:
    """What the wish would do now. ``decisions``: number of a later act in conflict → whether the new value goes on beyond it.

    NotPossible. The certificate comes with its scheme year and transactions.
    """
    return preview(
        product_of(certificate.scheme_year.product_version),
        acts_of(certificate.transactions.all()),
        term_of(certificate),
        wish,
        goes_on=[seq for seq, goes_on in decisions.items() if goes_on],
        now=now,
    )


@transaction.atomic
def request_change(
    *,
    key: str,
    certificate_id: int,
    wish: Wish,
    decisions: Mapping[int, bool],
    seen_seq: int,
    seen_difference: int,
    actor: str,
    user: User | None,
    reason: str,
    language: str,
    now: datetime,
    alone_yen: int | None = None,
) -> ChangeRequest:
    """The request of that key: done, or waiting for its additional premium. Sent again, it is the same one.

    ``alone_yen``: the most that ``actor`` may give back without another person; None for no limit. Raises NotPossible,
    ChangedMeanwhile, ConflictsOpen, AnotherWaits, SecondPersonNeeded, and IntegrityError where the cover would overlap another.
    """
    certificate = lock_certificate(certificate_id)
    asked = ChangeRequest.objects.filter(key=key).first()
    if asked is not None:
        return asked
    if certificate.section != Certificate.Section.PAID:
        raise NotPossible("free_cover")  # it follows the membership and nothing else (F05)
    if max(entry.seq for entry in certificate.transactions.all()) != seen_seq:
        raise ChangedMeanwhile  # before "nothing changes" or "cancelled", which nobody would understand who saw it otherwise
    shown = preview_change(certificate=certificate, wish=wish, decisions=decisions, now=now)
    if shown.difference != seen_difference:
        raise ChangedMeanwhile
    if any(conflict.later_seq not in decisions for conflict in shown.conflicts):
        raise ConflictsOpen(shown)
    if ChangeRequest.objects.filter(certificate=certificate, state=State.WAITING).exists():
        raise AnotherWaits
    if alone_yen is not None and -shown.difference > alone_yen:
        raise SecondPersonNeeded
    request = ChangeRequest.objects.create(
        key=key,
        public_id=secrets.token_urlsafe(24),
        certificate=certificate,
        kind=wish.kind,
        asked_for=wish.asked_for,
        patch=dict(wish.patch),
        target_seq=wish.target,
        decisions={str(seq): goes_on for seq, goes_on in decisions.items()},
        seen_seq=seen_seq,
        difference_yen=shown.difference,
        actor=actor,
        user=user,
        reason=reason,
        language=language,
        state=State.WAITING,
        asked_at=now,
        changed_at=now,
    )
    record(now=now, actor=actor, action="change.requested", object_kind="certificate", object_id=certificate.number,
           kind=wish.kind, difference_yen=shown.difference)  # fmt: skip
    if shown.difference <= 0:
        _carry_out(request, shown, payment=None, now=now)
    elif user is None or user.is_staff:
        write_waiting_mail(request=request, now=now)
    return request


def find_obstacle(*, request: ChangeRequest, now: datetime) -> str | None:
    """Why a waiting change can't be recorded as it was previewed; None if it can. The caller holds its locks."""
    if request.state != State.WAITING:
        return "not_waiting"
    if max(entry.seq for entry in request.certificate.transactions.all()) != request.seen_seq:
        return "changed_meanwhile"
    try:
        shown = preview_asked(request=request, now=now)
    except NotPossible as reason:
        return reason.code
    return None if shown.difference == request.difference_yen else "premium_differs"


def carry_out_paid_change(*, request: ChangeRequest, payment: Payment, now: datetime) -> None:
    """Record a change whose additional premium was captured. The caller holds its locks and found no obstacle."""
    _carry_out(request, preview_asked(request=request, now=now), payment=payment, now=now)


@transaction.atomic
def give_up_change(*, public_id: str, actor: str, reason: str, now: datetime) -> ChangeRequest:
    """A waiting change is closed and nothing is recorded; one that is done or closed stays as it is. Raises BeingPaid."""
    request = lock_change_request(public_id)
    if request.state == State.WAITING:
        if Payment.objects.filter(purpose=request.purpose).exclude(state=Payment.State.CLOSED).exists():
            raise BeingPaid
        close_request(request, reason=reason, now=now)
        record(now=now, actor=actor, action="change.given_up", object_kind="certificate",
               object_id=request.certificate.number, reason=reason)  # fmt: skip
    return request


def close_request(request: ChangeRequest, *, reason: str, now: datetime) -> None:
    """The caller holds its lock."""
    request.state, request.closed_reason, request.changed_at = State.CLOSED, reason, now
    request.save(update_fields=["state", "closed_reason", "changed_at"])


def preview_asked(*, request: ChangeRequest, now: datetime) -> Preview:
    """What a request would do now. NotPossible. Its certificate comes with scheme year and transactions."""
    wish = Wish(Kind(request.kind), request.asked_for, request.patch, request.target_seq)
    decisions = {int(seq): goes_on for seq, goes_on in request.decisions.items()}
    return preview_change(certificate=request.certificate, wish=wish, decisions=decisions, now=now)


def _carry_out(request: ChangeRequest, shown: Preview, *, payment: Payment | None, now: datetime) -> None:
    recorded = record_acts(
        certificate=request.certificate,
        preview=shown,
        payment=payment,
        actor=request.actor,
        reason=request.reason,
        language=request.language,
        now=now,
    )
    request.state, request.first_seq, request.changed_at = State.DONE, recorded[0].seq, now
    request.save(update_fields=["state", "first_seq", "changed_at"])
