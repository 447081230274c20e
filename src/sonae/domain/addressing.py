"""How a Japanese paper addresses its reader: 御中 for a firm, 様 for a person, nothing where the name brings its own."""

from __future__ import annotations

FIRM, PERSON = "御中", "様"
_BROUGHT = (FIRM, PERSON, "殿", "先生", "各位")


def honorific(name: str, *, run_by: str = "") -> str:
    """What follows the name. Sole proprietors who trade under their own name (``run_by``) are addressed as persons."""
    whole, person = "".join(name.split()), "".join(run_by.split())
    if not whole or whole.endswith(_BROUGHT):
        return ""
    return PERSON if person and whole.endswith(person) else FIRM
