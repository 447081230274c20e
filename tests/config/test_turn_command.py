"""``sonae turn`` and the round of the turn: what the operator types and reads, and what happens by itself on which day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sonae.apps.documents.models import OutboxMessage
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.apps.renewal.models import Rehearsal, RenewalOffer, RenewalRun
from sonae.apps.renewal.runs import work_lanes
from sonae.apps.renewal.use_cases import make_offers
from sonae.config import jobs, turn_command
from sonae.config.command_line import main
from sonae.config.starting import USAGE_ERROR
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.renewals import act, enter_members, give_covers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_tests_moment(monkeypatch: pytest.MonkeyPatch, programme: Programme) -> None:
    """The commands' clock stands with the tests', and their work stays on the test's one connection."""
    for module in (turn_command, jobs):
        monkeypatch.setattr(module, "now", clock.now)
    monkeypatch.setattr(turn_command, "start_django", lambda: None)
    monkeypatch.setattr(
        make_offers,
        "work_lanes",
        lambda run, work, *, now, connections, size: work_lanes(run, work, now=now, size=size),
    )


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["turn", *arguments])
    output = capsys.readouterr()
    return code, output.out + output.err


def test_rehearsal_offers_and_status_tell_their_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    *_, clinic = give_covers(enter_members(3))
    act(clinic, 2, "change", date(2026, 5, 1), {"industry": "medical"}).save()
    code, text = said(capsys, "rehearse")
    assert code == 0
    assert "offered: 2\nleft: 0\nreferred: 1" in text
    assert "MEDICAL: 1" in text
    code, text = said(capsys, "status")
    assert "2026-11-20 deadline" in text
    assert "no offers yet" in text
    code, text = said(capsys, "offers", "--year", "2026-12-01")
    assert (code, text) == (
        0,
        "offers:2026-12-01: done; seen 3, offered 2, referred 1, by_rule 1, mails 3, yen_before 129,880, yen_after 129,880\n",
    )
    assert said(capsys, "status")[1].endswith(text)
    assert said(capsys, "offers") == (code, text)


def test_what_is_set_aside_makes_the_command_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    give_covers(enter_members(1), {"annual_sales": "many"})
    assert said(capsys, "rehearse")[0] == 1
    assert said(capsys, "offers")[0] == 1
    assert "set aside: 1 facts_missing" in said(capsys, "status")[1]


def test_a_year_that_is_not_open_or_not_due_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("rehearse", "offers", "status"):
        code, text = said(capsys, verb, "--year", "2027-12-01")
        assert code == USAGE_ERROR
        assert "No scheme year starts on 2027-12-01" in text
    with clock.at(datetime(2026, 9, 1, 10, tzinfo=JAPAN)):
        assert "from 2026-10-02 to 2026-12-31, not on 2026-09-01" in said(capsys, "offers")[1]
    SchemeYear.objects.filter(start_on="2025-12-01").delete()
    for verb in ("rehearse", "offers", "status"):
        assert "Open it first" in said(capsys, verb)[1]


def test_the_round_does_by_itself_what_each_day_wants() -> None:
    give_covers(enter_members(2))
    seen = []
    for day in (
        "2026-09-16",
        "2026-09-17",
        "2026-10-01",
        "2026-10-02",
        "2026-11-01",
        "2026-11-24",
        "2026-12-02",
        "2027-01-05",
    ):
        with clock.at(datetime.fromisoformat(f"{day}T03:50:00+09:00")):
            jobs.renewal_round(0)
            jobs.renewal_round(0)
        seen.append((Rehearsal.objects.count(), RenewalOffer.objects.count(), OutboxMessage.objects.count()))
    assert seen == [(0, 0, 0), (1, 0, 0), (1, 0, 0), (1, 2, 2), (1, 2, 4), (1, 2, 6), (1, 2, 8), (1, 2, 8)]
    assert [run.state for run in RenewalRun.objects.all()] == ["done"]
