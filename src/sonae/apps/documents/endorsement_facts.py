"""What the paper of a recorded act says (異動承認書): what changed and from when, what that costs, where money goes, who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.documents.facts import Facts, Frame
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class EndorsedChange(Facts):
    """One field. ``effective_from`` is a moment where the hour matters, else a day."""

    name: Text
    before: Text
    after: Text
    effective_from: datetime | date


@dataclass(frozen=True, slots=True)
class EndorsedMonths(Facts):
    """Months in which nothing changes. ``exact`` is their premium in yen as a decimal; cut to two places if ``is_rounded``."""

    from_on: date
    until_on: date
    months: int
    plan_name: Text
    annual_premium: int
    exact: str
    is_rounded: bool


@dataclass(frozen=True, slots=True)
class ReturnLine(Facts):
    """Part of a return premium that goes back to one card."""

    card_brand: str
    last4: str
    return_yen: int


@dataclass(frozen=True, slots=True)
class EndorsementFacts(Facts):
    """異動承認書. Yen are whole; ``difference`` is after less before. ``ends_at`` is set where the certificate is cancelled.

    ``minimum_retained`` is nought unless the product's least premium of a cancelled cover applies. ``returns`` and
    ``unreturned_yen`` (no card takes it back; somebody calls) add up to a negative difference; ``paid_*`` tells of a positive one.
    """

    frame: Frame
    endorsement_number: str
    certificate_number: str
    group_policy_number: str
    made_at: datetime
    insured_name: str
    kind: str
    kind_name: Text
    changes: tuple[EndorsedChange, ...]
    ends_at: datetime | None
    goes_on_until: datetime | None
    term_from: datetime
    term_until: datetime
    premium_before: int
    premium_after: int
    difference: int
    months_before: tuple[EndorsedMonths, ...]
    months_after: tuple[EndorsedMonths, ...]
    kept_months: int
    rounding_unit: int
    minimum_retained: int
    returns: tuple[ReturnLine, ...]
    unreturned_yen: int
    paid_brand: str
    paid_last4: str
    reason: str
    asked_by: Text
