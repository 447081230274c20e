"""Where a turn stands: its progress, what is set aside, what was rehearsed, and what is due on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Sum

from sonae.apps.renewal.models import ParkedCertificate, Rehearsal, RenewalLane, RenewalOffer, RenewalRun
from sonae.apps.renewal.runs import expiring_certificates, tally_of
from sonae.apps.renewal.tally import Tally
from sonae.apps.renewal.years import Turn

SHOWN_PARKED = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. ``a_second`` is measured over all chunks so far, as if one worker had done them; None before."""

    run: RenewalRun
    tally: Tally
    expiring: int
    a_second: float | None
    moved_at: datetime | None

    @property
    def percent(self) -> int:
        return min(100, self.tally.seen * 100 // self.expiring) if self.expiring else 100

    @property
    def minutes_left(self) -> float | None:
        """With one worker; with several it goes faster."""
        left = max(0, self.expiring - self.tally.seen)
        return left / self.a_second / 60 if self.a_second else None


def progress_of(turn: Turn) -> Progress | None:
    """None before the offers have begun."""
    run = RenewalRun.objects.filter(key=turn.key).first()
    if run is None:
        return None
    worked = RenewalLane.objects.filter(run=run).aggregate(seconds=Sum("seconds"), moved_at=Max("moved_at"))
    tally, seconds = tally_of(run), worked["seconds"] or 0
    # What is gone through includes certificates that were cancelled before: the same that the lanes see.
    expiring = expiring_certificates(turn.expiring).filter(pk__lte=run.to_id).count()
    return Progress(run, tally, expiring, tally.seen / seconds if seconds else None, worked["moved_at"])


def count_expiring(turn: Turn) -> int:
    """Paid certificates of the year that ends and that run to its end."""
    return expiring_certificates(turn.expiring).filter(cancelled_on__isnull=True).count()


def count_offers(turn: Turn) -> dict[str, int]:
    """Answers by decision, and how many of the offers were taken up."""
    offers = RenewalOffer.objects.filter(scheme_year=turn.year)
    counted = dict(offers.values_list("decision").annotate(count=Count("id")))
    return {**counted, "confirmed": offers.filter(state=RenewalOffer.State.CONFIRMED).count()}


def count_open(turn: Turn) -> int:
    """Offers that nobody has taken up."""
    offers = RenewalOffer.objects.filter(scheme_year=turn.year, state=RenewalOffer.State.OPEN)
    return offers.filter(decision=RenewalOffer.Decision.OFFERED).count()


def count_parked(turn: Turn) -> dict[str, int]:
    """What is set aside now, by reason."""
    parked = ParkedCertificate.objects.filter(scheme_year=turn.year, resolved_at__isnull=True)
    return dict(parked.values_list("reason").annotate(count=Count("id")).order_by("reason"))


def list_parked(turn: Turn, *, most: int = SHOWN_PARKED) -> list[ParkedCertificate]:
    """What is set aside now, with its certificates, the longest first."""
    parked = ParkedCertificate.objects.filter(scheme_year=turn.year, resolved_at__isnull=True)
    return list(parked.select_related("certificate__member").order_by("parked_at", "id")[:most])


def latest_rehearsal(turn: Turn) -> Rehearsal | None:
    """The last report, with its figures."""
    return Rehearsal.objects.filter(scheme_year=turn.year).order_by("-rehearsed_at", "-id").first()
