"""The outside oracle: our tables read with plain SQL and the processor's own journal, compared. Shares no code with the program.

``check_books`` answers with what is wrong, in words; an empty list means that every yen is explained.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.faults.tariff import premium_for

FINAL = {"captured", "voided", "expired"}
LEFT_HANGING = {"created", "capturing", "unknown", "releasing", "person"}


@dataclass
class AtProcessor:
    """What the processor did under one reference."""

    captured: list[int] = field(default_factory=list)
    refunded: list[int] = field(default_factory=list)
    disputed: int = 0  # taken back by a bank, for now or for good
    state: str = "open"
    sessions: int = 0

    @property
    def kept(self) -> int:
        """What the member has paid and not got back. A dispute leaves the premium paid until the bank has decided."""
        return sum(self.captured) - sum(self.refunded)


def read_processor(journal: Path) -> dict[str, AtProcessor]:
    """By reference, from the journal's file."""
    found: dict[str, AtProcessor] = defaultdict(AtProcessor)
    with closing(sqlite3.connect(f"{(journal / 'journal.sqlite3').resolve().as_uri()}?mode=ro", uri=True)) as file:
        for kind, reference, yen in file.execute("SELECT kind, reference, yen FROM entries ORDER BY number"):
            line = found[reference]
            match kind:
                case "session.opened":
                    line.sessions += 1
                case "payment.authorised":
                    line.state = "authorised"
                case "payment.captured":
                    line.captured.append(yen)
                    line.state = "captured"
                case "payment.refunded":
                    line.refunded.append(yen)
                case "payment.disputed":
                    line.disputed += yen
                case "payment.dispute_won":
                    line.disputed -= yen
                case "payment.voided":
                    line.state = "voided"
                case "session.expired":
                    line.state = "expired"
    return dict(found)


def check_books(*, database: str, journal: Path, applications: Iterable[str], settled: bool = True) -> list[str]:
    """Findings over the applications with these public ids. ``settled``: nothing may be left under way."""
    processor = read_processor(journal)
    findings: list[str] = []
    with psycopg.connect(database, row_factory=dict_row, autocommit=True) as connection:
        for public_id in applications:
            findings += [f"{public_id[:8]}: {text}" for text in _check_one(connection, public_id, processor, settled)]
        findings += _check_all(connection)
    return findings


def _check_one(db: Any, public_id: str, processor: dict[str, AtProcessor], settled: bool) -> Iterable[str]:
    purpose = f"enrol:{public_id}"
    application = db.execute(
        """SELECT a.*, y.expiry_on, v.effective_date FROM enrolment_application a
           JOIN programmes_schemeyear y ON y.id = a.scheme_year_id
           JOIN programmes_productversion v ON v.id = y.product_version_id WHERE a.public_id = %s""",
        [public_id],
    ).fetchone()
    mine = {key: line for key, line in processor.items() if key.startswith(f"{purpose}:")}
    yield from _check_charges(db, application, purpose, mine)
    yield from _check_cover(db, application, purpose, mine)
    yield from _check_ledger(db, purpose, mine)
    yield from _check_payments(db, application, purpose, mine, settled)


def _check_charges(db: Any, application: dict[str, Any], purpose: str, mine: dict[str, AtProcessor]) -> Iterable[str]:
    kept = [line.kept for line in mine.values() if line.kept]
    if len(kept) > 1 or any(len(line.captured) > 1 for line in mine.values()):
        yield f"charged more than once: {kept}"
    premium = premium_for(
        industry=application["industry"],
        annual_sales=application["annual_sales"],
        plan=application["plan_code"],
        start_on=application["start_on"],
        expiry_on=application["expiry_on"],
        effective_date=application["effective_date"],
    )
    for yen in kept:
        if yen != premium:
            yield f"charged {yen} yen where the tariff says {premium}"
    for key, line in mine.items():
        if line.sessions > 1:
            yield f"{line.sessions} card pages for {key}"
        if sum(line.refunded) > sum(line.captured):
            yield f"more given back than taken: {key}"


