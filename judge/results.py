"""What is written down: for people docs/judged/, for the page about accessibility web/site/judged.json."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from judge.axe import Looked
from judge.checker import Checked
from judge.lighthouse import CATEGORIES, LEAST, RUNS, Judged
from judge.parts import ROOT

FOLDER = ROOT / "docs" / "judged"
FOR_THE_SITE = ROOT / "src" / "sonae" / "web" / "site" / "judged.json"
HEAD = """# What others' programs say of our pages

Written by `make judge`, each time afresh; nothing here is typed by hand. Judged on {day}, on one machine, with the demo's data.

{judges}

## Lighthouse

Scores out of 100 in each category. Each is the median of {runs} runs against a site that the tool starts itself on the loopback
network, with a database of its own. Lighthouse works out the times of a telephone on a slow line from what it measured. On a
machine that is shared with others its performance scores move by some points, so the median counts and every run stands in
[lighthouse.json](lighthouse.json); the last column is the speed index that Lighthouse gave the machine itself at that time.
`make judge` fails below {least}.

| page | as on | {categories} | bytes | largest paint | shift | machine |
| --- | --- | {lines} | ---: | ---: | ---: | ---: |
"""


def write(*, day: date, judges: dict[str, str], lighthouse: list[Judged], checker: Checked, axe: Looked) -> None:
    """All files, each as a whole."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = {"date": day.isoformat(), "versions": judges}
    _write_json(FOLDER / "lighthouse.json", told | {"runs": RUNS, "pages": [one.as_json() for one in lighthouse]})
    _write_json(FOLDER / "checker.json", told | {"checker": checker.as_json(), "axe": axe.as_json()})
    (FOLDER / "README.md").write_text(as_page(day=day, judges=judges, lighthouse=lighthouse, checker=checker, axe=axe))
    facts = {
        "date": day.isoformat(),
        "pages": len(checker.pages),
        "axe_findings": len(axe.findings),
        "checker_findings": len(checker.findings),
    }
    _write_json(FOR_THE_SITE, facts)


def as_page(*, day: date, judges: dict[str, str], lighthouse: list[Judged], checker: Checked, axe: Looked) -> str:
    """The table for people."""
    head = HEAD.format(
        day=day.isoformat(),
        judges="Judges: " + ", ".join(f"{name} {version}" for name, version in judges.items()) + ".",
        runs=RUNS,
        least=LEAST,
        categories=" | ".join(CATEGORIES),
        lines=" | ".join("---:" for _ in CATEGORIES),
    )
    rows = "".join(f"{_row(one)}\n" for one in lighthouse)
    return f"{head}{rows}{_below(lighthouse)}\n{_checked(checker)}\n{_looked(checker, axe)}"


def _row(one: Judged) -> str:
    scores = " | ".join(str(one.scores[name]) for name in CATEGORIES)
    measures = one.measures
    return (
        f"| {one.page} `{one.path}` | {one.form_factor} | {scores} | {measures['bytes']:,.0f} | "
        f"{measures['lcp_ms'] / 1000:.1f} s | {measures['cls']:.3f} | {measures['machine']:.0f} |"
    )


def _below(lighthouse: list[Judged]) -> str:
    lines = [f"* {one.page}, {one.form_factor}: {finding}" for one in lighthouse for finding in one.findings]
    return "\nBelow full marks in some run:\n\n" + "\n".join(lines) + "\n" if lines else ""


def _checked(checker: Checked) -> str:
    return f"## Nu HTML checker\n\n{len(checker.pages)} pages, every message counted: {_count(checker.findings)}\n"


def _looked(checker: Checked, axe: Looked) -> str:
    return f"## axe\n\n{len(checker.pages)} pages at 390 and 1440 pixels: {_count(axe.findings)}\n"


def _count(findings: list[str]) -> str:
    return (
        "nothing found."
        if not findings
        else f"{len(findings)} findings.\n\n" + "\n".join(f"* {one}" for one in findings)
    )


def _write_json(path: Path, facts: dict[str, Any]) -> None:
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
