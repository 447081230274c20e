"""sqlmap on one target: every field of it, at level 2 and risk 1."""

from __future__ import annotations

import re
from pathlib import Path

from attack.commands import TOOLS, run
from attack.outcome import Outcome
from attack.target import Target

SECONDS_A_FIELD = 120  # on an idle machine it takes a tenth of it
SESSION = (
    "sessionid",
    "csrftoken",
    "csrfmiddlewaretoken",
)  # changed, they open nothing; they are a target of their own
DONE = "all tested parameters do not appear to be injectable"
FOUND = re.compile(r"^Parameter: (.+)$", re.MULTILINE)
TYPE = re.compile(r"^    Title: (.+)$", re.MULTILINE)


def attack(target: Target, *, site: str, agent: str, folder: Path, endpoint: str) -> Outcome:
    """What it found; a run that did not come to its end is a problem and no success. It needs no ``endpoint``."""
    seconds = SECONDS_A_FIELD * (len(target.fields) + target.address.count("*") + 1)
    ran = run(command(target, site=site, agent=agent, folder=folder), seconds=seconds, log=folder / f"{agent}.log")
    found = [*dict.fromkeys(FOUND.findall(ran.output))]
    problem = ""
    if ran.cut_short:
        problem = f"not done after {seconds} s"
    elif not found and DONE not in ran.output:
        problem = _last_complaint(ran.output)
    return Outcome("sqlmap", target.name, agent, tuple(f"SQL through {name}" for name in found), problem)


def command(target: Target, *, site: str, agent: str, folder: Path) -> list[str]:
    """PostgreSQL is what stands behind, so that payloads for other databases would only take time."""
    asked = [
        str(TOOLS / "sqlmap"), "--url", site + target.address, "--method", target.method,
        "--batch", "--level", "2", "--risk", "1", "--dbms", "PostgreSQL", "--threads", "1",
        "--timeout", "20", "--retries", "1", "--ignore-redirects", "--drop-set-cookie", "--skip-waf", "--ignore-proxy",
        "--user-agent", agent, "--output-dir", str(folder / agent), "--flush-session", "--disable-coloring",
        "--ignore-code", "*",
    ]  # fmt: skip
    if target.body:
        asked += ["--data", target.text]
    if target.as_json:
        asked += ["--headers", "Content-Type: application/json"]
    if target.cookies:
        asked += ["--cookie", target.cookie_line]
    if target.attacks_session:
        return [*asked, "-p", "sessionid"]
    return [*asked, "--skip", ",".join((*SESSION, "cookie"))]


def _last_complaint(output: str) -> str:
    complaints = [line for line in output.splitlines() if "[CRITICAL]" in line or "[ERROR]" in line]
    return (complaints or ["came to no result"])[-1].rpartition("] ")[2][:200]
