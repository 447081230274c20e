"""wapiti on one page with its forms, or through the whole site from the page on which somebody stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

from attack.commands import TOOLS, run
from attack.outcome import Outcome
from attack.target import Target

# Everything that injects. timesql is left to sqlmap; log4shell needs a name server of its own, ldap a directory; the rest
# looks for products of others. redirect stands here because a header is what it injects into.
MODULES = "sql,exec,file,xss,permanentxss,crlf,xxe,ssrf,redirect"
# It has no reason to leave this machine. If it tries, it finds a proxy at which nobody listens.
NO_INTERNET = {
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"), "no_proxy": "127.0.0.1",
}  # fmt: skip
CRAWL_SECONDS = 60
MODULE_SECONDS = 60  # what comes back on a page is tried with hundreds of pieces of markup
MOST_SECONDS = 600
CUT_SHORT = re.compile(r"Max attack time was reached for module (\w+)")


def attack(target: Target, *, site: str, agent: str, folder: Path, endpoint: str) -> Outcome:
    """What it found, from its own report."""
    report = folder / f"{agent}.json"
    asked = command(target, site=site, agent=agent, folder=folder, report=report, endpoint=endpoint)
    ran = run(asked, seconds=MOST_SECONDS, log=folder / f"{agent}.log", proxies=NO_INTERNET)
    if ran.cut_short or not report.exists():
        return Outcome("wapiti", target.name, agent, (), "left no report")
    unfinished = ", ".join(CUT_SHORT.findall(ran.output))
    note = f"{unfinished} stopped after {MODULE_SECONDS} s" if unfinished else ""
    return Outcome("wapiti", target.name, agent, found_in(json.loads(report.read_text())), "", note)


def command(target: Target, *, site: str, agent: str, folder: Path, report: Path, endpoint: str) -> list[str]:
    """``endpoint`` is ours and on loopback, where it would show if the site could be made to call somebody."""
    asked = [
        str(TOOLS / "wapiti"), "--url", site + target.address, "--scope", "folder" if target.whole_site else "page",
        "--module", MODULES, "--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(MODULE_SECONDS),
        "--endpoint", endpoint, "--user-agent", agent, "--store-session", str(folder / agent),
        "--format", "json", "--output", str(report), "--flush-session", "--no-bugreport", "--tasks", "2", "--timeout", "10",
        "--level", "1", "--verbose", "1", "--dns-endpoint", "localhost", "--skip", "csrfmiddlewaretoken",
        "--exclude", f"{site}/en/*", "--exclude", f"{site}/sign-out/",
    ]  # fmt: skip
    if target.cookies:
        asked += ["--cookie-value", target.cookie_line]
    return asked


def found_in(report: dict[str, dict[str, list[dict[str, str]]]]) -> tuple[str, ...]:
    """Each hole with its address and field; notes on pages that answered with a fault or not in time are findings too."""
    kinds = {**report["vulnerabilities"], **report["anomalies"]}
    return tuple(
        f"{kind}: {finding['method']} {finding['path']} through {finding['parameter'] or 'the address'}"
        for kind, findings in kinds.items()
        for finding in findings
    )
