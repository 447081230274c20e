"""What a killed PostgreSQL leaves behind: lock files that name a process which is gone, or dead and not yet buried.

PostgreSQL takes any process of that number for the server and refuses to start. Its processes all work inside the data
folder, so the folder's living inhabitants say whether anything of it still runs.
"""

from __future__ import annotations

import time
from pathlib import Path

PROCESSES = Path("/proc")
PATIENCE_SECONDS = 10.0


def clear_away(*, data: Path, sockets: Path) -> None:
    """Remove the lock files when nothing of the server lives. Where the system doesn't tell, leave them to PostgreSQL."""
    lock = data / "postmaster.pid"
    if not lock.exists() or not (PROCESSES / "self" / "cwd").exists():
        return
    # The children of a killed server notice its death and end; while one lives, a second server would write beside it.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while inhabitants := _inhabitants(data):
        if _server_of(lock) in inhabitants or time.monotonic() > deadline:
            return
        time.sleep(0.1)
    for left_over in (lock, sockets / ".s.PGSQL.5432.lock", sockets / ".s.PGSQL.5432"):
        left_over.unlink(missing_ok=True)


def _server_of(lock: Path) -> int:
    try:
        return int(lock.read_text().split()[0])
    except (OSError, IndexError, ValueError):
        return 0


def _inhabitants(folder: Path) -> set[int]:
    """The living processes whose working folder this is. The dead have none; those of other people are not to be seen."""
    found = set()
    for process in PROCESSES.iterdir():
        if process.name.isdigit():
            try:
                if (process / "cwd").readlink() == folder:
                    found.add(int(process.name))
            except OSError:
                continue
    return found
