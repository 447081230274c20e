"""The desk's figures with a million free and 200,000 paid certificates: every page and list, beside a bare count of certificates.

The pages are opened by somebody who is signed in, through all of Django and without a network; each visit narrows the figures down
to something else. The yardstick is one ``SELECT count(*)`` over the certificates on the same connection in the same run. Before
that the round that counts is measured: the first one, one that finds nothing new, and one after a thousand changes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

from bench.free_covers import a_programme
from bench.load import p95
from bench.loading import run_all
from bench.paid_certificates import load
from bench.staff import browser_of_staff
from sonae.domain.calendar import JAPAN

FREE, PAID = 1_000_000, 200_000
VISITS = 24
NOW = datetime(2027, 4, 10, 10, tzinfo=JAPAN)
# Everybody is a member with a free certificate, as a turn leaves them; the first of them hold the paid ones.
REST = """
    SET session_replication_role = replica;
    INSERT INTO parties_member (id, number, created_at)
    SELECT n, lpad(n::text, 8, '0'), %(now)s FROM generate_series(%(paid)s + 1, %(free)s) AS n;
    INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
        telephone, source)
    SELECT id, 'joined', DATE '2025-04-01' + (id %% 600)::integer, %(now)s, (ARRAY['basic', 'total', 'pap'])[id %% 3 + 1],
        '計測商店' || id, 'ケイソクショウテン', 'm' || id || '@keisoku.example', '03-0000-0000', 'bench' FROM parties_member;
    INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
        telephone, source)
    SELECT id, 'left', DATE '2026-12-01' + (id %% 120)::integer, %(now)s, (ARRAY['basic', 'total', 'pap'])[id %% 3 + 1],
        '計測商店' || id, '', '', '', 'bench' FROM parties_member WHERE id %% 50 = 0;
    INSERT INTO certificates_certificate (id, number, member_id, scheme_year_id, section, starts_on, cover, verification_code,
        issued_at)
    SELECT %(free)s + member.id, 'F-' || member.id, member.id, year.id, 'free', year.start_on,
        daterange(year.start_on, year.expiry_on), md5('f' || member.id), %(now)s
    FROM parties_member AS member, programmes_schemeyear AS year WHERE year.start_on = DATE '2026-12-01' ORDER BY member.id;
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT id, 1, 'new', starts_on, %(now)s, jsonb_build_object('section', 'free', 'member_class', 'basic', 'insured',
        jsonb_build_object('name', '計測商店' || id, 'kana', 'ケイソクショウテン')), 'system:free_cover', 'turn', repeat('0', 64),
        0, 0
    FROM certificates_certificate WHERE section = 'free';
    INSERT INTO billing_payment (key, purpose, member_id, charge_yen, gateway, state, session_id, payment_id, checkout_url, brand,
        last4, failure_code, closed_reason, created_at, changed_at, captured_at, checks)
    SELECT 'pay-' || charge.id, 'enrol:a' || charge.id, charge.member_id, charge.charge_yen, 'sandbox_card', 'captured', '',
        'pay_' || charge.id, '', 'visa', '4242', '', '', moment, moment, moment, 0
    FROM billing_charge AS charge, LATERAL (SELECT %(now)s + make_interval(mins => (charge.id %% 190000)::integer) AS moment) AS at
    WHERE charge.charge_yen > 0;
    INSERT INTO reporting_payoutfile (id, digest, form, file_name, size, received_at, received_by)
    VALUES (1, 'bench', 'bench', 'bench', 1, %(now)s, 'bench');
    INSERT INTO reporting_payout (file_id, gateway, payout_id, paid_on, line_count, gross_yen, cost_yen, net_yen, total_was_stated)
    SELECT 1, 'sandbox_card', 'po_' || on_date, on_date::date, 0, 0, 0, 0, true
    FROM generate_series(DATE '2026-11-24', DATE '2027-04-09', '1 day') AS on_date;
    INSERT INTO reporting_payoutline (payout_id, number, line_id, kind, source_id, payment_id, occurred_on, gross_yen, cost_yen,
        net_yen)
    SELECT payout.id, payment.id, 'l' || payment.id, 'charge', payment.payment_id, payment.payment_id, payout.paid_on,
        payment.charge_yen, payment.charge_yen / 30, payment.charge_yen - payment.charge_yen / 30
    FROM billing_payment AS payment
    JOIN reporting_payout AS payout ON payout.paid_on = (payment.captured_at + interval '2 days')::date;
    INSERT INTO enrolment_application (id, public_id, number, member_id, user_id, scheme_year_id, start_on, state, closed_reason,
        language, plan_code, industry, annual_sales, annual_premium, term_premium, revision, certificate_id, started_at, changed_at)
    SELECT n, 'a' || n, 'A' || n, n, 1, year.id, year.start_on,
        CASE WHEN n <= %(paid)s THEN 'issued' WHEN n %% 3 = 0 THEN 'closed' ELSE 'draft' END, '',
        CASE WHEN n %% 20 = 0 THEN 'en' ELSE 'ja' END, (ARRAY['P100', 'P300', 'P500'])[n %% 3 + 1], 'retail', 1, 1, 64940, 1,
        CASE WHEN n <= %(paid)s THEN n END, moment, moment
    FROM generate_series(1, %(paid)s + %(paid)s / 2) AS n, programmes_schemeyear AS year,
        LATERAL (SELECT %(now)s + make_interval(mins => (n %% 190000)::integer) AS moment) AS at
    WHERE year.start_on = DATE '2026-12-01';
    INSERT INTO enrolment_stepanswers (application_id, step, answers, revision, saved_at)
    SELECT id, step, '{}', 1, started_at FROM enrolment_application,
        unnest(ARRAY['needs', 'plan', 'documents', 'disclosure', 'company']) WITH ORDINALITY AS steps (step, place)
    WHERE state = 'issued' OR place <= id %% 6;
    INSERT INTO renewal_renewaloffer (certificate_id, scheme_year_id, member_id, decision, reasons, plan_code, industry,
        annual_sales, annual_premium, annual_premium_before, months_before, steps, product_digest, seen_seq, seen_fact, judged_on,
        revision, state, letter_key, offered_at, changed_at)
    SELECT certificate.id, year.id, member_id,
        (ARRAY['offered', 'offered', 'offered', 'left', 'referred'])[certificate.id %% 5 + 1],
        CASE certificate.id %% 5 WHEN 4 THEN '["SALES_LIMIT"]' ELSE '[]' END::jsonb, 'P100', 'retail', 1, 64940, 64940, 12,
        '[["risk", 1200], ["plan", 800]]', repeat('0', 64), 1, 1, DATE '2026-10-02', 1, 'open', 'bench' || certificate.id, %(now)s,
        %(now)s
    FROM certificates_certificate AS certificate, programmes_schemeyear AS year
    WHERE section = 'paid' AND year.start_on = DATE '2026-12-01';
    INSERT INTO contact_consultation (token, number, form_key, kind, product_version_id, name, kana, firm, email, telephone,
        preferred_time, member_number, industry, message, language, shown, shown_digest, received_at)
    SELECT 't' || n, 'Q' || n, 'f' || n, (ARRAY['question', 'callback', 'referral'])[n %% 3 + 1], version.id, '計測', '', '',
        '', '', '', '', '', repeat('あ', 200), 'ja', '{}', repeat('0', 64), %(now)s + make_interval(mins => n * 9)
    FROM generate_series(1, 20000) AS n, (SELECT min(id) AS id FROM programmes_productversion) AS version;
    SET session_replication_role = origin;
