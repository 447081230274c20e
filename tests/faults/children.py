"""The test's end of the zygote: gives it work and hears what became of the child that did it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.db import connections

ROOT = Path(__file__).parents[2]


def address_of(database: str) -> str:
    """How another process of ours reaches that database of the test server."""
    at = connections["default"].settings_dict
    parts = "&".join(f"{key.lower()}={at[key]}" for key in ("HOST", "PORT", "USER", "PASSWORD") if at[key])
    return f"postgresql:///{database}?{parts}"


NOBODY = "http://127.0.0.1:9"  # a processor that isn't there, for work that asks none


class Zygote:
    """The warm process and the children it has, until the block ends."""

    def __init__(self, *, database: str, processor: str = NOBODY, time_zone: str = "") -> None:
        zone = {"PGTZ": time_zone} if time_zone else {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote", *filter(None, [time_zone])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address_of(database), "SONAE_SANDBOX_CARD_URL": processor, **zone},
        )  # fmt: skip

    def run(
        self, act: str, on: object = None, *, now: datetime, kill: str = "", kill_after: float = 0,
        without_transactions: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """Do the act in a child, which dies at the point ``kill`` or after so many seconds: which points it reached, what it
        told, how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {
            "act": act,
            "on": on,
            "now": now.isoformat(),
            "kill": kill,
            "kill_after": kill_after,
            "without_transactions": without_transactions,
        }
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
