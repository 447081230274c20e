"""What was asked of the contact window and nobody has answered; of referrals those with consent that nobody has passed on."""

from sonae.domain.work import WorkKind

ASKED = """
    SELECT id::text AS key, NULL::bigint AS member_id, coalesce(nullif(firm, ''), name) AS about,
        concat_ws(' ', message, name, number, telephone) AS said,
        jsonb_build_object('number', number, 'message', left(message, 120), 'telephone', telephone,
                           'preferred_time', preferred_time, 'industry', industry, 'member_number', member_number) AS detail,
        received_at AS since
    FROM contact_consultation WHERE kind = '{kind}' AND NOT EXISTS (
        SELECT 1 FROM contact_consultationevent AS event
        WHERE event.consultation_id = contact_consultation.id AND event.kind IN ({over}) AND starts_with(event.actor, 'user:')
            AND event.seq > coalesce((
                SELECT max(seq) FROM contact_consultationevent AS again
                WHERE again.consultation_id = contact_consultation.id AND again.kind = 'reopened'), 0))
"""
ANSWERED, CLOSED = "'called', 'answered', 'closed'", "'closed'"
# Whoever withdraws the consent takes the referral out of the queue: it must not be passed on.
CONSENT_STANDS = """
    AND EXISTS (
        SELECT 1 FROM contact_consent AS consent LEFT JOIN contact_consentwithdrawal AS withdrawal
            ON withdrawal.consent_id = consent.id
        LEFT JOIN contact_thirdpartyprovision AS provision ON provision.consent_id = consent.id
        WHERE consent.consultation_id = contact_consultation.id AND withdrawal.id IS NULL AND provision.id IS NULL)
"""
SOURCES = {
    WorkKind.CALLBACK: ASKED.format(kind="callback", over=ANSWERED),
    WorkKind.QUESTION: ASKED.format(kind="question", over=ANSWERED),
    WorkKind.REFERRAL: ASKED.format(kind="referral", over=CLOSED) + CONSENT_STANDS,
}
