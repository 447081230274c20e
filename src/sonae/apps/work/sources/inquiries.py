"""What was asked of the contact window and nobody has answered; of referrals those whose consent stands."""

from sonae.domain.work import WorkKind

ASKED = """
    SELECT id::text AS key, NULL::bigint AS member_id, coalesce(nullif(firm, ''), name) AS about,
        concat_ws(' ', message, name, number, telephone) AS said,
        jsonb_build_object('number', number, 'message', left(message, 120), 'telephone', telephone,
                           'preferred_time', preferred_time, 'industry', industry, 'member_number', member_number) AS detail,
        received_at AS since
    FROM contact_consultation WHERE kind = '{kind}'
"""
# Whoever withdraws the consent takes the referral out of the queue: it must not be passed on.
CONSENT_STANDS = """
    AND EXISTS (
        SELECT 1 FROM contact_consent AS consent LEFT JOIN contact_consentwithdrawal AS withdrawal
            ON withdrawal.consent_id = consent.id
        WHERE consent.consultation_id = contact_consultation.id AND withdrawal.id IS NULL)
"""
SOURCES = {
    WorkKind.CALLBACK: ASKED.format(kind="callback"),
    WorkKind.QUESTION: ASKED.format(kind="question"),
    WorkKind.REFERRAL: ASKED.format(kind="referral") + CONSENT_STANDS,
}
