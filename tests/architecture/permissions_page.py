"""docs/permissions.md: who may do what at the desk, and what each of its addresses asks for. ``make permissions`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import URLPattern, get_resolver

from sonae.domain.staff_rights import (
    HOLDERS,
    PARTY_NAMES,
    POSITION_NAMES,
    RIGHT_NAMES,
    SEEING,
    Party,
    Position,
    Right,
)
from tests.architecture.sources import ROOT

if TYPE_CHECKING:  # else a run by itself meets the models before Django has found them
    from sonae.web.desk.access import NeededRights

PAGE = ROOT / "docs/permissions.md"
SHORT = {
    Position.CLERK: "C",
    Position.SOLICITOR: "S",
    Position.SUPERVISOR: "V",
    Position.CLAIMS_HANDLER: "H",
    Position.ACTUARY: "A",
}
HEAD = """# Who may do what

Written by `make permissions` from `src/sonae/domain/staff_rights.py` and the addresses of the desk. A test keeps it true, and
another tries every address with every position of every organisation. A person may hold several positions; who holds none is a
clerk. An **auditor**, of whichever organisation, holds every right that is called “see” and no other.

"""


def needed_rights() -> Iterator[tuple[str, str, NeededRights | None]]:
    """Every address of the desk: its name, its path, and what it asks for."""
    for resolver in get_resolver().url_patterns:
        for pattern in getattr(resolver, "url_patterns", ()):
            yield from _of_the_desk(pattern)


def _of_the_desk(pattern: object) -> Iterator[tuple[str, str, NeededRights | None]]:
    if isinstance(pattern, URLPattern):
        path = str(pattern.pattern)
        if path.startswith("desk/"):
            yield str(pattern.name), f"/{path}", getattr(pattern.callback, "rights", None)
        return
    for below in getattr(pattern, "url_patterns", ()):
        yield from _of_the_desk(below)


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join([*_legend(), "", *_rights(), "", *_addresses()]) + "\n"


def _legend() -> list[str]:
    return [", ".join(f"**{SHORT[one]}** {POSITION_NAMES[one].en} ({POSITION_NAMES[one].ja})" for one in SHORT) + "."]


def _rights() -> list[str]:
    head = ["## Rights", "", f"| right | {' | '.join(PARTY_NAMES[one].en for one in Party)} |", "| --- " * 5 + "|"]
    rows = []
    for right in Right:
        held = [" ".join(SHORT[one] for one in SHORT if one in HOLDERS[right].get(party, ())) or "–" for party in Party]
        rows.append(f"| {RIGHT_NAMES[right].en} ({RIGHT_NAMES[right].ja}) | {' | '.join(held)} |")
    return [*head, *rows]


def _addresses() -> list[str]:
    head = ["## Addresses", "", "| address | to look | to send |", "| --- | --- | --- |"]
    rows = []
    for _, path, needed in sorted(needed_rights(), key=lambda one: one[1]):
        if needed:
            acts = RIGHT_NAMES[needed.to_act].en if needed.to_act not in SEEING else "–"
            rows.append(f"| `{path}` | {RIGHT_NAMES[needed.to_see].en} | {acts} |")
    return [*head, *rows]


if __name__ == "__main__":
    import django

    django.setup()
    PAGE.write_text(page())
