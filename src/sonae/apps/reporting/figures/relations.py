"""What figures are counted from: statements that give one row for each thing, all with the same columns.

A figure and the list behind it read the same statement, so they can't say different things. Joins that only a list needs are left
joins on unique columns, which PostgreSQL leaves out where nothing is read from them.

``key`` orders a list; ``on_date`` is the day under which the row counts; ``detail`` and ``reason`` are codes.
"""

from __future__ import annotations

# How far an application has come: 1 to 5 are its steps as they were last saved, 6 is confirmed, 7 was brought to the payment, 8 is
# covered; 0 has saved nothing.
APPLICATIONS = """
    SELECT application.id AS key, (application.started_at AT TIME ZONE 'Asia/Tokyo')::date AS on_date,
        NULL::timestamp AS moment, application.number, coalesce(certificate.number, '') AS certificate, member.number AS member,
        application.plan_code AS plan, '' AS member_class, application.industry, application.language,
        (CASE WHEN application.state = 'issued' THEN 8
              WHEN EXISTS (SELECT 1 FROM billing_payment AS payment
                           WHERE payment.purpose = 'enrol:' || application.public_id) THEN 7
              WHEN application.state IN ('confirmed', 'paying')
                  OR EXISTS (SELECT 1 FROM enrolment_evidence AS seal WHERE seal.application_id = application.id) THEN 6
              ELSE (SELECT coalesce(max(array_position(
                        ARRAY['needs', 'plan', 'documents', 'disclosure', 'company']::varchar[], answers.step)), 0)
                    FROM enrolment_stepanswers AS answers WHERE answers.application_id = application.id) END)::text AS detail,
        CASE WHEN application.state IN ('draft', 'confirmed', 'paying') THEN 'living' ELSE application.state END AS reason,
        coalesce(application.term_premium, 0) AS yen
    FROM enrolment_application AS application
    LEFT JOIN parties_member AS member ON member.id = application.member_id
    LEFT JOIN certificates_certificate AS certificate ON certificate.id = application.certificate_id
    WHERE application.started_at >= %(since_at)s AND application.started_at < %(until_at)s
"""
COVERS = """
    SELECT cover.certificate_id AS key, {on_date} AS on_date, NULL::timestamp AS moment, certificate.number,
        certificate.number AS certificate, member.number AS member, cover.plan_code AS plan, cover.member_class, cover.industry,
        '' AS language, '' AS detail, '' AS reason, cover.total_premium_yen AS yen
    FROM reporting_countedcover AS cover
    LEFT JOIN certificates_certificate AS certificate ON certificate.id = cover.certificate_id
    LEFT JOIN parties_member AS member ON member.id = certificate.member_id
    WHERE {where}
"""
ISSUED = COVERS.format(on_date="cover.issued_on", where="cover.issued_on >= %(since)s AND cover.issued_on < %(until)s")
IN_FORCE = COVERS.format(on_date="cover.starts_on", where="cover.starts_on <= %(on)s AND cover.ends_on > %(on)s")
CANCELLED = COVERS.format(
    on_date="cover.cancelled_on", where="cover.cancelled_on >= %(since)s AND cover.cancelled_on < %(until)s"
)
LINES = """
    SELECT line.id AS key, line.month AS on_date, NULL::timestamp AS moment, certificate.number,
        certificate.number AS certificate, member.number AS member, line.plan_code AS plan, line.member_class, line.industry,
        '' AS language, '' AS detail, '' AS reason, line.{column} AS yen
    FROM reporting_earnedline AS line
    LEFT JOIN certificates_certificate AS certificate ON certificate.id = line.certificate_id
    LEFT JOIN parties_member AS member ON member.id = certificate.member_id
    WHERE line.month >= %(since)s AND line.month < %(until)s AND line.{column} <> 0
"""
WRITTEN, EARNED = LINES.format(column="written_yen"), LINES.format(column="earned_yen")
# What became of each answer for the next scheme year, and why there is no renewal.
OFFERS = """
    SELECT offer.id AS key, year.start_on AS on_date, NULL::timestamp AS moment, certificate.number,
        certificate.number AS certificate, member.number AS member, offer.plan_code AS plan,
        coalesce(cover.member_class, '') AS member_class, offer.industry, '' AS language,
        CASE WHEN following.renewed_from_id IS NOT NULL THEN 'renewed' WHEN offer.state = 'closed' THEN 'cancelled'
             WHEN offer.decision <> 'offered' THEN 'no_offer' WHEN year.start_on > %(today)s THEN 'waiting'
             ELSE 'lapsed' END AS detail,
        CASE WHEN following.renewed_from_id IS NOT NULL THEN '' WHEN offer.state = 'closed' THEN 'cancelled'
             WHEN offer.decision = 'left' THEN 'LEFT'
             WHEN offer.decision = 'referred' THEN coalesce(offer.reasons ->> 0, 'referred')
             WHEN year.start_on > %(today)s THEN '' ELSE 'not_taken_up' END AS reason,
        offer.annual_premium AS yen
    FROM renewal_renewaloffer AS offer
    JOIN programmes_schemeyear AS year ON year.id = offer.scheme_year_id
    LEFT JOIN reporting_countedcover AS cover ON cover.certificate_id = offer.certificate_id
    LEFT JOIN (SELECT renewed_from_id FROM certificates_certificate WHERE renewed_from_id IS NOT NULL) AS following
        ON following.renewed_from_id = offer.certificate_id
    LEFT JOIN certificates_certificate AS certificate ON certificate.id = offer.certificate_id
    LEFT JOIN parties_member AS member ON member.id = offer.member_id
    WHERE year.start_on >= %(since)s AND year.start_on < %(until)s
"""
# The member's standing on the day by what is known now: the later recorded fact of a day wins.
MEMBERS = """
    SELECT member.id AS key, %(on)s::date AS on_date, NULL::timestamp AS moment, member.number, '' AS certificate,
        member.number AS member, '' AS plan, known.member_class, '' AS industry, '' AS language, '' AS detail, '' AS reason,
        0::bigint AS yen
    FROM parties_member AS member
    JOIN LATERAL (SELECT fact.kind, fact.member_class FROM parties_membershipfact AS fact
                  WHERE fact.member_id = member.id AND fact.effective_date <= %(on)s
                  ORDER BY fact.effective_date DESC, fact.recorded_at DESC, fact.id DESC LIMIT 1) AS known ON known.kind <> 'left'
"""
FACTS = """
    SELECT fact.id AS key, fact.effective_date AS on_date, NULL::timestamp AS moment, member.number, '' AS certificate,
        member.number AS member, '' AS plan, fact.member_class, '' AS industry, '' AS language, '' AS detail, '' AS reason,
        0::bigint AS yen
    FROM parties_membershipfact AS fact LEFT JOIN parties_member AS member ON member.id = fact.member_id
    WHERE fact.kind = '{kind}' AND fact.effective_date >= %(since)s AND fact.effective_date < %(until)s
"""
JOINED, LEFT = FACTS.format(kind="joined"), FACTS.format(kind="left")
FREE_COVERS = """
    SELECT certificate.id AS key, {on_date} AS on_date, NULL::timestamp AS moment, certificate.number, '' AS certificate,
        member.number AS member, '' AS plan, '' AS member_class, '' AS industry, '' AS language, '' AS detail, '' AS reason,
        0::bigint AS yen
    FROM certificates_certificate AS certificate LEFT JOIN parties_member AS member ON member.id = certificate.member_id
    WHERE certificate.section = 'free' AND {where}
"""
FREE_IN_FORCE = FREE_COVERS.format(on_date="%(on)s::date", where="certificate.cover @> %(on)s::date")
FREE_BEGUN = FREE_COVERS.format(
    on_date="certificate.starts_on", where="certificate.starts_on >= %(since)s AND certificate.starts_on < %(until)s"
)
FREE_ENDED = FREE_COVERS.format(
    on_date="certificate.cancelled_on",
    where="certificate.cancelled_on >= %(since)s AND certificate.cancelled_on < %(until)s",
)
MONEY = """
    SELECT {key} AS key, {on_date} AS on_date, NULL::timestamp AS moment, {number} AS number, '' AS certificate,
        {member} AS member, '' AS plan, '' AS member_class, '' AS industry, '' AS language, {detail} AS detail, '' AS reason,
        {yen} AS yen
    FROM {tables}
    WHERE {where}
"""
CHARGED = MONEY.format(
    key="payment.id",
    on_date="(payment.captured_at AT TIME ZONE 'Asia/Tokyo')::date",
    number="payment.key",
    member="member.number",
    detail="payment.brand",
    yen="payment.charge_yen",
    tables="billing_payment AS payment LEFT JOIN parties_member AS member ON member.id = payment.member_id",
    where="payment.state = 'captured' AND payment.captured_at >= %(since_at)s AND payment.captured_at < %(until_at)s",
)
REFUNDED = MONEY.format(
    key="refund.id",
    on_date="(refund.refunded_at AT TIME ZONE 'Asia/Tokyo')::date",
    number="refund.key",
    member="member.number",
    detail="''",
    yen="refund.refund_yen",
    tables="billing_refund AS refund JOIN billing_payment AS payment ON payment.id = refund.payment_id "
    "LEFT JOIN parties_member AS member ON member.id = payment.member_id",
    where="refund.refunded_at >= %(since_at)s AND refund.refunded_at < %(until_at)s",
)
PAYOUT_LINES = MONEY.format(
    key="line.id",
    on_date="payout.paid_on",
    number="payout.payout_id || ' #' || line.number",
    member="''",
    detail="line.kind",
    yen="{yen}",
    tables="reporting_payoutline AS line JOIN reporting_payout AS payout ON payout.id = line.payout_id",
    where="payout.paid_on >= %(since)s AND payout.paid_on < %(until)s AND {where}",
)
PAID_OUT = PAYOUT_LINES.format(yen="line.net_yen", where="true")
PROCESSOR_COSTS = PAYOUT_LINES.format(yen="line.cost_yen", where="line.cost_yen <> 0")
CONSULTATIONS = """
    SELECT consultation.id AS key, there.moment::date AS on_date, there.moment, consultation.number, '' AS certificate,
        '' AS member, '' AS plan, '' AS member_class, '' AS industry, consultation.language, consultation.kind AS detail,
        CASE WHEN there.moment::date = ANY(%(open_days)s::date[]) AND extract(hour FROM there.moment) >= %(opens_hour)s
             AND extract(hour FROM there.moment) < %(closes_hour)s THEN 'open' ELSE 'closed' END AS reason,
        0::bigint AS yen
    FROM contact_consultation AS consultation,
        LATERAL (SELECT consultation.received_at AT TIME ZONE 'Asia/Tokyo' AS moment) AS there
    WHERE consultation.received_at >= %(since_at)s AND consultation.received_at < %(until_at)s
"""
