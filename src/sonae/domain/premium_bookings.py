"""How a member may book a premium that it has paid for a term: prepaid when paid, an expense as the months go by.

These are suggestions for the member's own books. Nothing of them is booked in ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sonae.domain.prepaid_split import MonthShare, PeriodShare, month_end

EXPENSE, PREPAID, OWED_TO_CARD = "保険料", "前払費用", "未払金"
Occasion = Literal["payment", "refund", "share"]


@dataclass(frozen=True, slots=True)
class Booking:
    """One line: so many yen from the credit to the debit account. ``from_on`` and ``to_on`` are the months of a share."""

    on: date
    debit: str
    credit: str
    yen: int
    occasion: Occasion
    from_on: date | None = None
    to_on: date | None = None


def premium_bookings(
    *,
    payments: Iterable[tuple[date, int]],
    refunds: Iterable[tuple[date, int]],
    shares: Iterable[PeriodShare | MonthShare],
) -> tuple[Booking, ...]:
    """In the order of days. What was paid less what was given back is what the shares make an expense.

    A card is charged now and its bill is paid later, so the other account is 未払金 until the bank has paid the card company.
    """
    lines = [Booking(on, PREPAID, OWED_TO_CARD, yen, "payment") for on, yen in payments]
    lines += [Booking(on, OWED_TO_CARD, PREPAID, yen, "refund") for on, yen in refunds]
    lines += [_of_share(share) for share in shares if share.expense_yen]
    return tuple(sorted(lines, key=lambda line: line.on))


def _of_share(share: PeriodShare | MonthShare) -> Booking:
    months = share.months if isinstance(share, PeriodShare) else (share,)
    first, last = months[0].month_on, months[-1].month_on
    return Booking(month_end(last), EXPENSE, PREPAID, share.expense_yen, "share", first, last)
