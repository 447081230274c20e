"""Runs one of the two tools as a command of its own: bounded in time, its output kept."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path("var/attack-tools/bin").resolve()


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run said, and whether its time was up before it was done."""

    output: str
    cut_short: bool


def run(command: list[str], *, seconds: int, log: Path, proxies: dict[str, str] | None = None) -> Ran:
    """Start it, wait, and end it when its time is up. No proxy of this machine is used."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    home = log.parent / "home"  # what the tools remember of earlier runs must not be believed
    home.mkdir(exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env={**clean, **(proxies or {}), "HOME": str(home), "PYTHONPATH": ""},
        )  # fmt: skip
        try:
            process.wait(seconds)
            cut_short = False
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            cut_short = True
    return Ran(log.read_text(encoding="utf-8", errors="replace"), cut_short)
