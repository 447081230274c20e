"""keeping.toml: what must be kept of a member's data, how long and by which rule; and what to know about the premium as prepaid."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.domain.product.explanations import Keeping, KeptRecord
from sonae.domain.product.parse_parts import new_code
from sonae.domain.product.reading import Findings, read_toml
from sonae.domain.product.tags import collect_tags
from sonae.domain.text import Text

KEEPING = "keeping.toml"
MOST_YEARS = 50


def read_keeping(
    files: Mapping[str, bytes], facts: Mapping[str, Text], sources: str, findings: Findings
) -> tuple[Keeping, dict[str, str]]:
    """What the file says, and the tags of its numbers. Empty in a version that was published before members could ask."""
    top = read_toml(files, KEEPING, findings) if KEEPING in files else None
    if top is None:
        return Keeping(), {}
    tags = collect_tags([top], sources, findings)
    found: dict[str, KeptRecord] = {}
    for table in top.tables("kept"):
        code = new_code(table, found)
        what, why = table.text("what", facts), table.text("why", facts)
        found[code] = KeptRecord(code, what, table.whole("years", least=1, most=MOST_YEARS, optional=True), why)
        table.finish()
    keeping = Keeping(tuple(found.values()), top.text("prepaid_note", facts))
    top.finish()
    return keeping, tags
