"""Acts that one person asked for and another has to agree to. Whoever may do the act may look; so may whoever reads the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from sonae.domain.staff_rights import Right
from sonae.domain.work import RULES, WorkKind

SOURCES = {
    WorkKind.SECOND_LOOK: """
        SELECT look.id::text AS key, NULL::bigint AS member_id, '' AS about, look.reason AS said,
            jsonb_build_object('kind', look.kind, 'of', look.object_id, 'reason', left(look.reason, 120), 'by', look.asked_by)
                AS detail,
            look.asked_at AS since, coalesce(rule.sees, %(look_sees)s) AS sees, coalesce(rule.acts, %(look_acts)s) AS acts
        FROM audit_secondlook AS look
        LEFT JOIN unnest(%(look_kinds)s::text[], %(look_kinds_see)s::text[], %(look_kinds_act)s::text[])
            AS rule (kind, sees, acts) ON rule.kind = look.kind
        WHERE look.state = 'waiting'
    """,
}


def values_of() -> dict[str, Any]:
    """The right that sees and the one that acts, by the kind of the look; heads look after those of which nothing is said."""
    rights: Mapping[str, tuple[str, str]] = settings.SONAE_SECOND_LOOK_RIGHTS
    rule = RULES[WorkKind.SECOND_LOOK]
    return {
        "look_sees": rule.to_see.value,
        "look_acts": rule.to_act.value,
        "look_kinds": list(rights),
        "look_kinds_see": [Right(sees).value for sees, _ in rights.values()],
        "look_kinds_act": [Right(acts).value for _, acts in rights.values()],
    }
