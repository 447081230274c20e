"""The work list of what the card processor paid out: every payment that isn't the same on both sides, with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import connection

from sonae.apps.reporting.kept_answers import Kept, kept_answer
from sonae.apps.reporting.models import PayoutDecision
from sonae.domain.calendar import japan_date
from sonae.domain.payout import Comparison, Verdict, judge

KEPT_AS = "payout_items"
# An item's key: gateway, kind, the processor's own number of the payment, which may hold anything, and what it says.
NAMED = re.compile(r"[^:]+:[^:]+:(?P<payment_id>.*):[^:]+:[^:]+:[^:]+", re.DOTALL)
# What a card holder's bank took back already is no refund of the processor: only the dispute is.
SETTLED_BY_DISPUTE = """
    SELECT 1 FROM billing_journalentry AS settled JOIN billing_posting ON entry_id = settled.id AND account = 'disputed'
    WHERE settled.key = refund.key
"""
# Each of our payments in three respects, each line of theirs under the payment that it names. Only what isn't plainly the same
# comes back: of a million payments that match, none. Where it is about one payment, it reads nothing of the others.
COMPARED = """
WITH ours AS (
    SELECT gateway, 'charge' AS kind, payment_id, charge_yen AS yen, captured_at AS at
    FROM billing_payment WHERE state = 'captured' AND captured_at < %(known)s {only_ours}
    UNION ALL
    SELECT payment.gateway, 'refund', payment.payment_id, -refund.refund_yen, refund.refunded_at
    FROM billing_refund AS refund JOIN billing_payment AS payment ON payment.id = refund.payment_id
    WHERE refund.refunded_at < %(known)s AND NOT EXISTS ({settled_by_dispute}) {only_payment}
    UNION ALL
    SELECT payment.gateway, told.kind, payment.payment_id, posting.posted_yen, entry.recorded_at
    FROM (VALUES ('refund', 'payment:%%', '^payment:(.*):refunded_elsewhere:[0-9]+$'),
                 ('dispute', 'dispute:%%', '^dispute:[0-9]+:payment:(.*):[a-z]+[0-9]*$')) AS told (kind, begins, pattern)
    JOIN billing_journalentry AS entry ON entry.key LIKE told.begins AND entry.recorded_at < %(known)s
    JOIN billing_posting AS posting ON posting.entry_id = entry.id AND posting.account = 'card_processor'
    JOIN billing_payment AS payment ON payment.key = substring(entry.key from told.pattern) {only_payment}
), summed AS (
    SELECT gateway, kind, payment_id, sum(yen) AS yen, max(at) AS at FROM ours GROUP BY 1, 2, 3
), theirs AS (
    SELECT payout.gateway, CASE line.kind WHEN 'dispute_reversal' THEN 'dispute' ELSE line.kind END AS kind, line.payment_id,
        sum(line.gross_yen) AS yen, count(*) AS lines, CASE WHEN bool_or(line.kind = 'dispute_reversal')
            THEN greatest(0, count(*) FILTER (WHERE line.kind = 'dispute') - count(*) FILTER (WHERE line.kind = 'dispute_reversal')
                             - count(DISTINCT line.source_id))
            ELSE count(*) - count(DISTINCT (line.kind, line.source_id)) END AS repeats,
        max(payout.paid_on) AS paid_on
    FROM reporting_payoutline AS line JOIN reporting_payout AS payout ON payout.id = line.payout_id
    WHERE line.kind <> 'cost' AND payout.file_id IN (SELECT id FROM reporting_payoutfile WHERE received_at < %(known)s)
        {only_line}
    GROUP BY 1, 2, 3
)
SELECT gateway, kind, payment_id, summed.yen, summed.at, coalesce(theirs.yen, 0), coalesce(theirs.lines, 0),
    coalesce(theirs.repeats, 0), payment.key
