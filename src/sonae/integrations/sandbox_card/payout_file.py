"""Sandbox Card's payout file: how the simulator writes it, and how we read it.

CSV in UTF-8, one line for each movement, last a line ``payout`` with the total that goes to the bank, negative as it leaves the
balance. Gross less cost is net, in every line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from sonae.domain.payout import LINE_KINDS, FileLine, PaidOut, PayoutRefused
from sonae.domain.payout_rows import check_currency, day_of, yen_of
from sonae.domain.text import Text
from sonae.integrations.sandbox_card.journal import Entry

HEADING = [
    "payout_id", "line_id", "type", "source_id", "payment_id", "reference", "occurred_at", "currency", "gross", "cost", "net",
]  # fmt: skip
COST_PER_10_000 = 324  # 3.24 % of a charge, rounded down to a yen; our own figure, near what small shops pay in Japan
DISPUTE_COST_YEN = 1_500
FAULTS = ("none", "late_line", "doubled_line", "missing_line", "foreign_line", "wrong_total", "cut_off")
Row = list[str | int]


class SandboxPayoutFile:
    """Reads the file."""

    code = "sandbox_card"
    name = Text("Sandbox Card 入金明細（CSV）", "Sandbox Card payout file (CSV)")
    gateway = "sandbox_card"

    def fits(self, heading: list[str]) -> bool:
        return heading == HEADING

    def read(self, rows: Iterable[tuple[int, dict[str, str]]]) -> list[PaidOut]:
        """One payout; a file without its last line was cut off. PayoutRefused."""
        lines: list[FileLine] = []
        payout: tuple[int, dict[str, str]] | None = None
        for number, row in rows:
            if payout is not None:
                raise PayoutRefused("lines_after_total", line=number)
            check_currency(row["currency"], number)
            if row["type"] == "payout":
                payout = number, row
            else:
                lines.append(_line(number, row))
        if payout is None:
            raise PayoutRefused("cut_off")
        number, row = payout
        on = day_of(row["occurred_at"], number, in_zone=False)
        return [PaidOut(self.gateway, row["payout_id"], on, -yen_of(row["net"], number), tuple(lines))]


def _line(number: int, row: dict[str, str]) -> FileLine:
    if row["type"] not in LINE_KINDS:
        raise PayoutRefused("unknown_type", line=number, detail=row["type"])
    return FileLine(
        number=number,
        line_id=row["line_id"],
        kind=row["type"],
        source_id=row["source_id"],
        payment_id=row["payment_id"],
        occurred_on=day_of(row["occurred_at"], number, in_zone=False),
        gross_yen=yen_of(row["gross"], number),
        cost_yen=yen_of(row["cost"], number),
        net_yen=yen_of(row["net"], number),
    )


def rows_to_pay_out(entries: Iterable[Entry]) -> list[Row]:
    """The simulator's movements as lines, oldest first; the payout's own name is still to be put in."""
    rows: list[Row] = []
    for entry in entries:
        match entry.kind:
            case "payment.captured":
                kind, gross, cost, source = "charge", entry.yen, entry.yen * COST_PER_10_000 // 10_000, entry.payment_id
            case "payment.refunded":
                kind, gross, cost, source = "refund", -entry.yen, 0, str(entry.detail["refund_id"])
            case "payment.disputed":
                kind, gross, cost, source = "dispute", -entry.yen, DISPUTE_COST_YEN, str(entry.detail["dispute_id"])
            case "payment.dispute_won":
                kind, gross, cost, source = "dispute_reversal", entry.yen, 0, str(entry.detail["dispute_id"])
            case "payment.dispute_lost" if entry.detail.get("taken_again"):
                kind, gross, cost, source = "dispute", -entry.yen, 0, str(entry.detail["dispute_id"])
            case _:
                continue
        at = entry.at.isoformat(timespec="seconds")
        line: Row = ["", f"bal_{entry.number}", kind, source, entry.payment_id, entry.reference, at, "jpy", gross, cost]
        rows.append([*line, gross - cost])
    return rows


def with_fault(rows: Sequence[Row], fault: str) -> list[Row]:
    """The lines as an unreliable processor would list them; the total follows them. Late: the last line waits for the next file."""
    spoilt = [list(row) for row in rows]
    if fault in {"late_line", "missing_line"}:
        spoilt = spoilt[:-1]
    elif fault == "doubled_line":
        spoilt.append(list(spoilt[-1]))
    elif fault == "foreign_line":
        foreign = list(spoilt[-1])
        foreign[1], foreign[3], foreign[4], foreign[5] = "bal_foreign", "pay_foreign", "pay_foreign", "someone else's"
        spoilt.append(foreign)
    return spoilt


def payout_csv(rows: Sequence[Row], *, payout_id: str, paid_at: str, fault: str = "none") -> str:
    """The file. ``paid_at`` is an ISO moment."""
    sums = [sum(int(row[column]) for row in rows) for column in (8, 9, 10)]
    total = -sums[2] - (1 if fault == "wrong_total" else 0)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADING)
    writer.writerows([payout_id, *row[1:]] for row in rows)
    if fault != "cut_off":
        writer.writerow([payout_id, f"bal_{payout_id}", "payout", payout_id, "", "", paid_at, "jpy", total, 0, total])
    return out.getvalue()
