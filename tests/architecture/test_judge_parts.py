"""What judges is locked as everything else is, and none of its words is set aside."""

from __future__ import annotations

import json
import re
from datetime import date

from judge import checker
from judge.lighthouse import CATEGORIES, LEAST, Judged
from judge.results import FOR_THE_SITE

from tests.architecture.sources import ROOT

LOCK_FILE = ROOT / "requirements" / "judge" / "package-lock.json"
LOCK = json.loads(LOCK_FILE.read_text())
WANTED = json.loads((ROOT / "requirements" / "judge" / "package.json").read_text())["dependencies"]
PARTS = {name: part for name, part in LOCK["packages"].items() if name}


def test_every_part_that_judges_has_a_version_and_a_hash_and_no_address() -> None:
    assert len(PARTS) > 50
    assert [name for name, part in PARTS.items() if not part.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, part in PARTS.items() if not part.get("version") or "resolved" in part] == []
    assert "://" not in LOCK_FILE.read_text()


def test_every_judge_is_asked_for_in_one_version_and_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
    for name, version in WANTED.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert PARTS[f"node_modules/{name}"]["version"] == version
        assert f"| `{name}` | {version} |" in reasons


def test_no_word_of_the_checker_is_set_aside() -> None:
    names = {"000.html": "/", "001.html": "/cover/"}
    for kind in ({"type": "info", "subType": "warning"}, {"type": "info"}, {"type": "error"}):
        message = {"url": "file:/tmp/001.html", "lastLine": 7, "message": "The “row” role is unnecessary.", **kind}
        told = kind.get("subType", kind["type"])
        assert checker.findings_in({"messages": [message]}, names) == [
            f"/cover/ line 7: {told}: The “row” role is unnecessary."
        ]


def test_a_score_below_the_line_is_told() -> None:
    scores = dict.fromkeys(CATEGORIES, LEAST) | {"seo": LEAST - 1}
    judged = Judged("first page", "/", "mobile", scores, [scores], {}, [])
    assert judged.below == {"seo": LEAST - 1}


def test_the_figures_that_the_site_shows_are_whole() -> None:
    facts = json.loads(FOR_THE_SITE.read_text())
    assert set(facts) == {"date", "pages", "axe_findings", "checker_findings"}
    assert date.fromisoformat(facts["date"]) >= date(2026, 11, 1)
    written = json.loads((ROOT / "docs" / "judged" / "checker.json").read_text())
    assert (facts["pages"], facts["checker_findings"], facts["axe_findings"]) == (
        len(written["checker"]["pages"]), len(written["checker"]["findings"]), len(written["axe"]["findings"])
    )  # fmt: skip
