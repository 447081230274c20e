"""Keep the answers of a turn true: judge anew what has seen less than there is now, and answer whoever has come since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.certificates.locks import lock_certificate
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import Paper
from sonae.apps.documents.outbox import write_mail
from sonae.apps.renewal.answer_chunk import answer_chunk
from sonae.apps.renewal.expiring import Expiring, read_expiring
from sonae.apps.renewal.judging import Answer, judge
from sonae.apps.renewal.letter_mails import NUMBER, letter_mail
from sonae.apps.renewal.models import ParkedCertificate, RenewalOffer, RenewalRun
from sonae.apps.renewal.tally import ACTOR
from sonae.apps.renewal.write_answers import as_row, park, shared
from sonae.apps.renewal.years import Turn, turns_to_offer
from sonae.domain.calendar import japan_date

AT_ONCE = 500
State = RenewalOffer.State
# More is known than was seen: an act, a fact, or a fact that was to come and has taken effect.
STALE = """
SELECT offer.certificate_id FROM renewal_renewaloffer AS offer
WHERE offer.scheme_year_id = %(year_id)s AND offer.state <> 'confirmed' AND (
    offer.seen_seq < (SELECT max(seq) FROM certificates_transaction WHERE certificate_id = offer.certificate_id)
    OR EXISTS (SELECT 1 FROM parties_membershipfact AS fact WHERE fact.member_id = offer.member_id AND (
        fact.id > offer.seen_fact OR (fact.effective_date > offer.judged_on AND fact.effective_date <= %(today)s))))
ORDER BY offer.certificate_id LIMIT %(most)s
"""
# Whatever way it went: there is cover of the next year.
TAKEN_UP = """
UPDATE renewal_renewaloffer AS offer SET state = 'confirmed', changed_at = %(now)s
WHERE offer.scheme_year_id = %(year_id)s AND offer.state = 'open' AND EXISTS (
    SELECT 1 FROM certificates_certificate AS next WHERE next.member_id = offer.member_id
    AND next.scheme_year_id = %(year_id)s AND next.section = 'paid' AND NOT isempty(next.cover))
"""
# Issued after the run began, and neither answered nor set aside.
MISSING = """
SELECT certificate.id FROM certificates_certificate AS certificate
WHERE certificate.scheme_year_id = %(expiring_id)s AND certificate.section = 'paid' AND certificate.id > %(to_id)s
    AND certificate.cancelled_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM renewal_renewaloffer AS offer
                    WHERE offer.certificate_id = certificate.id AND offer.scheme_year_id = %(year_id)s)
    AND NOT EXISTS (SELECT 1 FROM renewal_parkedcertificate AS parked
                    WHERE parked.certificate_id = certificate.id AND parked.scheme_year_id = %(year_id)s)
    AND NOT EXISTS (SELECT 1 FROM certificates_certificate AS next WHERE next.member_id = certificate.member_id
                    AND next.scheme_year_id = %(year_id)s AND next.section = 'paid' AND NOT isempty(next.cover))
