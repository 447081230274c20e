"""Stripe's payout reconciliation report, itemised (report type ``payout_reconciliation.itemized.5``), as a CSV from its dashboard.

Columns and their meaning: https://docs.stripe.com/reports/report-types/payout-reconciliation. Sums are in the major unit: yen.
The report names no total of its own, so that one cut off between two payouts looks whole; what is missing then shows on the work
list when its days are over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sonae.domain.payout import FileLine, PaidOut, PayoutRefused
from sonae.domain.payout_rows import check_currency, day_of, yen_of
from sonae.domain.text import Text

NEEDED = {
    "automatic_payout_id", "automatic_payout_effective_at", "balance_transaction_id", "reporting_category", "source_id",
    "payment_intent_id", "currency", "gross", "fee", "net",
}  # fmt: skip
KINDS = {
    "charge": "charge", "refund": "refund", "refund_failure": "refund", "partial_capture_reversal": "refund",
    "dispute": "dispute", "dispute_reversal": "dispute_reversal", "fee": "cost", "network_cost": "cost", "tax": "cost",
}  # fmt: skip
CREATED = ("created_utc", "created")


class StripePayoutReport:
    """Reads the report."""

    code = "stripe"
    name = Text("Stripe 入金照合レポート（CSV、明細）", "Stripe payout reconciliation report (CSV, itemised)")
    gateway = "stripe"

    def fits(self, heading: list[str]) -> bool:
        return set(heading) >= NEEDED

    def read(self, rows: Iterable[tuple[int, dict[str, str]]]) -> list[PaidOut]:
        """Every payout of the report. Rows that belong to none yet are left for the report that has it. PayoutRefused."""
        lines: dict[str, list[FileLine]] = {}
        paid_on: dict[str, date] = {}
        for number, row in rows:
            payout_id = row["automatic_payout_id"]
            if not payout_id:
                continue
            check_currency(row["currency"], number)
            paid_on[payout_id] = day_of(row["automatic_payout_effective_at"], number, in_zone=True)
            lines.setdefault(payout_id, []).append(_line(number, row, paid_on[payout_id]))
        return [PaidOut(self.gateway, name, paid_on[name], None, tuple(listed)) for name, listed in lines.items()]


def _line(number: int, row: dict[str, str], paid_on: date) -> FileLine:
    kind = KINDS.get(row["reporting_category"])
    if kind is None:
        raise PayoutRefused("unknown_type", line=number, detail=row["reporting_category"])
    created = next((row[name] for name in CREATED if row.get(name)), "")
    return FileLine(
        number=number,
        line_id=row["balance_transaction_id"],
        kind=kind,
        source_id=row["source_id"],
        payment_id=row["payment_intent_id"],
        occurred_on=day_of(created, number, in_zone="created_utc" not in row) if created else paid_on,
        gross_yen=yen_of(row["gross"], number),
        cost_yen=yen_of(row["fee"], number),
        net_yen=yen_of(row["net"], number),
    )