"""
CHANGED = """
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT act.certificate_id, 2, 'change', act.effective_date, %(now)s, '{"insured.name": "計測"}', 'bench', '', act.rating_digest,
        act.total_premium_after, 0
    FROM certificates_transaction AS act WHERE act.certificate_id <= 1010 AND act.seq = 1 AND act.certificate_id %% 100 <> 0
"""
BARE = "SELECT section, count(*) FROM certificates_certificate GROUP BY section"
PERIODS = (
    "since=2026-11&to=2027-04",
    "since=2026-12&to=2027-03",
    "since=2027-01&to=2027-04",
    "since=2026-11&to=2028-03",
)
NARROWED = {
    "applications": ("", "&by=week", "&by=plan", "&plan=P300", "&language=en"),
    "certificates": ("", "&by=industry", "&by=class", "&plan=P100", "&on=2027-02-01"),
    "premium": ("", "&by=plan", "&by=industry", "&class=pap"),
    "renewals": ("", "&by=reason", "&by=class", "&plan=P100"),
    "free-cover": ("", "&by=class", "&class=pap"),
    "reconciliation": ("",),
    "consultations": ("", "&by=week", "&kind=callback", "&window=closed"),
}


def now() -> datetime:
    """The moment of the pages."""
    return NOW


def main() -> None:
    """Print the rounds, then the 95th percentile of each page. Sizes: SONAE_BENCH_FIGURES=free,paid."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_FIGURES", "").split(",") if size] or [FREE, PAID]
    with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as bench:
        from django.test.utils import override_settings

        free, paid = sizes
        load(paid, now=bench.now)
        run_all(REST, {"now": bench.now, "free": free, "paid": paid})
        vacuum()
        with override_settings(SONAE_CLOCK="bench.figures.now"):
            _rounds(free, paid)
            _pages()


