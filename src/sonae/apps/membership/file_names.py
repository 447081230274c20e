"""What the name of a file says where nobody fills in a form: ``members_list_2026-12-01.csv``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sonae.apps.membership.models import Feed

PATTERN = re.compile(r"members_(list|changes)_(\d{4}-\d{2}-\d{2})(?:[_-][A-Za-z0-9_-]{1,40})?\.(?:csv|tsv|txt|xlsx)")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file whose name says its form and its day."""

    name: str
    form: str
    effective_date: date

    @property
    def order(self) -> tuple[date, bool, str]:
        """As they are taken: by day, and on the same day the list before what changed after it was written."""
        return self.effective_date, self.form != Feed.Form.LIST, self.name


def read_name(name: str) -> NamedFile | None:
    """None for any other name: what nobody meant for us is left alone."""
    found = PATTERN.fullmatch(name)
    if found is None:
        return None
    try:
        return NamedFile(name, found[1], date.fromisoformat(found[2]))
    except ValueError:
        return None