FROM summed FULL JOIN theirs USING (gateway, kind, payment_id)
LEFT JOIN LATERAL (
    SELECT key FROM billing_payment
    WHERE billing_payment.gateway = coalesce(summed.gateway, theirs.gateway) AND billing_payment.payment_id <> ''
        AND billing_payment.payment_id = coalesce(summed.payment_id, theirs.payment_id) ORDER BY id LIMIT 1
) AS payment ON true
WHERE summed.yen IS DISTINCT FROM theirs.yen OR theirs.repeats > 0
ORDER BY coalesce(theirs.paid_on, summed.at::date), kind, payment_id
"""


@dataclass(frozen=True, slots=True)
class PayoutItem:
    """Something to look at. ``decision`` is the last of a person, if there is one."""

    gateway: str
    comparison: Comparison
    verdict: Verdict
    payment_key: str  # empty where it is no payment of ours
    decision: PayoutDecision | None = None

    @property
    def key(self) -> str:
        """With what it says: once the sums change it is another item, and whoever closed this one has not seen that."""
        one = self.comparison
        return f"{self.gateway}:{one.kind}:{one.payment_id}:{self.verdict}:{one.ours_yen}:{one.theirs_yen}"

    @property
    def is_closed(self) -> bool:
        return self.decision is not None and self.decision.kind == PayoutDecision.Kind.CLOSED


def list_payout_items(*, now: datetime) -> list[PayoutItem]:
    """Everything that doesn't match, what is only on its way too; the oldest first."""
    return list(_with_decisions(_differing(now)))


def kept_payout_items(*, now: datetime, afresh: bool = False) -> Kept[list[PayoutItem]]:
    """The same as the last round found it where the books are large, with every decision that people have taken since."""
    kept = kept_answer(KEPT_AS, lambda: list_payout_items(now=now), now=now, afresh=afresh)
    if kept.worked_out_at == now:
        return kept
    since = PayoutDecision.objects.filter(recorded_at__gte=kept.worked_out_at).order_by("id")
    decided = {decision.item: decision for decision in since}
    items = [replace(item, decision=decided.get(item.key, item.decision)) for item in kept.answer]
    return Kept(items, kept.worked_out_at)


def _differing(now: datetime, *, payment_id: str | None = None) -> list[PayoutItem]:
    today, items = japan_date(now), []
    for gateway, one, payment_key in _compared(now, payment_id):
        verdict = judge(one, today=today, due_days=settings.SONAE_PAYOUT_DUE_DAYS)
        if verdict != Verdict.MATCHED:
            items.append(PayoutItem(gateway, one, verdict, payment_key))
    return items


def _compared(known: datetime, payment_id: str | None) -> Iterator[tuple[str, Comparison, str]]:
    only = "AND {}payment_id = %(payment_id)s" if payment_id is not None else ""
    statement = COMPARED.format(
        settled_by_dispute=SETTLED_BY_DISPUTE,
        only_ours=only.format(""),
        only_payment=only.format("payment."),
        only_line=only.format("line."),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"known": known, "payment_id": payment_id})
        for gateway, kind, found_id, ours, at, theirs, lines, repeats, key in cursor.fetchall():
            yen = None if ours is None else int(ours)
            on = japan_date(at) if at else None
            yield gateway, Comparison(kind, found_id, yen, on, int(theirs), lines, repeats), key or ""


def _with_decisions(items: Iterable[PayoutItem]) -> Iterator[PayoutItem]:
    items = list(items)
    latest = {
        decision.item: decision
        for decision in PayoutDecision.objects.filter(item__in=[item.key for item in items]).order_by("id")
    }
    for item in items:
        yield PayoutItem(item.gateway, item.comparison, item.verdict, item.payment_key, latest.get(item.key))


def find_payout_item(*, key: str, now: datetime) -> PayoutItem | None:
    """The item as it stands; None where it has changed or is settled."""
    named = NAMED.fullmatch(key)
    if named is None:
        return None
    items = _with_decisions(_differing(now, payment_id=named["payment_id"]))
    return next((item for item in items if item.key == key), None)


def open_items(items: Iterable[PayoutItem]) -> list[PayoutItem]:
    """Those that somebody has to look at: not what is on its way, and not what a person closed."""
    return [item for item in items if item.verdict != Verdict.ON_ITS_WAY and not item.is_closed]
