"""A card is kept with the payment it was typed for, and let go of: removed by the member, replaced, or of no use any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardGateway, CardPayment, GatewayError
from sonae.apps.billing.models import Payment, SavedCard
from sonae.apps.billing.payment_moves import next_check
from sonae.apps.parties.models import Member

Reason = SavedCard.Reason
AT_ONCE = 50


def keep_card(*, payment: Payment, seen: CardPayment, fulfilled: bool, now: datetime) -> None:
    """Write down the card that came with a captured payment, where its holder agreed. The caller's transaction holds the member.

    The one that was kept before ends. Where the payment goes back whole the card ends too: what it was kept for is not there.
    """
    consent, card = payment.card_consent, seen.kept_card
    if consent is None or card is None or SavedCard.objects.filter(gateway=payment.gateway, token=card.token).exists():
        return
    if fulfilled:
        for before in SavedCard.objects.filter(member=payment.member, ended_at__isnull=True):
            _end(before, reason=Reason.REPLACED, actor="system:billing", now=now)
    saved = SavedCard.objects.create(
        member=payment.member,
        consent=consent,
        gateway=payment.gateway,
        token=card.token,
        brand=card.brand,
        last4=card.last4,
        expiry_year=card.expiry_year,
        expiry_month=card.expiry_month,
        saved_at=now,
        ended_at=None if fulfilled else now,
    )
    record(now=now, actor=f"user:{consent.user_id}", action="saved_card.kept", object_kind="member",
           object_id=payment.member.number, brand=card.brand, last4=card.last4)  # fmt: skip
    if not fulfilled:
        _end(saved, reason=Reason.NO_COVER, actor="system:billing", now=now)


@transaction.atomic
def remove_saved_card(*, saved_card_id: int, member: Member, actor: str, now: datetime) -> SavedCard:
    """The member's card is no longer used, at once; the round tells the processor. Removing it again changes nothing.

    SavedCard.DoesNotExist where it is another member's. A charge on it that is under way is not undone.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    saved = (
        SavedCard.objects.select_for_update(of=("self",)).select_related("member").get(pk=saved_card_id, member=member)
    )
    if saved.ended_at is None:
        _end(saved, reason=Reason.REMOVED, actor=actor, now=now)
    return saved


def end_kept_cards(*, member: Member, actor: str, now: datetime) -> int:
    """The member wants nothing kept that need not be: how many cards ended. The caller's transaction holds the member's lock."""
    kept = SavedCard.objects.select_for_update(of=("self",)).select_related("member")
    ended = list(kept.filter(member=member, ended_at__isnull=True).order_by("pk"))
    for saved in ended:
        _end(saved, reason=Reason.REMOVED, actor=actor, now=now)
    return len(ended)


def end_unchargeable_card(saved: SavedCard, *, now: datetime) -> None:
    """The processor doesn't know the card any more. The caller holds the member's lock."""
    if saved.ended_at is None:
        _end(saved, reason=Reason.NOT_CHARGEABLE, actor="system:billing", now=now)


def forget_ended_cards(*, gateway: CardGateway, now: datetime) -> int:
    """Ask the processor to let go of cards that have ended; how many it has. Unanswered ones are asked for again later."""
    due = Q(next_check_at__lte=now) | Q(next_check_at__isnull=False, ended_at__gt=now)
    ended = SavedCard.objects.filter(due, gateway=gateway.name, ended_at__isnull=False, forgotten_at__isnull=True)
    return sum(_forget(saved, gateway=gateway, now=now) for saved in ended.order_by("next_check_at", "pk")[:AT_ONCE])


def _end(saved: SavedCard, *, reason: str, actor: str, now: datetime) -> None:
    saved.ended_at, saved.ended_reason, saved.next_check_at = now, reason, now
    saved.save(update_fields=["ended_at", "ended_reason", "next_check_at"])
    record(now=now, actor=actor, action="saved_card.ended", object_kind="member", object_id=saved.member.number,
           reason=reason, last4=saved.last4)  # fmt: skip


def _forget(saved: SavedCard, *, gateway: CardGateway, now: datetime) -> bool:
    reached("forget.before_call")
    try:
        gateway.forget_card(token=saved.token, key=f"saved_card:{saved.pk}:forget")
    except GatewayError:
        _ask_again_later(saved, now=now)
        return False
    reached("forget.after_call")
    SavedCard.objects.filter(pk=saved.pk).update(forgotten_at=now, next_check_at=None)
    return True


@transaction.atomic
def _ask_again_later(saved: SavedCard, *, now: datetime) -> None:
    saved = SavedCard.objects.select_for_update(of=("self",)).select_related("member").get(pk=saved.pk)
    if saved.forgotten_at is not None or saved.ended_at is None:
        return
    saved.checks += 1
    saved.next_check_at = next_check(checks=saved.checks, since=saved.ended_at, now=now)
    saved.save(update_fields=["checks", "next_check_at"])
    if saved.next_check_at is None:
        record(now=now, actor="system:billing", action="saved_card.needs_person", object_kind="member",
               object_id=saved.member.number, last4=saved.last4)  # fmt: skip