def vacuum() -> None:
    """After loading."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _rounds(free: int, paid: int) -> None:
    from sonae.apps.reporting.figures.control_totals import cover_differences, month_differences
    from sonae.apps.reporting.use_cases.count_figures import count_figures

    print(f"{free:,} free and {paid:,} paid certificates")
    for name, before in (
        ("first round, five months of premium", ""),
        ("nothing new", ""),
        ("a thousand changes", CHANGED),
    ):
        if before:
            run_all(before, {"now": NOW})
        took = seconds(lambda: count_figures(now=NOW))
        print(f"  {name:<36} {took:6.1f} s", flush=True)
    differences = [*cover_differences(), *month_differences()]
    assert not differences, differences
    vacuum()


def _pages() -> None:
    from django.core.management import call_command
    from tests import cast

    from sonae.apps.reporting.figures.topics import TOPICS

    call_command("collectstatic", verbosity=0, interactive=False)
    browser = browser_of_staff(cast.enter_staff("operator", "supervisor"), moment=NOW, SERVER_NAME="127.0.0.1")

    def measure(name: str, addresses: list[str]) -> None:
        def visit(place: int) -> None:
            answer = browser.get(addresses[place % len(addresses)])
            assert answer.status_code == 200, (addresses[place % len(addresses)], answer.status_code)

        visit(0)
        times = [seconds(lambda place=place: visit(place)) for place in range(VISITS)]  # type: ignore[misc]
        bare = p95([seconds(bare_count) for _ in range(VISITS)])
        print(f"  {name:<44} p95 {p95(times) * 1000:6.0f} ms   bare count {bare * 1000:5.0f} ms   "
              f"ratio {p95(times) / bare:5.2f}", flush=True)  # fmt: skip

    measure("overview", ["/desk/figures/"])
    for code, topic in TOPICS.items():
        page = f"/desk/figures/{code}/"
        measure(code, [f"{page}?{period}{narrowed}" for narrowed in NARROWED[code] for period in PERIODS])
        for figure in topic.figures:
            lists = [f"{page}{figure.code}/?{period}{narrowed}" for narrowed in NARROWED[code] for period in PERIODS]
            measure(f"  list of {figure.code}", lists)


def bare_count() -> None:
    """The yardstick."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.fetchall()


def seconds(work: Callable[[], object]) -> float:
    """What it took on the wall."""
    began = perf_counter()
    work()
    return perf_counter() - began
