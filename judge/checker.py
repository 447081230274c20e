"""The Nu HTML checker over the pages as the site sends them. Every message counts, of whatever kind, but those set aside here."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.pages import page_at

TABLE_ROLES = (
    "Tables say their roles in full. On a telephone their rows are laid out as cards, and browsers (Safari above all) have taken a "
    "table whose boxes are laid out otherwise for no table; a role said in full is kept. The checker holds the words for needless, "
    "and, on rows and cells of a table that says its own role, for wrong."
)
SET_ASIDE = {
    re.compile(
        r"The “(table|row|rowgroup|cell|columnheader|rowheader)” role is unnecessary for element “\w+”\."
    ): TABLE_ROLES,
    re.compile(
        r"The “role” attribute must not be used on a “(tr|td|th)” element which has a “table” ancestor with no “role” attribute, "
        r"or with a “role” attribute whose value is “table”, “grid”, or “treegrid”\."
    ): TABLE_ROLES,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker said, page by page."""

    pages: list[str]
    findings: list[str]
    set_aside: int

    def as_json(self) -> dict[str, Any]:
        return {
            "pages": self.pages, "findings": self.findings, "set_aside": self.set_aside,
            "set_aside_because": sorted(set(SET_ASIDE.values())) if self.set_aside else [],
        }  # fmt: skip


def judge(site: str, paths: list[str], *, modules: Path, folder: Path) -> Checked:
    """All pages in one run of the checker."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {str(number).zfill(3) + ".html": path for number, path in enumerate(paths)}
    for name, path in names.items():
        (folder / name).write_text(page_at(site, path))
    jar = modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    done = subprocess.run(
        ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", *(str(folder / name) for name in names)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    messages = json.loads(done.stderr)["messages"]
    counted = [message for message in messages if not is_set_aside(message["message"])]
    return Checked(
        pages=paths,
        findings=[_line(message, names) for message in counted],
        set_aside=len(messages) - len(counted),
    )


def is_set_aside(message: str) -> bool:
    """Whether this message, as a whole, is one of those that are known and have their reason."""
    return any(pattern.fullmatch(message) for pattern in SET_ASIDE)


def _line(message: dict[str, Any], names: dict[str, str]) -> str:
    path = names[message["url"].rpartition("/")[2]]
    kind = message.get("subType") or message["type"]
    return f"{path} line {message.get('lastLine', 0)}: {kind}: {message['message']}"
