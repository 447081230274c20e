"""The repository's own files, for the tests that read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "sonae"
NOT_OURS = {".venv", ".git", "var", "__pycache__", "node_modules"}


def own_files(folder: Path = ROOT, *, suffixes: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file below the folder that belongs to the repository, in order; all suffixes unless some are named."""
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith((".egg-info", "_cache")) or path.name == ".hypothesis":
            continue
        if path.is_dir():
            yield from own_files(path, suffixes=suffixes)
        elif not suffixes or path.suffix in suffixes:
            yield path


def shown(path: Path) -> str:
    """The path as a person names it."""
    return path.relative_to(ROOT).as_posix()


def written_tests() -> set[str]:
    """The names of all tests."""
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}


def named_tests(page: Path) -> set[str]:
    """The tests that a page names."""
    return set(re.findall(r"`(test_\w+)`", page.read_text()))
