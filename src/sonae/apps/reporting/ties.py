"""One month from four sides: certificates, ledger, list for the insurer, card processor. Each total comes from its own source, and
every yen of a difference is explained by what stands behind it, or it is unexplained. The target is nought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from sonae.apps.reporting.kept_answers import Kept, kept_answer
from sonae.apps.reporting.models import Bordereau
from sonae.apps.reporting.months import takes_up_late
from sonae.apps.reporting.payout_items import SETTLED_BY_DISPUTE, list_payout_items
from sonae.domain.bordereau import month_end, month_start
from sonae.domain.payout import Verdict


@dataclass(frozen=True, slots=True)
class TieItem:
    """Something behind a difference: what it is (a code), which one, and by how many yen the left side is larger for it."""

    code: str
    reference: str
    yen: int
    explains: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """Two totals that should be one. ``left`` and ``right`` are codes of their sources; yen are whole."""

    code: str
    left: str
    left_yen: int
    right: str
    right_yen: int
    items: tuple[TieItem, ...] = ()

    @property
    def difference_yen(self) -> int:
        return self.left_yen - self.right_yen

    @property
    def unexplained_yen(self) -> int:
        """What no item explains. An item that explains nothing counts too, even where two of them cancel out."""
        explained = sum(item.yen for item in self.items if item.explains)
        open_yen = sum(abs(item.yen) for item in self.items if not item.explains)
        return open_yen or abs(self.difference_yen - explained)


def ties_of(month: date) -> list[Tie]:
    """All ties of the calendar month, as recorded in Japan."""
    span = {"start": month_start(month), "end": month_end(month)}
    return [_premium(span), _listed(month, span), _payable(span), _charged(span), _paid_out(span["end"])]


def kept_ties(month: date, *, now: datetime, afresh: bool = False) -> Kept[list[Tie]]:
    """The same as the last round found them where the books are large."""
    return kept_answer(f"ties:{month}", lambda: ties_of(month), now=now, afresh=afresh)


def unexplained_of(ties: Iterable[Tie]) -> int:
    """Yen that nothing explains, over all ties."""
    return sum(tie.unexplained_yen for tie in ties)


ACTS = """
    SELECT coalesce(sum(premium_difference), 0) FROM certificates_transaction
    WHERE recorded_at >= %(start)s AND recorded_at < %(end)s
"""
BOOKED_PREMIUM = """
    SELECT coalesce(-sum(posted_yen), 0) FROM billing_posting AS posting JOIN billing_journalentry AS entry ON entry.id = entry_id
    WHERE account = 'premium_payable' AND recorded_at >= %(start)s AND recorded_at < %(end)s AND key NOT LIKE 'remittance:%%'
"""
ACTS_BESIDE_BOOKINGS = """
    WITH acts AS (
        SELECT coalesce('charge:' || charge.key, 'act ' || act.id) AS key, sum(premium_difference) AS yen
        FROM certificates_transaction AS act LEFT JOIN billing_charge AS charge ON charge.id = act.charge_id
        WHERE act.recorded_at >= %(start)s AND act.recorded_at < %(end)s AND premium_difference <> 0 GROUP BY 1
    ), booked AS (
        SELECT key, -sum(posted_yen) AS yen FROM billing_posting JOIN billing_journalentry AS entry ON entry.id = entry_id
        WHERE account = 'premium_payable' AND recorded_at >= %(start)s AND recorded_at < %(end)s
            AND key NOT LIKE 'remittance:%%' GROUP BY 1
    )
    SELECT key, coalesce(acts.yen, 0) - coalesce(booked.yen, 0), acts.yen IS NULL FROM acts FULL JOIN booked USING (key)
    WHERE acts.yen IS DISTINCT FROM booked.yen ORDER BY key
"""


def _premium(span: dict[str, datetime]) -> Tie:
    """What certificates posted, and what the ledger holds for the insurer."""
    items = tuple(
        TieItem("booked_without_act" if no_act else "act_booked_otherwise", key, int(yen), explains=False)
        for key, yen, no_act in _rows(ACTS_BESIDE_BOOKINGS, span)
    )
    return Tie("premium", "certificates", _one(ACTS, span), "ledger", _one(BOOKED_PREMIUM, span), items)


LISTED = "SELECT coalesce(sum(premium_yen), 0) FROM reporting_bordereauline WHERE bordereau_id = %(bordereau)s"
OPEN_LIST = """
    SELECT coalesce(sum(premium_difference), 0) FROM certificates_transaction AS act
    LEFT JOIN reporting_bordereauline AS line ON line.transaction_id = act.id
    WHERE act.recorded_at < %(end)s AND line.id IS NULL AND (act.recorded_at >= %(start)s OR %(takes_up_late)s)
"""
# Recorded in this month and listed in another, or the other way round.
LISTED_ELSEWHERE = """
    SELECT certificate.number || ' #' || act.seq, act.premium_difference,
        CASE WHEN act.recorded_at < %(start)s THEN 'listed_here_late' WHEN line.id IS NULL THEN 'waits_for_next_list'
             ELSE 'listed_later' END
    FROM certificates_transaction AS act JOIN certificates_certificate AS certificate ON certificate.id = act.certificate_id
    LEFT JOIN reporting_bordereauline AS line ON line.transaction_id = act.id
    WHERE act.premium_difference <> 0 AND (
        (act.recorded_at < %(start)s AND %(takes_up_late)s AND line.bordereau_id IS NOT DISTINCT FROM %(bordereau)s)
        OR (act.recorded_at >= %(start)s AND act.recorded_at < %(end)s AND line.bordereau_id IS DISTINCT FROM %(bordereau)s))
    ORDER BY act.id
