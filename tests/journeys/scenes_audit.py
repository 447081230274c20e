"""Scenes of the audit log at the desk: everything as the auditor reads it, a question with its answer, none, and a mistake."""

from __future__ import annotations

from tests.journeys.gallery import Visitor, scene

# What a working day leaves, so that the page has something of everything.
DAY = """
INSERT INTO audit_auditentry (occurred_at, actor, action, object_kind, object_id, detail)
SELECT now() - make_interval(mins => place), who, what, kind, name, detail::jsonb FROM (VALUES
    (2, (SELECT 'user:' || max(id) FROM parties_user WHERE email LIKE 'jimukyoku%%'), 'feed.released', 'feed', '1',
        '{"reason": "団体に電話で確かめた。退会は統合によるもの"}'),
    (3, 'system:sweeper', 'payment.needs_person', 'payment', 'enrol:7f3a', '{}'),
    (5, (SELECT 'user:' || max(id) FROM parties_user WHERE email LIKE 'madoguchi%%'), 'certificate.cancellation', 'certificate',
        'C2026-000001-0', '{"seq": 3, "difference_yen": -43290}'),
    (6, (SELECT 'user:' || max(id) FROM parties_user WHERE email LIKE 'madoguchi%%'), 'member.seen', 'member', '10000017', '{}'),
    (7, 'gateway:sandbox_card', 'payment.disputed', 'payment', 'enrol:7f3a', '{"dispute_yen": 64940, "dispute_id": "dp_1"}'),
    (9, 'visitor', 'webhook.refused', 'webhook', '', '{"reason": "signature"}')
) AS day (place, who, what, kind, name, detail) WHERE who IS NOT NULL
"""


@scene("desk:audit")
def audit(visitor: Visitor) -> None:
    visitor.site.sql(DAY)
    visitor.come_as(visitor.site.enter_staff("insurer", "auditor"))
    visitor.go("/desk/audit/")
    visitor.says("すべての記録を新しい順に", "everything, the newest first")


@scene("desk:audit")
def audit_found(visitor: Visitor) -> None:
    visitor.go("/desk/audit/?what=feed.released&kind=feed")
    visitor.says("団体に電話で確かめた", "団体に電話で確かめた")


@scene("desk:audit")
def audit_nothing(visitor: Visitor) -> None:
    visitor.go("/desk/audit/?who=nobody@nowhere.example")
    visitor.says("この条件に合う記録はありません", "Nothing fits")


@scene("desk:audit")
def audit_errors(visitor: Visitor) -> None:
    visitor.go("/desk/audit/?since=last+week")
    visitor.says("2026-12-01 のように入れてください", "Please write it like 2026-12-01")


@scene("desk:audit")
def audit_of_a_supervisor(visitor: Visitor) -> None:
    visitor.come_as(visitor.site.enter_staff("operator", "supervisor"))
    visitor.go("/desk/audit/")
    visitor.says("あなたの組織の人がしたこと", "What people of your organisation did")
