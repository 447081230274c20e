"""One certificate's premium for the member's own books: by month, by accounting period, and as bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sonae.apps.billing.accounting_formats import Voucher
from sonae.apps.billing.models import Refund
from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.documents.models import Paper
from sonae.domain.calendar import japan_date
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.earning import earned_by_month
from sonae.domain.period import Term
from sonae.domain.premium_bookings import premium_bookings
from sonae.domain.prepaid_split import MonthShare, PeriodShare, split_by_month, split_by_period
from sonae.web.portal.cover import Cover, Holding, PaymentRow

MOST_FIRMS_CLOSE_IN = 3  # shown until the member has said; the page says so


@dataclass(frozen=True)
class Books:
    """What was paid and given back for one cover, and its split. The split is empty where no whole month was covered."""

    cover: Cover
    rows: list[PaymentRow]  # newest first
    months: tuple[MonthShare, ...]
    periods: tuple[PeriodShare, ...]
    closing_month: int
    is_chosen: bool  # whether the member has said in which month it closes its books
    receipts: list[Paper]

    @property
    def paid_yen(self) -> int:
        return sum(row.yen for row in self.rows if row.refund is None)

    @property
    def refunded_yen(self) -> int:
        return -sum(row.yen for row in self.rows if row.refund is not None)

    @property
    def premium_yen(self) -> int:
        """What is left to be spread."""
        return self.paid_yen - self.refunded_yen

    @property
    def receipt_number(self) -> str:
        return str(self.receipts[0].facts.get("receipt_number", "")) if self.receipts else ""

    def voucher(self, *, by_month: bool = False) -> Voucher:
        """For accounting software: one line for each accounting period, or for each month."""
        return Voucher(
            certificate_number=self.cover.certificate.number,
            receipt_number=self.receipt_number,
            bookings=premium_bookings(
                payments=[(japan_date(row.on), row.yen) for row in self.rows if row.refund is None and row.on],
                refunds=[(_day_of(row.refund), -row.yen) for row in self.rows if row.refund is not None],
                shares=self.months if by_month else self.periods,
            ),
        )


def books_of(holding: Holding, cover: Cover, chosen_month: int | None) -> Books:
    """The books of a cover that somebody paid for."""
    closing_month = chosen_month or MOST_FIRMS_CLOSE_IN
    rows = [row for row in holding.rows if row.cover is cover]
    premium = sum(row.yen for row in rows)
    start_on, ends_on = cover.certificate.starts_on, cover.ends_on
    is_spread = ends_on > start_on and Term(start_on, ends_on).months > 0
    months = _by_schedule(cover, premium) or (split_by_month(premium, Term(start_on, ends_on)) if is_spread else ())
    return Books(
        cover=cover,
        rows=rows,
        months=months,
        periods=split_by_period(months, closing_month),
        closing_month=closing_month,
        is_chosen=chosen_month is not None,
        receipts=list(Paper.objects.filter(key__startswith=f"receipt:{cover.certificate.number}:").order_by("id")),
    )


def _day_of(refund: Refund) -> date:
    """On which it went back, or was written down while it is under way."""
    return japan_date(refund.refunded_at or refund.created_at)


def _by_schedule(cover: Cover, premium: int) -> tuple[MonthShare, ...]:
    """Month by month as the cover was changed, so that a dearer plan weighs on its own months; empty where nothing was changed,
    or while what was paid and given back isn't yet what the cover costs."""
    if not cover.is_changed or premium != cover.term_premium:
        return ()
    acts = acts_of(cover.certificate.transactions.all())
    earned = earned_by_month(schedule_premium(cover.product, acts, term_of(cover.certificate)))
    left, shares = premium, []
    for month_on, expense_yen in sorted(earned.items()):
        left -= expense_yen
        shares.append(MonthShare(month_on, expense_yen, left))
    return tuple(shares)
