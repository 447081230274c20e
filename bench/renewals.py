"""The offers of a turn of the scheme year, beside a bare INSERT … SELECT of the same rows into the same tables.

Both start from the same copy of a database, with the same constraints and indexes, one after the other. The bare statements know
every value before the clock starts: each row's offer, letter and mail lie ready in a table. Ours reads logs, membership and
addresses, folds the certificates with a history (one in twenty), rates every plan under both tariffs, works out the waterfall,
writes letters and mails in the member's language, locks the members, writes in chunks that a killed worker loses one of, and
counts before and after.

Sizes may be named in SONAE_BENCH_OFFERS; 1,000,000 shows that the cost stays linear.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date, datetime
from pathlib import Path

from bench.free_covers import Bench, Spent, a_programme
from bench.loading import run_all
from sonae.domain.calendar import JAPAN

SIZES = (10_000, 100_000, 200_000)
TURN, OFFERS_DAY = date(2026, 12, 1), datetime(2026, 10, 2, 4, 0, tzinfo=JAPAN)
LOAD = """
    INSERT INTO parties_member (number, created_at)
    SELECT lpad(n::text, 8, '0'), %(now)s FROM generate_series(1, %(size)s) AS n;
    INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
        telephone, source)
    SELECT id, 'joined', DATE '2025-04-01', %(now)s, (ARRAY['basic', 'total', 'pap'])[id %% 3 + 1],
        '株式会社計測商店' || id, 'ケイソクショウテン', 'm' || id || '@keisoku.example', '03-0000-0000', 'bench'
    FROM parties_member;
    INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, verification_code, issued_at)
    SELECT 'C' || member.number, member.id, year.id, 'paid', year.start_on, upper(replace(gen_random_uuid()::text, '-', '')),
        %(now)s
    FROM parties_member AS member JOIN programmes_schemeyear AS year ON year.expiry_on = %(turn)s ORDER BY member.id;
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT id, 1, 'new', starts_on, %(now)s, jsonb_build_object(
            'plan', (ARRAY['P100', 'P300', 'P500'])[id %% 3 + 1], 'annual_sales', (id * 7919) %% 99999999,
            'industry', (ARRAY['other_services', 'manufacturing', 'information', 'retail'])[id %% 4 + 1],
            'applicant', jsonb_build_object('name', '株式会社計測商店' || id, 'representative', '計測 太郎'),
            'insured', jsonb_build_object('name', '株式会社計測商店' || id)),
        'bench', '', repeat('0', 64), 64940, 64940
    FROM certificates_certificate;
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT id, 2, 'change', DATE '2026-05-01', %(now)s, jsonb_build_object('annual_sales', 40000000), 'bench', '', repeat('0', 64),
        64940, 0 FROM certificates_certificate WHERE id %% 20 = 0;
"""
# What ours wrote for one certificate, repeated for all: the same columns of the same width, ready before the clock starts.
READY = """
    CREATE TABLE same_rows AS
    SELECT certificate.id AS certificate_id, certificate.member_id, certificate.number, fact.email,
        offer.decision, offer.reasons, offer.plan_code, offer.industry, offer.annual_sales, offer.annual_premium,
        offer.annual_premium_before, offer.months_before, offer.steps, offer.product_digest, offer.judged_on, offer.scheme_year_id,
        paper.product_version_id, paper.file_name, mail.subject, mail.body,
        paper.facts || jsonb_build_object('certificate_number', certificate.number, 'addressee', fact.name) AS facts
    FROM certificates_certificate AS certificate
    JOIN parties_membershipfact AS fact ON fact.member_id = certificate.member_id
    CROSS JOIN (SELECT * FROM renewal_renewaloffer ORDER BY id LIMIT 1) AS offer
    JOIN documents_paper AS paper ON paper.key = offer.letter_key
    JOIN documents_outboxmessage AS mail ON mail.key = offer.letter_key
    ORDER BY certificate.id
"""
UNDO = """
    ALTER TABLE documents_paper DISABLE TRIGGER USER;
    DELETE FROM documents_outboxmessage; DELETE FROM documents_paper; DELETE FROM renewal_renewaloffer;
    ALTER TABLE documents_paper ENABLE TRIGGER USER;
