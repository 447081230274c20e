"""``make judge``: others' programs judge our pages. Ends with 1 when they find anything, with 2 when one of them is missing."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.journeys.site import SiteProcess

from judge import axe, checker, lighthouse, pages, parts, results
from sonae.config import database
from sonae.domain.calendar import JAPAN


def main() -> int:
    """Install, start the site, judge, write."""
    try:
        modules = parts.install(parts.ROOT / "var" / "judge")
    except parts.PartMissing as missing:
        print(f"judge: {missing}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        site = SiteProcess(database.prepare(Path(folder) / "var").owner)
        try:
            address = site.start().address
            return _judge(address, modules, Path(folder))
        finally:
            site.stop()


def _judge(site: str, modules: Path, folder: Path) -> int:
    paths = pages.of_sitemap(site) + pages.of_answers(site)
    print(f"axe and the Nu HTML checker: {len(paths)} pages", flush=True)
    looked = axe.judge(site, paths)
    checked = checker.judge(site, paths, modules=modules, folder=folder / "pages")
    named = pages.for_lighthouse(site)
    print(
        f"Lighthouse: {', '.join(named)}; {lighthouse.RUNS} runs each, as on a telephone and as at a desk", flush=True
    )
    judged = lighthouse.judge(site, named, modules=modules, folder=folder / "reports")
    results.write(
        day=datetime.now(JAPAN).date(),
        judges=parts.versions(modules) | {"axe": looked.version},
        lighthouse=judged,
        checker=checked,
        axe=looked,
    )
    return _tell(judged, checked, looked)


def _tell(judged: list[lighthouse.Judged], checked: checker.Checked, looked: axe.Looked) -> int:
    """What was found, line by line, and the exit code."""
    for one in judged:
        print(f"{one.page}, {one.form_factor}: {one.scores}")
    below = [f"{one.page}, {one.form_factor}: {one.below}" for one in judged if one.below]
    found = [*looked.findings, *checked.findings, *(f"below {lighthouse.LEAST}: {one}" for one in below)]
    for line in found:
        print(f"found: {line}", file=sys.stderr)
    print(f"{len(found)} findings; written to docs/judged/ and web/site/judged.json")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
