"""Scenes of the desk's figures: the first page, pages with a chart, and the list behind a figure."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.journeys.desk import OPERATOR
from tests.journeys.gallery import Visitor, scene
from tests.journeys.site import RunningSite

# A round of applications, certificates and consultations, counted and kept as a round would have left them.
WORLD = """
WITH year AS (
    SELECT y.id, y.start_on, y.expiry_on, v.digest FROM programmes_schemeyear y
    JOIN programmes_productversion v ON v.id = y.product_version_id WHERE y.start_on <= now() ORDER BY y.start_on DESC LIMIT 1
), member AS (
    INSERT INTO parties_member (number, created_at)
    SELECT '3888' || lpad(n::text, 4, '0'), now() FROM generate_series(1, 120) n
    RETURNING id, right(number, 4)::integer AS n
), application AS (
    INSERT INTO enrolment_application (public_id, number, member_id, user_id, scheme_year_id, start_on, state, closed_reason,
        language, plan_code, industry, revision, started_at, changed_at)
    SELECT 'figures' || n, 'A-F' || n, member.id, (SELECT min(id) FROM parties_user), year.id, year.start_on,
        CASE n %% 5 WHEN 0 THEN 'confirmed' WHEN 1 THEN 'closed' ELSE 'draft' END, '', CASE n %% 9 WHEN 0 THEN 'en' ELSE 'ja' END,
        CASE WHEN n %% 7 > 1 THEN (ARRAY['P100', 'P300', 'P500', 'P100'])[n %% 4 + 1] ELSE '' END, '', 1,
        now() - make_interval(hours => n * 9), now() FROM member, year RETURNING id, right(public_id, -7)::integer AS n
), answered AS (
    INSERT INTO enrolment_stepanswers (application_id, step, answers, revision, saved_at)
    SELECT id, step, '{}', 1, now() FROM application,
        unnest(ARRAY['needs', 'plan', 'documents', 'disclosure', 'company']) WITH ORDINALITY AS steps (step, place)
    WHERE place <= CASE WHEN n %% 5 = 0 THEN 5 ELSE (n * n) %% 6 END
), certificate AS (
    INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, verification_code, issued_at)
    SELECT 'C-FIG-' || n, member.id, year.id, 'paid',
        least(year.start_on + make_interval(months => n %% 3), year.expiry_on - interval '1 month')::date, 'FIG' || n,
        now() - make_interval(mins => n) FROM member, year WHERE n <= 60
    RETURNING id, starts_on, issued_at, right(number, -6)::integer AS n
), acted AS (
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT certificate.id, 1, 'new', starts_on, issued_at, jsonb_build_object(
        'plan', (ARRAY['P100', 'P300', 'P500', 'P100'])[n %% 4 + 1],
        'industry', (ARRAY['other_services', 'manufacturing', 'retail'])[n %% 3 + 1],
        'annual_sales', 5000000, 'insured', jsonb_build_object('name', '見本工務店')),
        'user:1', '', year.digest, 64940 + n * 100, 64940 + n * 100 FROM certificate, year
)
INSERT INTO contact_consultation (token, number, form_key, kind, product_version_id, name, kana, firm, email, telephone,
    preferred_time, member_number, industry, message, language, shown, shown_digest, received_at)
SELECT 'figures' || n, 'Q-F' || n, 'figures' || n, (ARRAY['question', 'callback', 'question', 'referral'])[n %% 4 + 1], version.id,
    '', '', '', '', '', '', '', '', '', 'ja', '{}', '', date_trunc('day', now()) - make_interval(days => n %% 40)
        + make_interval(mins => (n * n * 7) %% 1440)
FROM generate_series(1, 90) n, (SELECT min(id) AS id FROM programmes_productversion) AS version
"""


def enter_figures(site: RunningSite) -> None:
    if not site.sql("SELECT 1 FROM parties_member WHERE number = '38880001'"):
        site.sql(WORLD)
        place = {"DATABASE_URL": site.database_url, "SONAE_VAR": str(site.log.parent)}
        counted = subprocess.run(
            [sys.executable, "-m", "sonae.config.command_line", "figures"], check=False, capture_output=True, text=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run", **place},
        )  # fmt: skip
        # Other scenes enter covers of past months, which a round may have kept already: then totals differ, and the page says so.
        assert counted.stdout.startswith("counted at"), counted.stdout + counted.stderr


@scene("desk:figures")
def desk_figures(visitor: Visitor) -> None:
    enter_figures(visitor.site)
    visitor.come_as(OPERATOR)
    visitor.go("/desk/figures/")
    visitor.says("もとの一覧が開きます", "the list behind it opens")


@scene("desk:figures_topic")
def desk_figures_applications(visitor: Visitor) -> None:
    visitor.go("/desk/figures/applications/")
    visitor.says("ここまで進んだ", "Came this far")


@scene("desk:figures_topic")
def desk_figures_certificates(visitor: Visitor) -> None:
    visitor.go("/desk/figures/certificates/")
    visitor.says("有料プランの加入者証", "Paid certificates")


@scene("desk:figures_topic")
def desk_figures_premium(visitor: Visitor) -> None:
    visitor.go("/desk/figures/premium/")
    visitor.says("既経過保険料", "Earned")


@scene("desk:figures_topic")
def desk_figures_consultations(visitor: Visitor) -> None:
    visitor.go("/desk/figures/consultations/")
    visitor.says("受付時間", "window hours")


@scene("desk:figures_topic")
def desk_figures_free_cover(visitor: Visitor) -> None:
    visitor.go("/desk/figures/free-cover/")
    visitor.says("会員", "Members")


@scene("desk:figures_topic")
def desk_figures_renewals(visitor: Visitor) -> None:
    visitor.go("/desk/figures/renewals/?by=reason")
    visitor.says("満期を迎える", "Expiring")


@scene("desk:figures_topic")
def desk_figures_reconciliation(visitor: Visitor) -> None:
    visitor.go("/desk/figures/reconciliation/")
    visitor.says("カード請求", "Charged")


@scene("desk:figure_rows")
def desk_figures_rows(visitor: Visitor) -> None:
    visitor.go("/desk/figures/applications/started/?reached=4")
    visitor.says("個人の情報は載せていません", "nothing else of a person")
