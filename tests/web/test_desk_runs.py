"""A round of the free cover whose totals did not come out stands on the desk's first page, and is begun again from there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate
from sonae.apps.membership.member_runs import lay_lanes
from sonae.apps.membership.models import FreeCoverLane, FreeCoverRun
from sonae.apps.membership.use_cases import try_run_again as use_case
from sonae.apps.membership.use_cases.carry_out_free_cover_end import carry_out_free_cover_end
from sonae.apps.membership.use_cases.schedule_free_cover_end import schedule_free_cover_end
from sonae.apps.membership.use_cases.turn_free_covers import TurnNotDue, turn_free_covers
from sonae.apps.programmes.models import SchemeYear
from sonae.config import jobs
from tests import cast, clock
from tests.web.holdings import browser_of, words_of

pytestmark = pytest.mark.django_db
NEXT = date(2026, 12, 1)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def parked(people: cast.Cast) -> FreeCoverRun:
    """The turn to December, which missed 青木工務店, because the lane that it was in got lost."""
    year = SchemeYear.objects.get(start_on=NEXT)
    run = FreeCoverRun.objects.create(
        key=f"turn:{NEXT}", cause="turn", scheme_year=year, started_at=clock.now(), before={}
    )
    lay_lanes(run)
    FreeCoverLane.objects.filter(run=run).order_by("id").first().delete()  # type: ignore[union-attr]
    run = turn_free_covers(scheme_year_start=NEXT, now=clock.now(), connections=1)
    assert run.state == "parked"
    return run


@pytest.fixture
def operator(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


def again(browser: Client, run: FreeCoverRun, prefix: str = "") -> Any:
    return browser.post(f"{prefix}/desk/free-cover/{run.pk}/again/", follow=True)


def waiting_jobs() -> list[tuple[str, dict[str, str]]]:
    jobs_there = ProcrastinateJob.objects.filter(
        task_name__in=["sonae.turn_free_cover", "sonae.carry_out_free_cover_end"]
    )
    return list(jobs_there.values_list("task_name", "args"))


def test_it_stands_there_with_its_totals_and_the_members_that_differ(operator: Client, parked: FreeCoverRun) -> None:
    page = words_of(operator, "/desk/")
    assert "止まっている無料補償の処理 2026年12月1日に始まる保険年度の無料補償の発行" in page
    assert (
        "会員 2件、そのうち無料補償のある会員 1件、退会後も補償の続く方 0件。処理した会員 1件、その内訳の合計 1件。"
        in page
    )
    assert "合わない会員：10000017 2026年11月24日 午前10時に止まりました。" in page
    page = words_of(operator, "/en/desk/")
    assert "Free cover for the scheme year that starts on 1 December 2026" in page
    assert "2 members, 1 of them with free cover; 0 covered after leaving." in page


def test_begun_again_it_covers_everybody_and_is_gone(operator: Client, people: cast.Cast, parked: FreeCoverRun) -> None:
    answer = again(operator, parked)
    assert "もう一度始めました。" in answer.content.decode()
    assert "止まっている無料補償の処理" not in answer.content.decode()
    assert waiting_jobs() == [("sonae.turn_free_cover", {"scheme_year_start": "2026-12-01"})]
    entry = AuditEntry.objects.get(action="free_cover.tried_again")
    assert (entry.actor, entry.object_id) == (f"user:{people.staff['operator'].pk}", "turn:2026-12-01")
    done = turn_free_covers(scheme_year_start=NEXT, now=clock.now(), connections=1)
    assert (done.state, Certificate.objects.filter(scheme_year__start_on=NEXT, section="free").count()) == ("done", 2)


def test_pressed_twice_it_begins_once(operator: Client, parked: FreeCoverRun) -> None:
    again(operator, parked)
    lanes = list(FreeCoverLane.objects.filter(run=parked).values_list("id"))
    answer = again(operator, parked, "/en")
    assert "This round has begun again or is done already." in answer.content.decode()
    assert list(FreeCoverLane.objects.filter(run=parked).values_list("id")) == lanes
    assert AuditEntry.objects.filter(action="free_cover.tried_again").count() == len(waiting_jobs()) == 1


def test_without_looking_at_the_state_it_would_begin_twice(
    operator: Client, parked: FreeCoverRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Never:
        PARKED = FreeCoverRun.State.RUNNING

    again(operator, parked)
    monkeypatch.setattr(use_case, "State", Never)
    again(operator, parked)
    assert len(waiting_jobs()) == 2


def test_of_a_year_that_is_over_nothing_is_begun(
    operator: Client, parked: FreeCoverRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(**_: object) -> FreeCoverRun:
        raise TurnNotDue("over")

    monkeypatch.setattr(use_case, "begin_turn", over)
    assert "この保険年度はもう終わっている" in again(operator, parked).content.decode()
    assert (waiting_jobs(), AuditEntry.objects.filter(action="free_cover.tried_again").count()) == ([], 0)


def test_an_end_that_was_parked_is_carried_out_again(operator: Client, people: cast.Cast) -> None:
    schedule_free_cover_end(ends_on=date(2027, 2, 14), reason="", by=people.staff["organiser"], now=clock.now())
    (run,) = carry_out_free_cover_end(now=clock.now(), connections=1)
    ProcrastinateJob.objects.all().delete()
    FreeCoverRun.objects.filter(pk=run.pk).update(state="parked", after={"against": 3})
    page = words_of(operator, "/desk/")
    assert "2027年2月14日の無料補償の終了 終了日を過ぎて続く加入者証が 3件あります。" in page
    again(operator, run)
    assert waiting_jobs() == [("sonae.carry_out_free_cover_end", {})]
    (done,) = carry_out_free_cover_end(now=clock.now(), connections=1)
    assert done.state == "done"


@pytest.mark.parametrize("role", ["insurer", "agency"])
def test_insurer_and_agency_neither_see_it_nor_begin_it(people: cast.Cast, parked: FreeCoverRun, role: str) -> None:
    browser = browser_of(people.staff[role])
    assert "止まっている" not in words_of(browser, "/desk/")
    assert again(browser, parked).status_code == 404
    parked.refresh_from_db()
    assert parked.state == "parked"


def test_a_round_that_is_not_there_is_not_found_and_leaves_a_line(operator: Client, parked: FreeCoverRun) -> None:
    assert operator.post(f"/desk/free-cover/{parked.pk + 1}/again/").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused", object_kind="free_cover_run").count() == 1
    assert operator.get(f"/desk/free-cover/{parked.pk}/again/").status_code == 405


def test_the_job_goes_through_everybody(parked: FreeCoverRun, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[date] = []
    monkeypatch.setattr(
        jobs, "turn_free_covers", lambda *, scheme_year_start, now: asked.append(scheme_year_start) or parked
    )
    assert jobs.turn_free_cover("2026-12-01") == "parked"
    assert asked == [NEXT]
