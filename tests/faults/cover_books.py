"""Paid covers that are changed, and the outside oracle over them: plain SQL and the processor's journal against each other.

The covers were bought for real, so that what goes back is asked of the processor. ``check_covers`` looks at the whole database:
it must be one of the test's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.replay import replay
from sonae.apps.certificates.use_cases.change_cover import preview_change, request_change
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind
from tests.faults.books import read_processor
from tests.faults.world import World

CHANGE_DAY, END_DAY = date(2027, 3, 1), date(2027, 6, 1)


def bought(world: World, *, plan: str = "P500") -> Certificate:
    """Other services, 5,000,000 yen, from 1 January 2027, paid by card at the processor."""
    application, payment = world.authorised(application=world.application(risk=("other_services", 5_000_000, plan)))
    world.settle(payment)
    application.refresh_from_db()
    assert application.certificate is not None
    return application.certificate


def wish_for(plan: str, day: date = CHANGE_DAY) -> Wish:
    return Wish(Kind.CHANGE, day, {"plan": plan})


CANCELLED = Wish(Kind.CANCELLATION, END_DAY, {})


def ask(
    world: World, certificate: Certificate, wanted: Wish, *, key: str, seen: tuple[int, int] | None = None
) -> ChangeRequest:
    """As it was seen, a moment before or then: the last act's number, and the difference in yen."""
    seq, difference = seen or look(world, certificate, wanted)
    return request_change(
        key=key, certificate_id=certificate.pk, wish=wanted, decisions={}, seen_seq=seq, seen_difference=difference,
        actor="user:test", user=None, reason="お申し出のため", language="ja", now=world.now,
    )  # fmt: skip


def look(world: World, certificate: Certificate, wanted: Wish) -> tuple[int, int]:
    """The last act and the difference that a page would show now."""
    fresh = Certificate.objects.select_related("scheme_year__product_version").get(pk=certificate.pk)
    shown = preview_change(certificate=fresh, wish=wanted, decisions={}, now=world.now)
    return max(entry.seq for entry in fresh.transactions.all()), shown.difference


def check_covers(world: World) -> list[str]:
    """What is wrong; an empty list means that every yen and every act is explained."""
    with psycopg.connect(world.database, row_factory=dict_row, autocommit=True) as db:
        findings = [*_check_logs(db), *_check_requests(db), *_check_accounts(db)]
        findings += _check_cards(db, world.processor.journal)
    findings += [
        f"{one.certificate} act {one.seq}: posted {one.posted}, rated {one.rated}"
        for year in replay(programme="cyber")
        if year.year.start_on == date(2026, 12, 1)  # what is bought here; what expires before is made up
        for one in year.differences
    ]
    return findings


def _check_logs(db: Any) -> Iterator[str]:
    rows = db.execute(
        """SELECT c.number, count(*) AS acts, max(t.seq) AS last, sum(t.premium_difference)::bigint AS posted,
               (array_agg(t.total_premium_after ORDER BY t.seq DESC))[1] AS total,
               count(*) FILTER (WHERE t.premium_difference <> 0 AND t.charge_id IS NULL) AS unbilled
           FROM certificates_certificate c LEFT JOIN certificates_transaction t ON t.certificate_id = c.id
           WHERE c.section = 'paid' GROUP BY c.id"""
    )
    for row in rows:
        if row["acts"] != row["last"] or row["posted"] != row["total"] or row["unbilled"]:
            yield f"{row['number']}: {row}"


def _check_requests(db: Any) -> Iterator[str]:
    """Each act but the first stands for one request that is done, has its paper and one mail."""
    rows = db.execute(
        """SELECT c.number, (SELECT count(*) FROM certificates_transaction t WHERE t.certificate_id = c.id AND t.seq > 1) AS acts,
               (SELECT count(*) FROM certificates_changerequest r WHERE r.certificate_id = c.id AND r.state = 'done') AS done,
               (SELECT count(*) FROM audit_auditentry a WHERE a.object_id = c.number
                   AND a.action IN ('certificate.change', 'certificate.cancellation')) AS audited
           FROM certificates_certificate c WHERE c.section = 'paid'"""
    )
    for row in rows:
        if not row["acts"] == row["done"] == row["audited"]:
            yield f"{row['number']}: {row}"


def _check_accounts(db: Any) -> Iterator[str]:
    crooked = db.execute(
        """SELECT count(*) AS n FROM (SELECT entry_id FROM billing_posting GROUP BY entry_id
           HAVING sum(posted_yen) <> 0 OR count(*) < 2) AS e"""
    ).fetchone()
    if crooked["n"]:
        yield f"{crooked['n']} journal entries don't add to nought"
    for row in db.execute("SELECT account, sum(posted_yen)::bigint AS yen FROM billing_posting GROUP BY account"):
        if row["account"] in {"member_receivable", "refund_payable", "return_by_hand"} and row["yen"]:
            yield f"account {row['account']} is left with {row['yen']}"
    owed = db.execute(
        """SELECT (SELECT sum(premium_difference) FROM certificates_transaction)::bigint AS premium,
               -(SELECT sum(posted_yen) FROM billing_posting WHERE account = 'premium_payable')::bigint AS booked"""
    ).fetchone()
    if owed["premium"] != owed["booked"]:
        yield f"premium {owed['premium']}, booked {owed['booked']}"


def _check_cards(db: Any, journal: Path) -> Iterator[str]:
    """What the processor keeps of each payment is what its certificate costs now, and nothing went back twice."""
    processor = read_processor(journal)
    rows = db.execute(
        """SELECT p.key, c.number, (SELECT t2.total_premium_after FROM certificates_transaction t2
               WHERE t2.certificate_id = c.id ORDER BY t2.seq DESC LIMIT 1) AS total
           FROM billing_payment p JOIN billing_allocation l ON l.payment_id = p.id
           JOIN certificates_transaction t ON t.charge_id = l.charge_id
           JOIN certificates_certificate c ON c.id = t.certificate_id"""
    )
    for row in rows:
        line = processor[row["key"]]
        if line.kept != row["total"] or len(line.captured) != 1:
            yield f"{row['number']} costs {row['total']}, the card paid {line.captured} and got {line.refunded}"
