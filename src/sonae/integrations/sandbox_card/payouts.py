"""Sandbox Card pays out: what has moved since the last payout becomes a file, and stays in the journal as it was sent."""

from __future__ import annotations

import json

from sonae.integrations.sandbox_card.journal import entries_of, moment_text
from sonae.integrations.sandbox_card.payout_file import payout_csv, rows_to_pay_out, with_fault
from sonae.integrations.sandbox_card.processor import Processor, Refusal

MADE = "payout.made"


def make_payout(processor: Processor, *, fault: str) -> tuple[str, str]:
    """The payout's name and its file. Refusal 409 where nothing has moved. Call it inside the processor's ``work``."""
    journal = processor.journal
    made = entries_of(journal.rows("SELECT * FROM entries WHERE kind = ? ORDER BY number", MADE))
    after = max((int(entry.detail["through"]) for entry in made), default=0)
    moved = rows_to_pay_out(entries_of(journal.rows("SELECT * FROM entries WHERE number > ? ORDER BY number", after)))
    rows = with_fault(moved, fault)
    if not rows:
        raise Refusal(409, "nothing_to_pay_out", "Nothing has moved since the last payout.")
    # What comes late is left for the next file; what goes missing is never listed.
    listed = rows if fault == "late_line" else moved
    payout_id, now = f"po_{len(made) + 1}", moment_text(processor.clock())
    content = payout_csv(rows, payout_id=payout_id, paid_at=now, fault=fault)
    detail = {"payout_id": payout_id, "through": int(str(listed[-1][1]).removeprefix("bal_")), "file": content}
    journal.add(
        "entries", at=now, kind=MADE, session_id="", payment_id="", reference="", yen=sum(int(row[10]) for row in rows),
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
    )  # fmt: skip
    return payout_id, content


def payout_again(processor: Processor, payout_id: str) -> tuple[str, str]:
    """The file of that payout as it was sent. Refusal 404."""
    for entry in entries_of(processor.journal.rows("SELECT * FROM entries WHERE kind = ?", MADE)):
        if entry.detail["payout_id"] == payout_id:
            return payout_id, str(entry.detail["file"])
    raise Refusal(404, "resource_missing", "There is no such payout.")
