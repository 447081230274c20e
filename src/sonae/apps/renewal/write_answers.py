"""Write answers down: offer, letter and mail of thousands of certificates in one statement, each once whatever happens twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from sonae.apps.audit.later import later
from sonae.apps.renewal.judging import Answer, Problem
from sonae.apps.renewal.letter import (
    OfferFacts,
    ReasonFacts,
    RefusalFacts,
    StepFacts,
    TurnFacts,
    letter_key,
    letter_kind,
    renewal_address,
)
from sonae.apps.renewal.letter_mails import NUMBER, letter_mail
from sonae.apps.renewal.tally import Tally
from sonae.apps.renewal.years import Turn
from sonae.domain.addressing import honorific
from sonae.domain.calendar import japan_date
from sonae.domain.renewal import reason_of

# A chunk goes in as one document: lists of texts would have to be quoted one by one, which takes longer than the writing.
COLUMNS = """
    certificate_id bigint, member_id bigint, decision text, reasons jsonb, plan_code text, industry text, annual_sales bigint,
    annual_premium bigint, annual_premium_before bigint, months_before int, steps jsonb, seen_seq int, seen_fact bigint,
    letter_key text, kind text, language text, file_name text, letter jsonb, number text, recipient text
"""
WRITE = f"""
WITH given AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g({COLUMNS})),
words AS (SELECT * FROM jsonb_to_recordset(%(words)s::jsonb) AS w(said text, spoken text, subject text, body text)),
offers AS (
    INSERT INTO renewal_renewaloffer
        (certificate_id, scheme_year_id, member_id, decision, reasons, plan_code, industry, annual_sales, annual_premium,
         annual_premium_before, months_before, steps, product_digest, seen_seq, seen_fact, judged_on, revision, state,
         letter_key, offered_at, changed_at)
    SELECT certificate_id, %(year_id)s, member_id, decision, reasons, plan_code, industry, annual_sales, annual_premium,
        annual_premium_before, months_before, steps, %(digest)s, seen_seq, seen_fact, %(today)s, 1, 'open', letter_key, %(now)s,
        %(now)s
    FROM given ORDER BY certificate_id ON CONFLICT (certificate_id, scheme_year_id) DO NOTHING
    RETURNING certificate_id
), letters AS (
    INSERT INTO documents_paper (key, kind, member_id, product_version_id, language, file_name, facts, issued_at)
    SELECT letter_key, kind, member_id, %(version_id)s, language, file_name, %(common)s::jsonb || letter, %(now)s
    FROM given JOIN offers USING (certificate_id) ORDER BY certificate_id ON CONFLICT (key) DO NOTHING
), mails AS (
    INSERT INTO documents_outboxmessage (key, recipient, subject, body, language, created_at, next_try_at, tries)
    SELECT letter_key, recipient, replace(subject, %(number)s, number), replace(body, %(number)s, number), language, %(now)s,
        %(now)s, 0
    FROM given JOIN offers USING (certificate_id) JOIN words ON said = decision AND spoken = language
    WHERE recipient <> '' ORDER BY certificate_id ON CONFLICT (key) DO NOTHING
    RETURNING 1
)
SELECT (SELECT coalesce(array_agg(certificate_id), '{{}}') FROM offers), (SELECT count(*) FROM mails)
"""  # noqa: S608  # our own columns alone
PARK = """
INSERT INTO renewal_parkedcertificate (scheme_year_id, certificate_id, reason, detail, tries, parked_at)
SELECT %(year_id)s, certificate_id, reason, left(detail, 400), 1, %(now)s
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(details)s::text[]) AS g(certificate_id, reason, detail)
ON CONFLICT (scheme_year_id, certificate_id) DO UPDATE SET reason = excluded.reason, detail = excluded.detail,
    tries = renewal_parkedcertificate.tries + 1, parked_at = excluded.parked_at, resolved_at = NULL
