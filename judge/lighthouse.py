"""Lighthouse in all four categories, as on a telephone and as at a desk, three times each; the median counts."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from judge import parts

RUNS = 3
TRIES = 5
LEAST = 95
PRESETS = {"mobile": [], "desktop": ["--preset=desktop"]}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
MEASURES = {
    "lcp_ms": "largest-contentful-paint",
    "cls": "cumulative-layout-shift",
    "tbt_ms": "total-blocking-time",
    "bytes": "total-byte-weight",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One page on one kind of machine: the median of each score, every run's, and what was found below full marks."""

    page: str
    path: str
    form_factor: str
    scores: dict[str, int]
    runs: list[dict[str, int]]
    measures: dict[str, float]
    findings: list[str]

    @property
    def below(self) -> dict[str, int]:
        return {category: score for category, score in self.scores.items() if score < LEAST}

    def as_json(self) -> dict[str, Any]:
        return {
            "page": self.page, "path": self.path, "form_factor": self.form_factor, "scores": self.scores,
            "runs": self.runs, "measures": self.measures, "findings": self.findings,
        }  # fmt: skip


def judge(site: str, pages: dict[str, str], *, modules: Path, folder: Path) -> list[Judged]:
    """Every page on every form factor."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _of(
            [_run(site + path, form_factor, modules, folder / f"{number}.json") for number in range(RUNS)],
            page=name,
            path=path,
            form_factor=form_factor,
        )
        for name, path in pages.items()
        for form_factor in PRESETS
    ]


def _run(address: str, form_factor: str, modules: Path, report: Path) -> dict[str, Any]:
    """One run that came to its end. On a machine under load the browser sometimes misses the beginning; that is no judgement."""
    for _ in range(TRIES):
        found = _try(address, form_factor, modules, report)
        if found is not None:
            return found
        print(f"Lighthouse came to no end at {address}; once more", flush=True)
    raise RuntimeError(f"Lighthouse came to no end at {address} in {TRIES} tries; what it said stands above")


def _try(address: str, form_factor: str, modules: Path, report: Path) -> dict[str, Any] | None:
    report.unlink(missing_ok=True)
    subprocess.run(
        ["node", str(modules / "lighthouse" / "cli" / "index.js"), address, "--quiet", "--output=json",
         f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}",
         "--no-enable-error-reporting", "--max-wait-for-load=90000", *PRESETS[form_factor]],
        env=parts.environment(), check=False,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {"runtimeError": "no report"}
    return None if "runtimeError" in found else found


def _of(reports: list[dict[str, Any]], *, page: str, path: str, form_factor: str) -> Judged:
    runs = [{name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES} for report in reports]
    return Judged(
        page=page,
        path=path,
        form_factor=form_factor,
        scores={name: round(median(run[name] for run in runs)) for name in CATEGORIES},
        runs=runs,
        measures={
            name: round(median(report["audits"][audit]["numericValue"] for report in reports), 3)
            for name, audit in MEASURES.items()
        }
        | {"machine": round(median(report["environment"]["benchmarkIndex"] for report in reports))},
        findings=sorted({finding for report in reports for finding in _findings(report)}),
    )


def _findings(report: dict[str, Any]) -> list[str]:
    """The audits that count for a score and were not passed."""
    counted = {one["id"] for name in CATEGORIES for one in report["categories"][name]["auditRefs"] if one["weight"] > 0}
    return [
        f"{audit['id']}: {audit['title']}"
        for audit in report["audits"].values()
        if audit["id"] in counted and audit["score"] is not None and audit["score"] < 0.9
    ]
