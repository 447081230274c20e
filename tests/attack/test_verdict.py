"""A run that found nothing counts only if the tools can see, and if they reached what they were sent to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from attack.__main__ import faults_in
from attack.outcome import Outcome
from attack.visits import Visited

from attack import control, sqlmap, verdict, visits, wapiti

QUIET = Outcome("sqlmap", "needs", "sqlmap-1", (), "")
THOROUGH = Visited(Counter({200: 300, 422: 200, 403: 20}))


def test_a_thorough_run_without_findings_passes() -> None:
    assert verdict.problems_of(QUIET, THOROUGH) == []
    assert verdict.findings_of(QUIET, THOROUGH) == []


@pytest.mark.parametrize(
    ("outcome", "visited", "said"),
    [
        (QUIET, Visited(Counter({200: 3})), "only 3 requests"),
        (QUIET, Visited(), "only 0 requests"),
        (QUIET, Visited(Counter({403: 300, 200: 200})), "300 of 500 requests were refused"),
        (QUIET, Visited(Counter({429: 300, 200: 200})), "300 of 500 requests were refused"),
        (QUIET._replace(problem="not done after 600 s"), THOROUGH, "not done after 600 s"),
    ],
)
def test_a_run_that_proves_nothing_does_not_pass(outcome: Outcome, visited: Visited, said: str) -> None:
    assert verdict.problems_of(outcome, visited) == [said]


def test_what_a_tool_says_and_every_fault_of_ours_is_a_finding() -> None:
    outcome = QUIET._replace(findings=("SQL through name (POST)",))
    faulty = Visited(Counter({200: 300, 500: 2, 503: 4}))
    assert verdict.findings_of(outcome, faulty) == ["SQL through name (POST)", "2 answers of 500 and above"]


def test_tools_that_overlook_a_planted_hole_are_blind() -> None:
    seen = [
        Outcome("sqlmap", control.BY_ADDRESS.name, "a", ("SQL through name (GET)",), ""),
        Outcome("sqlmap", control.BY_FORM.name, "b", (), ""),
        Outcome("wapiti", control.FRONT.name, "c", ("SQL Injection: GET /find through name",), ""),
    ]
    assert control.missed(seen) == [
        "sqlmap did not find SQL through name (POST)",
        "wapiti did not find SQL Injection: POST /find",
        "wapiti did not find Reflected Cross Site Scripting: GET /greet",
    ]


def test_what_came_is_counted_for_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "visits"
    monkeypatch.setenv(visits.FILE, str(file))
    for agent, status in (("sqlmap-1", 200), ("sqlmap-1", 422), ("wapiti-1 more", 200), ("", 404)):
        visits.note(agent, "POST", status)
    assert {agent: came.requests for agent, came in visits.read(file).items()} == {"sqlmap-1": 2, "wapiti-1": 1, "-": 1}


def test_the_report_of_wapiti_is_read_with_its_anomalies() -> None:
    hole = {"method": "GET", "path": "/find", "parameter": "name"}
    report = {
        "vulnerabilities": {"SQL Injection": [hole], "CRLF Injection": []},
        "anomalies": {"Internal Server Error": [{**hole, "parameter": ""}]},
    }
    assert wapiti.found_in(report) == (
        "SQL Injection: GET /find through name",
        "Internal Server Error: GET /find through the address",
    )


def test_the_report_of_sqlmap_is_read() -> None:
    said = "---\nParameter: name (POST)\n    Type: boolean-based blind\nParameter: #1* (URI)\n---\n"
    assert sqlmap.FOUND.findall(said) == ["name (POST)", "#1* (URI)"]


def test_a_fault_in_the_log_of_the_server_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text(
        "2026-11-24T10:00:00+0900 ERROR django.request Internal Server Error: /\n2026 WARNING Not Found: /x\n"
    )
    assert len(faults_in(log)) == 1
