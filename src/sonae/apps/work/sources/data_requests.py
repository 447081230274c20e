"""What people asked about their data, on their pages or otherwise, and nobody has answered. A correction that somebody asked for on
their page is done once the organiser's list says what was asked for."""

from sonae.domain.work import WorkKind

UNANSWERED = """
    SELECT registered.id::text AS key, registered.member_id,
        CASE WHEN registered.member_id IS NULL THEN registered.person ELSE '' END AS about,
        concat_ws(' ', registered.wanted, registered.number, registered.person) AS said,
        jsonb_build_object('number', registered.number, 'message', left(registered.wanted, 120),
                           'wanted', coalesce(asked.wanted, '{}'::jsonb)) AS detail,
        registered.recorded_at AS since
    FROM contact_registeredrequest AS registered LEFT JOIN contact_datarequest AS asked ON asked.id = registered.asked_id
    WHERE NOT EXISTS (
        SELECT 1 FROM contact_registeredrequeststep AS step WHERE step.request_id = registered.id AND step.kind = 'answered')
"""
CORRECTED = """
    EXISTS (SELECT 1 FROM parties_membershipfact AS fact
        WHERE fact.member_id = asked.member_id AND fact.recorded_at > asked.received_at AND to_jsonb(fact) @> asked.wanted)
"""
SOURCES = {
    WorkKind.CORRECTION: f"""{UNANSWERED} AND registered.kind = 'correction'
        AND (asked.id IS NULL OR asked.wanted = '{{}}'::jsonb OR NOT {CORRECTED})""",
    WorkKind.ERASURE: f"{UNANSWERED} AND registered.kind <> 'correction'",
}
