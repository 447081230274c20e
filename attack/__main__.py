"""``make attack``: first the page with the holes, then Sonae; 1 if anything was found, or if the run proves nothing."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from attack import control, injectable, site, sqlmap, verdict, visits, wapiti
from attack.outcome import Outcome
from attack.target import Target

FOLDER = Path("var/attack").resolve()
AT_ONCE = 2
TOOLS = {"sqlmap": sqlmap.attack, "wapiti": wapiti.attack}
Job = Callable[[], Outcome]


def main(wanted: list[str]) -> int:
    """Both tools on everything, or what is named: tools, targets. What was said stays below var/attack."""
    began = time.monotonic()
    tools = [name for name in wanted if name in TOOLS] or list(TOOLS)
    only = [name for name in wanted if name not in TOOLS]
    folder = FOLDER / re.sub(r"\W+", "-", " ".join([*tools, *only]))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    seen = folder / "visits"
    seen.touch()
    with site.running_site(seen) as sonae, control.running_control(sonae, seen) as holes:
        attack = Attack(folder, seen, f"{holes}/endpoint/", tools, only)
        blind = attack.control(holes)
        if blind:
            print("\nThe tools are blind: " + "; ".join(blind))
            return 1
        wrong = attack.sonae(sonae)
        wrong += [f"the server's log: {line}" for line in faults_in(sonae.log)]
    minutes = (time.monotonic() - began) / 60
    print(f"\n{len(wrong)} findings and problems in {minutes:.0f} minutes; their own words are in {folder}")
    print("\n".join(f"  {one}" for one in wrong))
    return 1 if wrong else 0


@dataclass(frozen=True, slots=True)
class Attack:
    """One run: where it keeps what was said and who came, where Sonae may be led out to, with which tools and on what."""

    folder: Path
    seen: Path
    endpoint: str
    tools: list[str]
    only: list[str]  # these targets; all, if none is named

    def control(self, address: str) -> list[str]:
        """The holes that a tool did not find."""
        outcomes = do_all(
            self.jobs("wapiti", [control.FRONT], address, "control-")
            + self.jobs("sqlmap", [control.BY_ADDRESS, control.BY_FORM], address, "control-")
        )
        print(verdict.table(outcomes, visits.read(self.seen)), flush=True)
        return control.missed(outcomes)

    def sonae(self, running: site.RunningSite) -> list[str]:
        """Findings, and runs that prove nothing."""
        from attack import targets

        with site.people_of_their_own():
            opened = targets.open_pages()
            for_sqlmap, for_wapiti = targets.for_sqlmap(opened), targets.for_wapiti(opened, site.sign_in(running))
        outcomes = do_all(
            self.jobs("sqlmap", self.wanted(for_sqlmap), running.address)
            + self.jobs("wapiti", self.wanted(for_wapiti), running.address)
        )
        if not outcomes:
            return [f"there is no target of the name {' or '.join(self.only)}"]
        came = visits.read(self.seen)
        print(verdict.table(outcomes, came))
        wrong = [said for outcome in outcomes for said in verdict.wrong_with(outcome, came)]
        return wrong + (["Sonae called an address that it was told"] if injectable.LED_OUT in came else [])

    def wanted(self, targets: list[Target]) -> list[Target]:
        return [target for target in targets if not self.only or target.name in self.only]

    def jobs(self, tool: str, targets: list[Target], address: str, prefix: str = "") -> list[Job]:
        """None, where the tool is not wanted."""
        return [
            partial(
                TOOLS[tool], target, site=address, agent=f"{prefix}{tool}-{number}", folder=self.folder,
                endpoint=self.endpoint,
            )
            for number, target in enumerate(targets)
            if tool in self.tools
        ]  # fmt: skip


def do_all(jobs: list[Job]) -> list[Outcome]:
    """Two at a time, in their order; who waits sees what is done."""

    def done(job: Job) -> Outcome:
        outcome = job()
        print(f"  {outcome.tool}, {outcome.target}", flush=True)
        return outcome

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(done, jobs))


def faults_in(log: Path) -> list[str]:
    """What the server wrote down as its own fault: a statement that broke would stand here, however well it was answered."""
    return [line for line in log.read_text(errors="replace").splitlines() if " ERROR " in line or "Traceback" in line]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