ORDER BY certificate.id LIMIT %(most)s
"""


def renew_offers(*, now: datetime, most: int = AT_ONCE) -> int:
    """How many answers were judged anew or given for the first time, in all turns whose offers are out. Each is a transaction."""
    done = 0
    for turn in turns_to_offer(now=now):
        run = RenewalRun.objects.filter(key=turn.key).first()
        if run is None:
            continue
        with connection.cursor() as cursor:
            cursor.execute(TAKEN_UP, {"year_id": turn.year.pk, "now": now})
        for certificate_id in _ids(STALE, turn, run, now, most):
            done += judge_anew(certificate_id=certificate_id, turn=turn, now=now)
        for certificate_id in _ids(MISSING, turn, run, now, most):
            with transaction.atomic():
                done += answer_chunk([certificate_id], turn=turn, now=now).seen
    return done


def _ids(sql: str, turn: Turn, run: RenewalRun, now: datetime, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"year_id": turn.year.pk, "expiring_id": turn.expiring.pk, "to_id": run.to_id,
                             "today": japan_date(now), "most": most})  # fmt: skip
        return [certificate_id for (certificate_id,) in cursor.fetchall()]


@transaction.atomic
def judge_anew(*, certificate_id: int, turn: Turn, now: datetime) -> bool:
    """Bring one offer up to what is known now, before it is taken up. Whether there was anything to do.

    Whoever confirms an offer calls this first, under the same lock. A confirmed offer stays as it is.
    """
    certificate = lock_certificate(certificate_id)
    offer = RenewalOffer.objects.select_for_update().filter(certificate=certificate, scheme_year=turn.year).first()
    if offer is None or offer.state == State.CONFIRMED:
        return False
    (row,) = read_expiring([certificate_id], turn=turn, today=japan_date(now))
    reached("renew.read")
    judged, _ = judge([row], turn=turn, today=japan_date(now))
    if row.is_renewed:
        offer.state, offer.changed_at = State.CONFIRMED, now
    elif judged.problems:
        park(judged.problems, turn=turn, now=now)
    elif judged.cancelled:
        _close(offer, certificate, now=now)
    else:
        _compare(offer, judged.answers[0], turn, now=now)
    offer.seen_seq, offer.seen_fact, offer.judged_on = row.seq or 0, row.fact_id, japan_date(now)
    offer.save()
    reached("renew.written")
    return True


def _close(offer: RenewalOffer, certificate: Certificate, *, now: datetime) -> None:
    if offer.state != State.CLOSED:
        offer.state, offer.changed_at = State.CLOSED, now
        record(
            now=now, actor=ACTOR, action="renewal.offer_closed", object_kind="certificate", object_id=certificate.number
        )


def _compare(offer: RenewalOffer, answer: Answer, turn: Turn, *, now: datetime) -> None:
    """Another revision where the member was told something else, or had been told that there is nothing to renew."""
    told = (
        offer.decision,
        offer.reasons,
        offer.plan_code,
        offer.industry,
        offer.annual_sales,
        offer.annual_premium,
        offer.steps,
    )
    row = as_row(answer, turn=turn, revision=offer.revision + 1)
    true = (
        row["decision"], row["reasons"], row["plan_code"], row["industry"], row["annual_sales"],
        row["annual_premium"], row["steps"],
    )  # fmt: skip
    if told == true and offer.state == State.OPEN:
        return
    (
        offer.decision,
        offer.reasons,
        offer.plan_code,
        offer.industry,
        offer.annual_sales,
        offer.annual_premium,
        offer.steps,
    ) = true
    offer.annual_premium_before, offer.state = row["annual_premium_before"], State.OPEN
    offer.revision, offer.letter_key, offer.offered_at, offer.changed_at = (
        offer.revision + 1,
        row["letter_key"],
        now,
        now,
    )
    _write_letter(row, answer.expiring, turn, now=now)
    record(now=now, actor=ACTOR, action="renewal.offered_anew", object_kind="certificate", object_id=answer.expiring.number,
           revision=offer.revision, decision=answer.decision)  # fmt: skip


def _write_letter(row: dict[str, Any], expiring: Expiring, turn: Turn, *, now: datetime) -> None:
    Paper.objects.create(
        key=row["letter_key"], kind=row["kind"], member_id=expiring.member_id, language=expiring.language,
        product_version=turn.year.product_version, file_name=row["file_name"], issued_at=now,
        facts=json.loads(shared(turn, now)["common"]) | row["letter"],
    )  # fmt: skip
    if expiring.recipient:
        subject, body = letter_mail(decision=row["decision"], turn=turn, language=expiring.language, is_new=False)
        write_mail(
            key=row["letter_key"], recipient=expiring.recipient, subject=subject.replace(NUMBER, expiring.number),
            body=body.replace(NUMBER, expiring.number), language=expiring.language, now=now,
        )  # fmt: skip


def retry_parked(*, turn: Turn, ids: Iterable[int], actor: str, now: datetime) -> int:
    """Answer certificates that were set aside once more; how many of them have their answer now."""
    parked = ParkedCertificate.objects.filter(
        scheme_year=turn.year, certificate__in=list(ids), resolved_at__isnull=True
    )
    answered = 0
    for certificate_id in list(parked.order_by("certificate_id").values_list("certificate_id", flat=True)):
        with transaction.atomic():
            record(now=now, actor=actor, action="renewal.tried_again", object_kind="renewal_run", object_id=turn.key,
                   certificate=certificate_id)  # fmt: skip
            answered += answer_chunk([certificate_id], turn=turn, now=now).made
    if answered:
        later("sonae.send_mails")
    return answered
