"""Whether the days of a turn come in their order."""

from __future__ import annotations

from sonae.domain.calendar import scheme_term
from sonae.domain.product.definition import Product
from sonae.domain.product.parse_turn import TURN
from sonae.domain.product.reading import Findings
from sonae.domain.renewal_calendar import turn_of


def check_turn(product: Product, findings: Findings) -> None:
    """The days of a turn come in their order: rehearsal, offers, reminders up to the deadline, warnings after it, the late end."""
    dates = turn_of(product, scheme_term(product.calendar, product.effective_date).expiry_on)
    if dates.rehearsal_on > dates.offers_on:
        findings.add(TURN, "rehearsal_days_before", "the rehearsal comes after the offers.")
    if dates.offers_on >= dates.deadline_on:
        findings.add(TURN, "offers_days_before", f"the offers come on or after the deadline ({dates.deadline_on}).")
    for day in dates.reminders_on:
        if not dates.offers_on < day <= dates.deadline_on:
            message = (
                f"a reminder of {day} lies outside the time from the offers to the deadline ({dates.deadline_on})."
            )
            findings.add(TURN, "reminders_days_before", message)
    for day in dates.warnings_on:
        if day <= dates.deadline_on:
            findings.add(TURN, "warnings_days_before", f"a warning of {day} comes before the deadline is over.")
    for day in dates.notices_on:
        if day > dates.late_until:
            message = f"a notice of {day} offers what could be taken up until {dates.late_until}."
            findings.add(TURN, "notices_days_after", message)