def _check_cover(db: Any, application: dict[str, Any], purpose: str, mine: dict[str, AtProcessor]) -> Iterable[str]:
    certificates = db.execute(
        """SELECT c.* FROM certificates_certificate c JOIN certificates_transaction t ON t.certificate_id = c.id
           JOIN billing_charge ch ON ch.id = t.charge_id WHERE ch.key = %s""",
        [purpose],
    ).fetchall()
    kept = [line.kept for line in mine.values() if line.kept]
    if len(certificates) != len(kept):
        yield f"{len(kept)} charges kept, {len(certificates)} certificates"
    if (application["certificate_id"] is not None) != bool(certificates):
        yield "the application does not know its certificate"
    if (application["state"] == "issued") != bool(certificates):
        yield f"application {application['state']} with {len(certificates)} certificates"
    for certificate in certificates:
        yield from _check_papers(db, certificate["number"])
    overlaps = db.execute(
        """SELECT count(*) AS n FROM certificates_certificate a JOIN certificates_certificate b
           ON a.member_id = b.member_id AND a.section = b.section AND a.id < b.id AND a.cover && b.cover
           WHERE a.member_id = %s""",
        [application["member_id"]],
    ).fetchone()
    if overlaps["n"]:
        yield "overlapping certificates"
    counts = db.execute(
        """SELECT (SELECT count(*) FROM certificates_certificate WHERE member_id = %(m)s) AS certificates,
           (SELECT count(*) FROM documents_paper WHERE member_id = %(m)s AND kind = 'certificate') AS papers,
           (SELECT count(*) FROM documents_paper WHERE member_id = %(m)s AND kind = 'receipt') AS receipts""",
        {"m": application["member_id"]},
    ).fetchone()
    if len(set(counts.values())) != 1:
        yield f"papers don't match the certificates: {counts}"


def _check_papers(db: Any, number: str) -> Iterable[str]:
    for kind in ("certificate", "receipt"):
        found = db.execute(
            "SELECT count(*) AS n FROM documents_paper WHERE kind = %s AND position(%s in key) > 0", [kind, number]
        ).fetchone()
        if found["n"] != 1:
            yield f"{found['n']} papers of kind {kind} for {number}"
    mails = db.execute(
        "SELECT count(*) AS n FROM documents_outboxmessage WHERE position(%s in key) > 0", [number]
    ).fetchone()
    if mails["n"] != 1:
        yield f"{mails['n']} mails for {number}"
    said = db.execute(
        "SELECT count(*) AS n FROM audit_auditentry WHERE action = 'certificate.issued' AND object_id = %s", [number]
    ).fetchone()
    if said["n"] != 1:
        yield f"{said['n']} audit lines for {number}"


def _check_ledger(db: Any, purpose: str, mine: dict[str, AtProcessor]) -> Iterable[str]:
    rows = db.execute(
        """SELECT p.account, sum(p.posted_yen)::bigint AS yen FROM billing_posting p
           JOIN billing_journalentry e ON e.id = p.entry_id WHERE position(%s in e.key) > 0 GROUP BY p.account""",
        [purpose],
    ).fetchall()
    balance = defaultdict(int, {row["account"]: row["yen"] for row in rows})
    kept = sum(line.kept for line in mine.values())
    disputed = sum(line.disputed for line in mine.values())
    expected = {
        "card_processor": kept - disputed,
        "disputed": disputed,
        "premium_payable": -kept,
        "member_receivable": 0,
        "refund_payable": 0,
    }
    for account, yen in expected.items():
        if balance[account] != yen:
            yield f"account {account} stands at {balance[account]}, the processor's journal explains {yen}"
    allocated = db.execute(
        """SELECT coalesce(sum(l.allocated_yen), 0)::bigint AS yen FROM billing_allocation l
           JOIN billing_charge c ON c.id = l.charge_id WHERE c.key = %s""",
        [purpose],
    ).fetchone()
    if allocated["yen"] != kept:
        yield f"{allocated['yen']} yen allocated, {kept} kept"


def _check_payments(
    db: Any, application: dict[str, Any], purpose: str, mine: dict[str, AtProcessor], settled: bool
) -> Iterable[str]:
    payments = db.execute("SELECT * FROM billing_payment WHERE purpose = %s", [purpose]).fetchall()
    keys = {payment["key"] for payment in payments}
    for key in mine:
        if key not in keys:
            yield f"the processor knows a payment that we don't: {key}"
    if not settled:
        return
    for payment in payments:
        line = mine.get(payment["key"], AtProcessor())
        if payment["state"] in LEFT_HANGING or (payment["state"] == "open" and line.state in FINAL):
            yield f"stuck at {payment['state']}, the processor says {line.state}"
        if payment["state"] == "closed" and line.state == "authorised":
            yield "closed here, but the processor still holds the sum"
    open_refunds = db.execute(
        """SELECT count(*) AS n FROM billing_refund r JOIN billing_payment p ON p.id = r.payment_id
           WHERE p.purpose = %s AND r.refunded_at IS NULL""",
        [purpose],
    ).fetchone()
    if open_refunds["n"]:
        yield "a refund is owed and not made"
    alive = [payment for payment in payments if payment["state"] != "closed"]
    if application["state"] == "paying" and not alive:
        yield "the application waits for a payment that isn't there"


def _check_all(db: Any) -> Iterable[str]:
    crooked = db.execute(
        """SELECT count(*) AS n FROM (SELECT entry_id FROM billing_posting GROUP BY entry_id
           HAVING sum(posted_yen) <> 0 OR count(*) < 2) AS e"""
    ).fetchone()
    if crooked["n"]:
        yield f"{crooked['n']} journal entries don't add to nought"
