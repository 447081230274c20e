"""An organisation takes part in the programme: entered once, named anew whenever its name changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import Organisation


class OtherRole(Exception):
    """The organisation has another part in the programme already; rights follow from it, so it stays."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


@transaction.atomic
def enter_organisation(*, code: str, role: str, name_ja: str, name_en: str, actor: str, now: datetime) -> Organisation:
    """The organisation with that code. Raises OtherRole."""
    found, is_new = Organisation.objects.select_for_update().get_or_create(
        code=code, defaults={"role": role, "name_ja": name_ja, "name_en": name_en}
    )
    if found.role != role:
        raise OtherRole(found.role)
    if is_new or (found.name_ja, found.name_en) != (name_ja, name_en):
        found.name_ja, found.name_en = name_ja, name_en
        found.save(update_fields=["name_ja", "name_en"])
        record(
            now=now, actor=actor, action="organisation.entered", object_kind="organisation", object_id=code, role=role
        )
    return found
