"""Money that a person has to look at: the same rows as ``list_money_to_look_at`` of apps/billing/queries.py."""

from sonae.domain.work import WorkKind

# What a lost dispute took and its reversal brought back, as apps/billing/recovered.py reads it.
RECOVERED = """
    CASE WHEN owed.key LIKE '%%:lost%%' THEN coalesce((
        SELECT -sum(posting.posted_yen) FROM billing_journalentry AS entry
        JOIN billing_posting AS posting ON posting.entry_id = entry.id AND posting.account = 'member_receivable'
        WHERE entry.key = replace(owed.key, ':lost', ':reversed') AND entry.key <> owed.key), 0) ELSE 0 END
"""
SOURCES = {
    WorkKind.PAYMENT: """
        SELECT id::text AS key, member_id, '' AS about, '' AS said,
            jsonb_build_object('yen', charge_yen, 'payment', key) AS detail, changed_at AS since
        FROM billing_payment WHERE state = 'person'
    """,
    WorkKind.DISPUTE: """
        SELECT dispute.id::text AS key, payment.member_id, '' AS about, '' AS said,
            jsonb_build_object('yen', dispute.dispute_yen, 'dispute', dispute.dispute_id) AS detail, dispute.opened_at AS since
        FROM billing_dispute AS dispute JOIN billing_payment AS payment ON payment.id = dispute.payment_id
        WHERE dispute.state = 'open'
    """,
    WorkKind.REFUND: """
        SELECT refund.id::text AS key, payment.member_id, '' AS about, '' AS said,
            jsonb_build_object('yen', refund.refund_yen, 'payment', payment.key) AS detail, refund.created_at AS since
        FROM billing_refund AS refund JOIN billing_payment AS payment ON payment.id = refund.payment_id
        WHERE refund.refunded_at IS NULL AND refund.next_check_at IS NULL
    """,
    WorkKind.HAND_RETURN: """
        SELECT id::text AS key, member_id, '' AS about, '' AS said, jsonb_build_object('yen', return_yen) AS detail,
            recorded_at AS since
        FROM billing_handreturn WHERE transferred_on IS NULL
    """,
    WorkKind.RECEIVABLE: f"""
        SELECT owed.id::text AS key, payment.member_id, '' AS about, '' AS said,
            jsonb_build_object('yen', owed.left_yen, 'reason', owed.reason) AS detail, owed.recorded_at AS since
        FROM (
            SELECT owed.*, owed.receivable_yen - coalesce(given_up.yen, 0) - {RECOVERED} AS left_yen
            FROM billing_receivable AS owed LEFT JOIN (
                SELECT receivable_id, sum(write_off_yen) AS yen FROM billing_writeoff
                WHERE state IN ('waiting', 'done') GROUP BY receivable_id
            ) AS given_up ON given_up.receivable_id = owed.id
        ) AS owed
        JOIN billing_payment AS payment ON payment.id = owed.payment_id
        WHERE owed.left_yen > 0
    """,  # noqa: S608  # one statement within another, both ours
    WorkKind.WRITE_OFF: """
        SELECT asked.id::text AS key, payment.member_id, '' AS about, asked.reason AS said,
            jsonb_build_object('yen', asked.write_off_yen, 'reason', left(asked.reason, 120), 'by', asked.asked_by) AS detail,
            asked.asked_at AS since
        FROM billing_writeoff AS asked
        JOIN billing_receivable AS owed ON owed.id = asked.receivable_id
        JOIN billing_payment AS payment ON payment.id = owed.payment_id
        WHERE asked.state = 'waiting'
    """,
}
