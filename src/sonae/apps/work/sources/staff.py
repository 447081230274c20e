"""Registrations of solicitors that end soon: to each organisation its own people's, to an auditor everybody's."""

from sonae.domain.work import WorkKind

DAYS_BEFORE = 60
SOURCES = {
    # The newest registration that stands is the one that counts (apps/people/staff.py). The day ends at midnight in Japan.
    WorkKind.REGISTRATION: f"""
        SELECT latest.id::text AS key, NULL::bigint AS member_id, person.email AS about, '' AS said,
            jsonb_build_object('last_day', latest.last_day) AS detail,
            ((latest.last_day - {DAYS_BEFORE})::timestamp AT TIME ZONE 'Asia/Tokyo') AS since,
            ((latest.last_day + 1)::timestamp AT TIME ZONE 'Asia/Tokyo') AS due_at
        FROM (
            SELECT DISTINCT ON (user_id) id, user_id, last_day FROM people_solicitorregistration
            WHERE ended_at IS NULL ORDER BY user_id, recorded_at DESC, id DESC
        ) AS latest
        JOIN parties_user AS person ON person.id = latest.user_id AND person.is_active
        WHERE latest.last_day <= %(today)s::date + {DAYS_BEFORE}
            AND (%(organisation)s::bigint IS NULL OR person.organisation_id = %(organisation)s)
            AND EXISTS (SELECT 1 FROM people_staffposition AS held
                WHERE held.user_id = latest.user_id AND held.position = 'solicitor' AND held.ended_at IS NULL)
    """,  # noqa: S608  # a number of ours
}
