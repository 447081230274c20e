"""The Nu HTML checker over the pages as the site sends them. Every message counts, of whatever kind."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.pages import page_at


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker said, page by page."""

    pages: list[str]
    findings: list[str]

    def as_json(self) -> dict[str, Any]:
        return {"pages": self.pages, "findings": self.findings}


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
    return Checked(pages=paths, findings=findings_in(json.loads(done.stderr), names))


def findings_in(told: dict[str, Any], names: dict[str, str]) -> list[str]:
    """One line for each message, whether the checker calls it an error, a warning or an information."""
    return [_line(message, names) for message in told["messages"]]


def _line(message: dict[str, Any], names: dict[str, str]) -> str:
    path = names[message["url"].rpartition("/")[2]]
    kind = message.get("subType") or message["type"]
    return f"{path} line {message.get('lastLine', 0)}: {kind}: {message['message']}"
