"""Who may use whom. `make check` runs the import contracts; here: that nothing stands outside them, and that pages don't write."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SRC, own_files, shown

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
WRITES = {
    "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update", "save", "delete", "insert",
    "select_for_update",
}  # fmt: skip


def folders_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}


def named_in_layers(contract: dict[str, list[str]]) -> set[str]:
    return {name.strip().rpartition(".")[2] for layer in contract["layers"] for name in layer.split("|")}


def test_every_folder_has_its_place_in_the_house() -> None:
    house = next(contract for contract in CONTRACTS if "sonae.config" in contract.get("layers", []))
    assert named_in_layers(house) == folders_in(SRC)


def test_every_app_has_its_place_in_the_order() -> None:
    order = next(contract for contract in CONTRACTS if contract.get("containers") == ["sonae.apps"])
    assert named_in_layers(order) == folders_in(SRC / "apps")


def test_the_order_of_the_apps_is_the_one_that_the_page_tells() -> None:
    order = next(contract for contract in CONTRACTS if contract.get("containers") == ["sonae.apps"])
    assert " > ".join(order["layers"]) in (ROOT / "ARCHITECTURE.md").read_text()


def writes_in(source: str) -> Iterator[tuple[int, str]]:
    """Calls that change rows: ``Something.objects.create(…)``, ``row.save()``, ``rows.filter(…).delete()``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            root = node.func.value
            through_manager = ".objects" in ast.unparse(root)
            of_a_row = node.func.attr in {"save", "delete"} and not _is_of_another_kind(root)
            if through_manager or of_a_row:
                yield node.lineno, ast.unparse(node)


def _is_of_another_kind(root: ast.expr) -> bool:
    """A session, a cache and a parent class have such methods too, and are no rows."""
    return ast.unparse(root).rpartition(".")[2] in {"session", "cache", "super()"}


def test_pages_and_endpoints_write_through_use_cases_only() -> None:
    found = [
        f"{shown(path)}:{line} {call}"
        for path in own_files(SRC / "web", suffixes=(".py",))
        for line, call in writes_in(path.read_text())
    ]
    assert found == []


def test_the_search_for_writes_finds_what_is_planted() -> None:
    planted = """
Payment.objects.create(a=1)
Payment.objects.filter(pk=1).exclude(x=2).update(state="x")
payment.save()
rows.delete()
request.session.save()
facts.update(more)
Payment.objects.filter(pk=1).first()
"""
    assert [line for line, _ in writes_in(planted)] == [2, 3, 4, 5]


@pytest.mark.parametrize("folder", ["domain", "apps/billing", "apps/enrolment/use_cases", "web/portal"])
@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.utcnow()",
        "date.today()",
        "datetime.today()",
        "time.time()",
        "timezone.now()",
        "timezone.localdate()",
        "timezone.localtime()",
    ],
)
def test_reading_the_clock_is_refused(folder: str, line: str) -> None:
    assert "TID251" in complaints(f"MOMENT = {line}", at=f"src/sonae/{folder}/planted.py")


def test_the_clock_may_be_read_in_its_own_place() -> None:
    assert "TID251" not in complaints("MOMENT = datetime.now(UTC)", at="src/sonae/config/clock.py")


def test_a_moment_without_its_zone_is_refused() -> None:
    assert "DTZ001" in complaints("MOMENT = datetime(2026, 12, 1)", at="src/sonae/domain/planted.py")


def complaints(line: str, *, at: str) -> str:
    """What ruff says of a module with that line in that place; the file itself is never written."""
    imports = "import time\nfrom datetime import UTC, date, datetime\n\nfrom django.utils import timezone\n\n"
    used = "\nUSED = (time, UTC, date, datetime, timezone)\n"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", at, "-"],
        input=imports + line + used,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout
