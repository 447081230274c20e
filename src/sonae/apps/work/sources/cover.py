"""Changes of cover that collide: one waits for its payment, and an act that was recorded since sets the same field."""

from sonae.domain.work import WorkKind

SOURCES = {
    # Fields stand flat in a request ("insured.name") and in groups in some acts ("insured").
    WorkKind.CONFLICT: """
        SELECT asked.id::text AS key, certificate.member_id, certificate.number AS about, '' AS said,
            jsonb_build_object('kind', asked.kind) AS detail, asked.asked_at AS since
        FROM certificates_changerequest AS asked
        JOIN certificates_certificate AS certificate ON certificate.id = asked.certificate_id
        WHERE asked.state = 'waiting' AND EXISTS (
            SELECT 1 FROM certificates_transaction AS act,
                jsonb_object_keys(asked.patch) AS mine (field), jsonb_object_keys(act.patch) AS theirs (field)
            WHERE act.certificate_id = asked.certificate_id AND act.seq > asked.seen_seq
                AND split_part(mine.field, '.', 1) = split_part(theirs.field, '.', 1))
    """,
}