"""
BARE = (
    """INSERT INTO renewal_renewaloffer (certificate_id, scheme_year_id, member_id, decision, reasons, plan_code, industry,
        annual_sales, annual_premium, annual_premium_before, months_before, steps, product_digest, seen_seq, seen_fact, judged_on,
        revision, state, letter_key, offered_at, changed_at)
    SELECT certificate_id, scheme_year_id, member_id, decision, reasons, plan_code, industry, annual_sales, annual_premium,
        annual_premium_before, months_before, steps, product_digest, 1, 1, judged_on, 1, 'open', 'renewal:' || number || ':2026:1',
        %(now)s, %(now)s FROM same_rows ORDER BY certificate_id""",
    """INSERT INTO documents_paper (key, kind, member_id, product_version_id, language, file_name, facts, issued_at)
    SELECT 'renewal:' || number || ':2026:1', 'renewal_offer', member_id, product_version_id, 'ja', file_name, facts, %(now)s
    FROM same_rows ORDER BY certificate_id""",
    """INSERT INTO documents_outboxmessage (key, recipient, subject, body, language, created_at, next_try_at, tries)
    SELECT 'renewal:' || number || ':2026:1', email, subject, body, 'ja', %(now)s, %(now)s, 0 FROM same_rows
    ORDER BY certificate_id""",
)


def main() -> None:
    """Print seconds and ratios for each size."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_OFFERS", "").split(",") if size] or SIZES
    with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as server:
        bench = OfferBench(server)
        print("offers at the turn of the year: offer, letter and mail; wall seconds (CPU seconds of the server)")
        for size in sizes:
            bare, ours = bench.compare(size)
            print(
                f"  {size:>9,} offers   bare INSERT … SELECT {bare.wall:7.1f} ({bare.cpu:6.1f})   "
                f"offers {ours.wall:7.1f} ({ours.cpu:6.1f})   ratio {ours.wall / bare.wall:5.2f} ({ours.cpu / bare.cpu:.2f})   "
                f"{size / ours.wall:7,.0f} a second",
                flush=True,
            )


class OfferBench:
    """Measurements on the server of ``free_covers``, each on a fresh copy of the same certificates."""

    def __init__(self, server: Bench) -> None:
        self._server = server

    def compare(self, size: int) -> tuple[Spent, Spent]:
        """The bare statements first, then ours."""
        loaded = f"offers_{size}"
        with self._server.copy("sonae", loaded), self._server.on(loaded):
            self._load(size)
            with self._server.copy(loaded, "measured"), self._server.on("measured"):
                bare = self._server.measured(self._bare)
                self._expect(size)
            with self._server.copy(loaded, "measured"), self._server.on("measured"):
                ours = self._server.measured(self._offers)
                self._expect(size)
        return bare, ours

    def _load(self, size: int) -> None:
        from django.db import connection, transaction

        from sonae.apps.certificates.models import Certificate
        from sonae.apps.renewal.answer_chunk import answer_chunk
        from sonae.apps.renewal.years import get_turn

        with connection.cursor() as cursor:
            run_all(LOAD, {"size": size, "now": OFFERS_DAY, "turn": TURN})
            cursor.execute("VACUUM (ANALYZE)")
        with transaction.atomic():
            first = Certificate.objects.order_by("id").values_list("pk", flat=True)[0]
            answer_chunk([first], turn=get_turn(year_start=TURN), now=OFFERS_DAY)
        with connection.cursor() as cursor:
            cursor.execute(READY)
            for statement in UNDO.split(";"):
                if statement.strip():
                    cursor.execute(statement)
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")

    def _bare(self) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            for statement in BARE:
                cursor.execute(statement, {"now": OFFERS_DAY})

    def _offers(self) -> None:
        from sonae.apps.renewal.use_cases.make_offers import make_offers

        run = make_offers(year_start=TURN, now=OFFERS_DAY)
        assert run.state == "done", run.after
        assert run.after is not None
        assert run.after["parked"] == 0, run.after

    def _expect(self, size: int) -> None:
        from sonae.apps.documents.models import OutboxMessage, Paper
        from sonae.apps.renewal.models import RenewalOffer

        assert RenewalOffer.objects.count() == Paper.objects.count() == OutboxMessage.objects.count() == size
