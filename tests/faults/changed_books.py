"""The outside oracle for changed certificates: our tables read with plain SQL, the processor's own journal, compared.

What was taken for a certificate, less what was given back, is exactly what its log says that it costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.faults.books import LEFT_HANGING, AtProcessor, read_processor

PURPOSES = """SELECT 'enrol:' || public_id AS purpose FROM enrolment_application WHERE certificate_id = %(id)s
    UNION ALL SELECT 'change:' || public_id FROM certificates_changerequest WHERE certificate_id = %(id)s"""


def check_changed_books(*, database: str, journal: Path, certificates: Iterable[str]) -> list[str]:
    """Findings over the certificates with these numbers, when nobody has anything left to do."""
    processor = read_processor(journal)
    findings: list[str] = []
    with psycopg.connect(database, row_factory=dict_row, autocommit=True) as connection:
        for number in certificates:
            findings += [f"{number}: {text}" for text in _check_one(connection, number, processor)]
    return findings


def _check_one(db: Any, number: str, processor: dict[str, AtProcessor]) -> Iterable[str]:
    certificate = db.execute("SELECT * FROM certificates_certificate WHERE number = %s", [number]).fetchone()
    purposes = [row["purpose"] for row in db.execute(PURPOSES, {"id": certificate["id"]})]
    mine = {key: line for key, line in processor.items() if any(key.startswith(f"{purpose}:") for purpose in purposes)}
    acts = db.execute(
        "SELECT * FROM certificates_transaction WHERE certificate_id = %s ORDER BY seq", [certificate["id"]]
    ).fetchall()
    total = acts[-1]["total_premium_after"]
    if [act["seq"] for act in acts] != list(range(1, len(acts) + 1)):
        yield "the acts are not numbered one after the other"
    if sum(act["premium_difference"] for act in acts) != total:
        yield "the differences don't add up to the premium"
    kept = sum(line.kept for line in mine.values())
    if kept != total:
        yield f"the processor kept {kept} yen where the log says {total}"
    for key, line in mine.items():
        if len(line.captured) > 1 or line.sessions > 1 or sum(line.refunded) > sum(line.captured):
            yield f"{key}: captured {line.captured}, given back {line.refunded}, {line.sessions} pages"
    yield from _check_ledger(db, number, purposes, kept, total)
    yield from _check_requests(db, certificate["id"], number, mine)
    yield from _check_payments(db, purposes, mine)


def _check_ledger(db: Any, number: str, purposes: list[str], kept: int, total: int) -> Iterable[str]:
    rows = db.execute(
        """SELECT p.account, sum(p.posted_yen)::bigint AS yen FROM billing_posting p
           JOIN billing_journalentry e ON e.id = p.entry_id
           WHERE EXISTS (SELECT 1 FROM unnest(%s::text[]) AS name WHERE position(name IN e.key) > 0) GROUP BY p.account""",
        [[number, *purposes]],
    ).fetchall()
    balance = defaultdict(int, {row["account"]: row["yen"] for row in rows})
    expected = {"card_processor": kept, "premium_payable": -total, "member_receivable": 0, "refund_payable": 0}
    for account, yen in expected.items():
        if balance[account] != yen:
            yield f"account {account} stands at {balance[account]}, {yen} can be explained"


def _check_requests(db: Any, certificate_id: int, number: str, mine: dict[str, AtProcessor]) -> Iterable[str]:
    requests = db.execute(
        "SELECT * FROM certificates_changerequest WHERE certificate_id = %s", [certificate_id]
    ).fetchall()
    paid = 0
    for request in requests:
        taken = [
            line for key, line in mine.items() if key.startswith(f"change:{request['public_id']}:") and line.captured
        ]
        is_paid = request["state"] == "done" and request["difference_yen"] > 0
        paid += is_paid
        if is_paid != (len(taken) == 1 and not any(sum(line.refunded) == sum(line.captured) for line in taken)):
            yield f"a change that is {request['state']} was charged {[line.captured for line in taken]}"
        if (request["state"] == "done") != (request["first_seq"] is not None):
            yield f"a change that is {request['state']} has the act {request['first_seq']}"
    receipts = db.execute(
        "SELECT count(*) AS n FROM documents_paper WHERE kind = 'receipt' AND position(%s IN key) > 0", [number]
    ).fetchone()
    if receipts["n"] != 1 + paid:
        yield f"{receipts['n']} receipts for {1 + paid} payments"
    done = [request["first_seq"] for request in requests if request["state"] == "done"]
    for table, kind in (("documents_paper", "endorsement"), ("documents_outboxmessage", "acts")):
        told = db.execute(
            f"SELECT split_part(key, ':', 3)::int AS seq FROM {table} WHERE key LIKE %s", [f"{kind}:{number}:%"]
        ).fetchall()
        if sorted(row["seq"] for row in told) != sorted(done):
            yield f"{kind} of the acts {[row['seq'] for row in told]}, recorded were {done}"


def _check_payments(db: Any, purposes: list[str], mine: dict[str, AtProcessor]) -> Iterable[str]:
    payments = db.execute("SELECT * FROM billing_payment WHERE purpose = ANY(%s)", [purposes]).fetchall()
    if set(mine) - {payment["key"] for payment in payments}:
        yield "the processor knows a payment that we don't"
    for payment in payments:
        line = mine.get(payment["key"], AtProcessor())
        if payment["state"] in LEFT_HANGING or (payment["state"] == "closed" and line.state == "authorised"):
            yield f"stuck at {payment['state']}, the processor says {line.state}"
    owed = db.execute(
        """SELECT count(*) AS n FROM billing_refund r JOIN billing_payment p ON p.id = r.payment_id
           WHERE p.purpose = ANY(%s) AND r.refunded_at IS NULL""",
        [purposes],
    ).fetchone()
    if owed["n"]:
        yield "a refund is owed and not made"
