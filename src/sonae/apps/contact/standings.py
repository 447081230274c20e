"""How consultations stand, worked out from their events; those that are open by when they are due, the closed ones newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sonae.apps.contact.models import Consultation, ConsultationEvent
from sonae.apps.contact.window import holidays
from sonae.apps.programmes.product_files import product_of
from sonae.domain.consultation import Event, EventKind, Standing, standing_of

A_PAGE = 50
OPEN_AT_MOST = 300  # are folded and sorted by when they are due; beyond that the list says that there are more
# The last of these, by when it happened, decides whether a consultation is open.
TURNING = (EventKind.CLOSED, EventKind.REOPENED, EventKind.HEARD, EventKind.CALL_BOOKED)

State = Literal["open", "late", "solicitor", "closed"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    consultation: Consultation
    standing: Standing

    @property
    def key(self) -> str:
        """Its place in the list of open ones: by when it is due, then by number. What is due never comes last."""
        due = self.standing.next_due
        return f"{due.timestamp():014.0f}.{self.consultation.pk}" if due else f"~.{self.consultation.pk}"


@dataclass(frozen=True, slots=True)
class Page:
    """``next_key`` leads to the following one, and is empty on the last. ``count`` is of all pages; None where nobody counted.
    ``cut_at``: only so many of the open ones were sorted; None where these are all."""

    rows: tuple[Listed, ...]
    next_key: str
    count: int | None = None
    cut_at: int | None = None


def event_of(row: ConsultationEvent) -> Event:
    """As the domain reads it."""
    return Event(
        seq=row.seq,
        kind=EventKind(row.kind),
        occurred_at=row.occurred_at,
        actor=row.actor,
        outcome=row.outcome,
        follow_up_on=row.follow_up_on,
        handed_to=f"user:{row.handed_to_id}" if row.handed_to_id else "",
        slot_begins_at=row.slot_begins_at,
        slot_ends_at=row.slot_ends_at,
    )


def standing_with(consultation: Consultation, events: Iterable[ConsultationEvent]) -> Standing:
    """By the hours and holidays of the product version under which it came in, as it was told then."""
    contact = product_of(consultation.product_version).contact
    return standing_of(consultation.received_at, (event_of(row) for row in events), contact, holidays())


def standing_now(consultation: Consultation) -> Standing:
    """After everything that is recorded by now."""
    return standing_with(consultation, consultation.events.all())


def standings_of(consultations: Collection[Consultation]) -> dict[int, Standing]:
    """Those of several, by their ids; in one statement, and one for each version that isn't known yet."""
    events = _events_of([one.pk for one in consultations])
    return {one.pk: standing_with(one, events.get(one.pk, ())) for one in consultations}


def list_open(
    *,
    kind: str = "",
    state: State = "open",
    holder: str = "",
    may_solicit: bool = False,
    after: str = "",
    now: datetime,
) -> Page:
    """Those that are open, whoever is due first coming first. ``holder``: only what this person has in hand, and for a solicitor
    what waits for any solicitor."""
    read = _read(_turned(kind, closed=False).order_by("received_at", "id")[: OPEN_AT_MOST + 1])
    rows = sorted((row for row in read[:OPEN_AT_MOST] if _is_wanted(row, state, holder, may_solicit, now)), key=_key)
    following = [row for row in rows if not after or row.key > after]
    page = following[:A_PAGE]
    more = len(following) > A_PAGE
    return Page(
        tuple(page), page[-1].key if more else "", len(rows), cut_at=OPEN_AT_MOST if len(read) > OPEN_AT_MOST else None
    )


def list_closed(*, kind: str = "", after: str = "") -> Page:
    """The newest first."""
    found = _turned(kind, closed=True)
    if after.isascii() and after.isdigit():
        found = found.filter(pk__lt=min(int(after), 2**62))
    read = _read(found.order_by("-id")[: A_PAGE + 1])
    page = read[:A_PAGE]
    return Page(tuple(page), str(page[-1].consultation.pk) if len(read) > A_PAGE else "")


def count_open() -> int:
    """How many wait for somebody."""
    return _turned("", closed=False).count()


def _key(row: Listed) -> str:
    return row.key


def _is_wanted(row: Listed, state: State, holder: str, may_solicit: bool, now: datetime) -> bool:
    standing = row.standing
    if state == "solicitor" and not standing.waits_for_solicitor:
        return False
    if state == "late" and not (standing.next_due and standing.next_due < now):
        return False
    return not holder or standing.holder == holder or (may_solicit and standing.waits_for_solicitor)


def _turned(kind: str, *, closed: bool) -> QuerySet[Consultation]:
    turning = ConsultationEvent.objects.filter(consultation=OuterRef("pk"), kind__in=TURNING)
    last = turning.order_by("-occurred_at", "-seq").values("kind")[:1]
    known = Consultation.objects.annotate(last_turn=Coalesce(Subquery(last), Value("")))
    found = known.filter(last_turn=EventKind.CLOSED) if closed else known.exclude(last_turn=EventKind.CLOSED)
    return found.filter(kind=kind) if kind else found


def _read(found: QuerySet[Consultation]) -> list[Listed]:
    """With their events, in two statements however many they are."""
    consultations = list(
        found.select_related("product_version").defer("product_version__files", "shown", "message").all()
    )
    events = _events_of([one.pk for one in consultations])
    return [Listed(one, standing_with(one, events.get(one.pk, ()))) for one in consultations]


def _events_of(ids: Collection[int]) -> dict[int, list[ConsultationEvent]]:
    found: dict[int, list[ConsultationEvent]] = {}
    for row in ConsultationEvent.objects.filter(consultation_id__in=ids).defer("text"):
        found.setdefault(row.consultation_id, []).append(row)
    return found
