"""What members' people asked for about their data. A correction is done once the organiser's list says what was asked for; a
request that only words describe, and a deletion, wait until somebody has answered them."""

from sonae.domain.work import WorkKind

UNANSWERED = """NOT EXISTS (
    SELECT 1 FROM contact_registeredrequest AS registered
    JOIN contact_registeredrequeststep AS step ON step.request_id = registered.id AND step.kind = 'answered'
    WHERE registered.asked_id = asked.id)"""
DETAIL = "jsonb_build_object('number', asked.number, 'message', left(asked.message, 120), 'wanted', asked.wanted)"
SOURCES = {
    WorkKind.CORRECTION: f"""
        SELECT asked.id::text AS key, asked.member_id, '' AS about, asked.message || ' ' || asked.number AS said,
            {DETAIL} AS detail, asked.received_at AS since
        FROM contact_datarequest AS asked
        WHERE asked.kind = 'correction' AND {UNANSWERED} AND (asked.wanted = '{{}}'::jsonb OR NOT EXISTS (
            SELECT 1 FROM parties_membershipfact AS fact
            WHERE fact.member_id = asked.member_id AND fact.recorded_at > asked.received_at
                AND to_jsonb(fact) @> asked.wanted))
    """,  # noqa: S608  # facts for the page, written above
    WorkKind.ERASURE: f"""
        SELECT asked.id::text AS key, asked.member_id, '' AS about, asked.message || ' ' || asked.number AS said,
            {DETAIL} AS detail, asked.received_at AS since
        FROM contact_datarequest AS asked WHERE asked.kind = 'erasure' AND {UNANSWERED}
    """,  # noqa: S608  # as above
}