"""


def write_answers(answers: Sequence[Answer], *, turn: Turn, now: datetime) -> Tally:
    """Offer, letter and mail of each; those that are there already stay as they are and count as ``already``."""
    if not answers:
        return Tally()
    rows = [as_row(answer, turn=turn, revision=1) for answer in answers]
    given = {"rows": json.dumps(rows, ensure_ascii=False), "words": json.dumps(_words(turn)), "number": NUMBER}
    with connection.cursor() as cursor:
        cursor.execute(WRITE, given | shared(turn, now))
        ids, mails = cursor.fetchone()
    if mails:
        later("sonae.send_mails")
    written = set(ids)
    made = [answer for answer in answers if answer.expiring.certificate_id in written]
    counted = Counter(answer.decision for answer in made)
    offered = [answer for answer in made if answer.decision == "offered"]
    return Tally(
        offered=counted["offered"], left=counted["left"], referred=counted["referred"],
        already=len(answers) - len(made), mails=mails,
        yen_before=sum(answer.premium_before for answer in offered), yen_after=sum(answer.premium for answer in offered),
    )  # fmt: skip


def park(problems: Sequence[Problem], *, turn: Turn, now: datetime) -> None:
    """Set them aside with their reasons; whoever is aside already gets the newer reason."""
    if problems:
        ids, reasons, details = (list(column) for column in zip(*problems, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                PARK, {"year_id": turn.year.pk, "ids": ids, "reasons": reasons, "details": details, "now": now}
            )


def shared(turn: Turn, now: datetime) -> dict[str, Any]:
    """What all rows of one statement have in common."""
    facts = TurnFacts.of(
        product=turn.new, digest=turn.digest, dates=turn.dates, year=turn.year.term, made_at=now
    ).as_dict()
    return {
        "year_id": turn.year.pk, "version_id": turn.year.product_version_id, "digest": turn.digest, "now": now,
        "today": japan_date(now), "common": json.dumps(facts, ensure_ascii=False),
    }  # fmt: skip


def _words(turn: Turn) -> list[dict[str, str]]:
    """The mails of this turn by decision and language, the certificate's number left open."""
    found = []
    for decision in ("offered", "left", "referred"):
        for language in ("ja", "en"):
            subject, body = letter_mail(decision=decision, turn=turn, language=language)
            found.append({"said": decision, "spoken": language, "subject": subject, "body": body})
    return found


def as_row(answer: Answer, *, turn: Turn, revision: int) -> dict[str, Any]:
    """One answer with its letter, as the database takes it."""
    row = answer.expiring
    own = own_facts(answer, turn)
    return {
        "certificate_id": row.certificate_id, "member_id": row.member_id, "decision": answer.decision,
        "reasons": list(answer.reasons), "plan_code": answer.facts.plan_code, "industry": answer.facts.risk.industry,
        "annual_sales": answer.facts.risk.annual_sales, "annual_premium": answer.premium,
        "annual_premium_before": answer.premium_before, "months_before": answer.months,
        "steps": [list(step) for step in answer.steps], "seen_seq": row.seq or 0, "seen_fact": row.fact_id,
        "letter_key": letter_key(row.number, turn.year.start_on, revision), "kind": str(letter_kind(own)),
        "language": row.language, "file_name": _file_name(row.number, turn, own), "letter": own.as_dict(),
        "number": row.number, "recipient": row.recipient,
    }  # fmt: skip


def _file_name(number: str, turn: Turn, own: OfferFacts | RefusalFacts) -> str:
    called = "更新のご案内" if isinstance(own, OfferFacts) else "満期のあとのご案内"
    return f"{number}_{called}_{turn.year.start_on.year}.pdf"


def own_facts(answer: Answer, turn: Turn) -> OfferFacts | RefusalFacts:
    """What is this member's own in the letter."""
    row = answer.expiring
    form = honorific(row.addressee, run_by=row.representative)
    if answer.decision != "offered":
        reasons = tuple(ReasonFacts.of(reason_of(turn.new, code)) for code in answer.reasons)
        name = turn.old.plan(answer.plan_at_end).name
        return RefusalFacts(row.addressee, form, row.number, name, answer.decision == "left", reasons)
    return OfferFacts(
        addressee=row.addressee,
        honorific=form,
        certificate_number=row.number,
        industry_name=turn.new.industry(answer.facts.risk.industry).name,
        annual_sales=answer.facts.risk.annual_sales,
        plan_code=answer.facts.plan_code,
        plan_name=turn.new.plan(answer.facts.plan_code).name,
        plan_name_before=turn.old.plan(answer.plan_at_start).name,
        months_before=answer.months,
        annual_premium_before=answer.premium_before,
        annual_premium=answer.premium,
        premiums=answer.premiums,
        steps=tuple(StepFacts.of(step) for step in answer.steps),
        renewal_url=renewal_address(row.language, row.number),
    )