"""


def _listed(month: date, span: dict[str, datetime]) -> Tie:
    """What certificates posted, and what the insurer is told for the month."""
    bordereau = Bordereau.objects.filter(month=month).values_list("pk", flat=True).first()
    # What came late goes into the list that is closed next; a later month has only its own acts so far.
    values = {**span, "bordereau": bordereau, "takes_up_late": bordereau is not None or takes_up_late(month)}
    items = tuple(
        TieItem(code, number, -int(yen) if code == "listed_here_late" else int(yen), explains=True)
        for number, yen, code in _rows(LISTED_ELSEWHERE, values)
    )
    listed = _one(OPEN_LIST if bordereau is None else LISTED, values)
    return Tie("listed", "certificates", _one(ACTS, span), "list" if bordereau else "open_list", listed, items)


PAYABLE = """
    SELECT coalesce(-sum(posted_yen), 0) FROM billing_posting JOIN billing_journalentry AS entry ON entry.id = entry_id
    WHERE account = 'premium_payable' AND recorded_at < %(end)s
"""
NOT_REMITTED = """
    SELECT coalesce(sum(premium_difference), 0) - (
        SELECT coalesce(sum(premium_yen), 0) FROM reporting_bordereau AS list WHERE (
            SELECT kind FROM reporting_remittancestep WHERE bordereau_id = list.id AND recorded_at < %(end)s
            ORDER BY number DESC LIMIT 1) = 'paid')
    FROM certificates_transaction WHERE recorded_at < %(end)s
"""


def _payable(span: dict[str, datetime]) -> Tie:
    """What the ledger still holds for the insurer at the end of the month, and what lists and acts say was not remitted."""
    return Tie("payable", "ledger", _one(PAYABLE, span), "not_remitted", _one(NOT_REMITTED, span))


BOOKED_MONEY = """
    SELECT coalesce(sum(posted_yen), 0) FROM billing_posting JOIN billing_journalentry AS entry ON entry.id = entry_id
    WHERE account = 'card_processor' AND recorded_at >= %(start)s AND recorded_at < %(end)s AND key NOT LIKE 'payout:%%'
"""
MONEY = """
    SELECT (SELECT coalesce(sum(charge_yen), 0) FROM billing_payment
            WHERE state = 'captured' AND captured_at >= %(start)s AND captured_at < %(end)s)
         - (SELECT coalesce(sum(refund_yen), 0) FROM billing_refund AS refund
            WHERE refunded_at >= %(start)s AND refunded_at < %(end)s AND NOT EXISTS ({settled_by_dispute}))
"""
MONEY_BESIDE_BOOKINGS = """
    WITH money AS (
        SELECT 'payment:' || key AS key, charge_yen AS yen FROM billing_payment
        WHERE state = 'captured' AND captured_at >= %(start)s AND captured_at < %(end)s
        UNION ALL SELECT key, -refund_yen FROM billing_refund AS refund
        WHERE refunded_at >= %(start)s AND refunded_at < %(end)s AND NOT EXISTS ({settled_by_dispute})
    ), booked AS (
        SELECT key, sum(posted_yen) AS yen FROM billing_posting JOIN billing_journalentry AS entry ON entry.id = entry_id
        WHERE account = 'card_processor' AND recorded_at >= %(start)s AND recorded_at < %(end)s AND key NOT LIKE 'payout:%%'
        GROUP BY 1
    )
    SELECT key, coalesce(booked.yen, 0) - coalesce(money.yen, 0), key ~ '^dispute:|:refunded_elsewhere:' AND money.yen IS NULL
    FROM money FULL JOIN booked USING (key) WHERE money.yen IS DISTINCT FROM booked.yen ORDER BY key
"""


def _charged(span: dict[str, datetime]) -> Tie:
    """What the ledger says that the processor owes us for the month, and what payments and refunds say."""
    items = tuple(
        TieItem("made_at_the_processor" if known else "money_booked_otherwise", key, int(yen), explains=known)
        for key, yen, known in _rows(MONEY_BESIDE_BOOKINGS.format(settled_by_dispute=SETTLED_BY_DISPUTE), span)
    )
    money = _one(MONEY.format(settled_by_dispute=SETTLED_BY_DISPUTE), span)
    return Tie("charged", "ledger", _one(BOOKED_MONEY, span), "payments", money, items)


AT_PROCESSOR = """
    SELECT coalesce(sum(posted_yen), 0) FROM billing_posting JOIN billing_journalentry AS entry ON entry.id = entry_id
    WHERE account = 'card_processor' AND recorded_at < %(end)s
"""


def _paid_out(end: datetime) -> Tie:
    """What the processor still owes us at the end of the month: nought, but for what is on its way or was decided by a person."""
    items = tuple(
        TieItem(item.verdict, item.payment_key or item.comparison.payment_id, -item.comparison.difference_yen,
                explains=item.verdict == Verdict.ON_ITS_WAY or item.is_closed)
        for item in list_payout_items(now=end)
        if item.comparison.difference_yen
    )  # fmt: skip
    return Tie("paid_out", "ledger", _one(AT_PROCESSOR, {"end": end}), "nought", 0, items)


def _one(statement: str, values: dict[str, Any]) -> int:
    ((yen,),) = _rows(statement, values)
    return int(yen)


def _rows(statement: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def shown_first(items: Sequence[TieItem]) -> Iterator[TieItem]:
    """What explains nothing before what does, the largest first."""
    yield from sorted(items, key=lambda item: (item.explains, -abs(item.yen), item.reference))
