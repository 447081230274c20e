"""axe over every public page, as on a telephone and as at a desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from judge import parts

WIDTHS = (390, 1440)


@dataclass(frozen=True, slots=True)
class Looked:
    """What axe found, and which axe it was."""

    version: str
    findings: list[str]

    def as_json(self) -> dict[str, Any]:
        return {"widths": list(WIDTHS), "findings": self.findings}


def judge(site: str, paths: list[str]) -> Looked:
    """Every page at every width."""
    findings: list[str] = []
    version = ""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=parts.chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for path in paths:
            page.goto(site + path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found = Axe().run(page).response
                version = found["testEngine"]["version"]
                findings += [
                    f"{path} at {width} px: {one['id']}: {one['help']} ({len(one['nodes'])} places)"
                    for one in found["violations"]
                ]
        browser.close()
    return Looked(version, findings)
