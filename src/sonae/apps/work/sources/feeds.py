"""Member files that wait to be decided, rounds of the free cover whose totals did not come out, offers that could not be made."""

from sonae.domain.work import WorkKind

FEED = """
    SELECT id::text AS key, NULL::bigint AS member_id, file_name AS about, '' AS said,
        jsonb_build_object('form', form, 'brake', dry_run->'brake', 'totals', dry_run->'totals') AS detail,
        coalesce(checked_at, received_at) AS since
    FROM membership_feed WHERE state = '{state}'
"""
SOURCES = {
    WorkKind.FEED_HELD: FEED.format(state="held"),
    WorkKind.FEED_CHECKED: FEED.format(state="checked"),
    WorkKind.ROUND_PARKED: """
        SELECT run.id::text AS key, NULL::bigint AS member_id, '' AS about, '' AS said,
            jsonb_build_object('cause', run.cause, 'on', coalesce(year.start_on, ending.ends_on)) AS detail,
            coalesce(run.finished_at, run.started_at) AS since
        FROM membership_freecoverrun AS run
        LEFT JOIN programmes_schemeyear AS year ON year.id = run.scheme_year_id
        LEFT JOIN membership_freecoverend AS ending ON ending.id = run.end_id
        WHERE run.state = 'parked'
    """,
    WorkKind.OFFER_PARKED: """
        SELECT parked.id::text AS key, certificate.member_id, certificate.number AS about, '' AS said,
            jsonb_build_object('reason', parked.reason, 'tries', parked.tries) AS detail, parked.parked_at AS since
        FROM renewal_parkedcertificate AS parked
        JOIN certificates_certificate AS certificate ON certificate.id = parked.certificate_id
        WHERE parked.resolved_at IS NULL
    """,
}
