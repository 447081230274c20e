"""The table, and whether the run may count as one in which nothing was found."""

from __future__ import annotations

from collections.abc import Mapping

from attack.outcome import Outcome
from attack.visits import Visited

FEWEST = {"sqlmap": 40, "wapiti": 40}  # requests of one run; one that did its work makes hundreds
REFUSED = (403, 429)  # the form's token or a limit was in the way: what is behind was not reached


def problems_of(outcome: Outcome, visited: Visited) -> list[str]:
    """Why a run without findings would prove nothing."""
    refused = sum(visited.by_status[status] for status in REFUSED)
    return [
        *([outcome.problem] if outcome.problem else []),
        *([f"only {visited.requests} requests"] if visited.requests < FEWEST[outcome.tool] else []),
        *([f"{refused} of {visited.requests} requests were refused"] if refused * 2 > visited.requests else []),
    ]


def findings_of(outcome: Outcome, visited: Visited) -> list[str]:
    """What the tool says, and answers that show a fault of ours."""
    return [*outcome.findings, *([f"{visited.faults} answers of 500 and above"] if visited.faults else [])]


def wrong_with(outcome: Outcome, visits: Mapping[str, Visited]) -> list[str]:
    """Findings first."""
    visited = visits.get(outcome.agent, Visited())
    said = findings_of(outcome, visited) + problems_of(outcome, visited)
    return [f"{outcome.target}, {outcome.tool}: {one}" for one in said]


def table(outcomes: list[Outcome], visits: Mapping[str, Visited]) -> str:
    """One line for each target and tool."""
    lines = [f"{'target':<36}{'tool':<8}{'requests':>9}  {'answers':<44}findings"]
    for outcome in outcomes:
        visited = visits.get(outcome.agent, Visited())
        statuses = ", ".join(f"{status}×{count}" for status, count in sorted(visited.by_status.items()))
        said = findings_of(outcome, visited) + [f"! {problem}" for problem in problems_of(outcome, visited)]
        noted = f" ({outcome.note})" if outcome.note else ""
        lines.append(
            f"{outcome.target:<36}{outcome.tool:<8}{visited.requests:>9,}  {statuses:<44}{'; '.join(said) or '0'}{noted}"
        )
    return "\n".join(lines)
