"""Reading the folder of a product version from disk, bounded."""

from __future__ import annotations

from pathlib import Path

LARGEST_FILE = 2_000_000  # bytes; a rate table of a whole market is far below
MOST_FILES = 200


class FolderUnreadable(Exception):
    """The folder is no product version; the message says what is wrong."""


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, by its name relative to it. Raises ``FolderUnreadable``."""
    if not folder.is_dir():
        raise FolderUnreadable(f"{folder}: there is no such folder")
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.startswith("."):
            continue
        if path.is_symlink() or path.stat().st_size > LARGEST_FILE:
            raise FolderUnreadable(f"{path}: links and files over {LARGEST_FILE:,} bytes are not read")
        files[path.relative_to(folder).as_posix()] = path.read_bytes()
        if len(files) > MOST_FILES:
            raise FolderUnreadable(f"{folder}: more than {MOST_FILES} files")
    if not files:
        raise FolderUnreadable(f"{folder}: the folder is empty")
    return files
