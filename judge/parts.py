"""What judges: Lighthouse and the Nu HTML checker, installed by npm from the lock file; and the programs they need."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.journeys.browser_setup import find_chromium

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "judge"
FILES = ("package.json", "package-lock.json")


class PartMissing(Exception):
    """Something that judges is not on this machine; the message says what, and how it is had."""


def install(folder: Path) -> Path:
    """The parts of the lock file, below ``folder``; their ``node_modules``. Nothing is run while they are installed."""
    for program, what in (("node", "Lighthouse"), ("npm", "Lighthouse"), ("java", "the Nu HTML checker")):
        if shutil.which(program) is None:
            raise PartMissing(
                f"{what} needs {program}, which is not here. Install it with the system's package manager "
                "(Debian: apt-get install nodejs npm default-jre-headless). Nothing was judged and no result was written."
            )
    if find_chromium() is None:
        raise PartMissing("Lighthouse and axe need Chromium. Install it (Debian: apt-get install chromium).")
    folder.mkdir(parents=True, exist_ok=True)
    modules = folder / "node_modules"
    if not modules.is_dir() or not all(_is_same(LOCK / name, folder / name) for name in FILES):
        for name in FILES:
            shutil.copyfile(LOCK / name, folder / name)
        print("Installing Lighthouse and the Nu HTML checker (once)…", flush=True)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    return modules


def chromium() -> str:
    """The browser that install() found."""
    return find_chromium() or ""


def versions(modules: Path) -> dict[str, str]:
    """Which judges these are."""
    said = subprocess.run([chromium(), "--version"], capture_output=True, text=True, check=True).stdout.split()
    return {
        "chromium": next((word for word in said if word[:1].isdigit()), "unknown"),
        "lighthouse": _version_of(modules / "lighthouse"),
        "checker": _version_of(modules / "vnu-jar"),
    }


def environment() -> dict[str, str]:
    """For Lighthouse: which browser, and no report to anybody."""
    return {**os.environ, "CHROME_PATH": chromium(), "CI": "1"}


def _version_of(part: Path) -> str:
    return str(json.loads((part / "package.json").read_text())["version"])


def _is_same(one: Path, other: Path) -> bool:
    return other.exists() and filecmp.cmp(one, other, shallow=False)
