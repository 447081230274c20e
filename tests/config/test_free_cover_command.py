"""``sonae free-cover``: what the operator types and reads, and what the demo's members have."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sonae.apps.certificates.models import Certificate
from sonae.apps.membership.cover_years import free_cover_ends_on
from sonae.apps.membership.member_runs import work_lanes
from sonae.apps.membership.models import Feed, FreeCoverEnd, FreeCoverLane, FreeCoverRun
from sonae.apps.membership.use_cases import carry_out_free_cover_end, turn_free_covers
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.config import free_cover_command, jobs
from sonae.config.command_line import main
from sonae.config.demo_members import DEMO_MEMBERS, cover_members, seed_members
from sonae.config.starting import USAGE_ERROR
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.cast import STAFF, call_in, enter_member, enter_staff

pytestmark = pytest.mark.django_db

ORGANISER = STAFF["organiser"]


@pytest.fixture(autouse=True)
def _at_the_tests_moment(monkeypatch: pytest.MonkeyPatch, programme: Programme) -> None:
    """The commands' clock stands with the tests', and their work stays on the test's one connection."""
    for module in (free_cover_command, jobs):
        monkeypatch.setattr(module, "now", clock.now)
    monkeypatch.setattr(free_cover_command, "start_django", lambda: None)
    for module in (turn_free_covers, carry_out_free_cover_end):
        monkeypatch.setattr(
            module, "work_lanes_on", lambda run, chunk, *, connections, size: work_lanes(run, chunk, size=size)
        )


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["free-cover", *arguments])
    output = capsys.readouterr()
    return code, output.out + output.err


def test_a_turn_tells_its_numbers_and_a_second_one_that_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    call_in()
    code, text = said(capsys, "turn", "--year", "2026-12-01")
    assert code == 0
    assert text.strip() == "turn:2026-12-01: done; issued 2, members 2, newly_covered 2"
    assert said(capsys, "turn", "--year", "2026-12-01") == (code, text)
    code, text = said(capsys, "turn")
    assert (code, [line.partition(";")[0] for line in text.splitlines()]) == (
        0, ["turn:2025-12-01: done", "turn:2026-12-01: done"],
    )  # fmt: skip


def test_a_turn_whose_totals_do_not_come_out_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    call_in()
    run = FreeCoverRun.objects.create(
        key="turn:2026-12-01", cause="turn", scheme_year=SchemeYear.objects.get(start_on=date(2026, 12, 1)),
        started_at=clock.now(), before={},
    )  # fmt: skip
    FreeCoverLane.objects.create(run=run, done_to=0, to_id=0)
    code, text = said(capsys, "turn", "--year", "2026-12-01")
    assert (code, text.partition(";")[0]) == (1, "turn:2026-12-01: parked")


def test_a_year_that_is_not_due_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "turn", "--year", "2030-12-01")
    assert (code, len(text.splitlines())) == (USAGE_ERROR, 1)
    assert "2030-12-01" in text


def test_an_end_is_previewed_scheduled_and_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    cast = call_in()
    said(capsys, "turn")
    code, text = said(capsys, "end", "--on", "2027-02-14", "--preview")
    assert (code, text.splitlines()) == (
        0,
        ["certificates that would end: 2 (basic 1, pap 1)", "of these never begin: 0", "members: 2, told by mail: 2"],
    )
    assert not FreeCoverEnd.objects.exists()
    code, text = said(capsys, "end", "--on", "2027-02-14", "--by", ORGANISER, "--reason", "契約の終了")
    assert (code, text.startswith("asked for; another person")) == (0, True)
    assert not FreeCoverEnd.objects.exists()
    code, text = said(capsys, "agree", "--on", "2027-02-14", "--by", ORGANISER)
    assert (code, "another person" in text, FreeCoverEnd.objects.count()) == (USAGE_ERROR, True, 0)
    second = enter_staff("organiser", "supervisor").email
    code, text = said(capsys, "agree", "--on", "2027-02-14", "--by", second)
    assert (code, text.splitlines()[0]) == (0, "the free cover ends on 2027-02-14")
    assert "end:" in text
    assert "cancelled 2" in text
    assert Certificate.objects.get(member=cast.member, starts_on=date(2026, 12, 1)).cancelled_on == date(2027, 2, 14)
    code, text = said(capsys, "keep", "--by", ORGANISER)
    assert (code, text.splitlines()[0]) == (0, "the free cover goes on")
    assert "reinstated 2" in text
    assert free_cover_ends_on() is None


@pytest.mark.parametrize("arguments", [
    ("end", "--on", "2027-02-14"), ("end", "--on", "2027-02-14", "--by", STAFF["insurer"]),
    ("end", "--on", "2026-11-24", "--by", ORGANISER, "--reason", "x"), ("keep", "--by", ORGANISER), ("follow", "4711"),
    ("end", "--on", "2027-02-14", "--by", ORGANISER), ("agree", "--on", "2027-02-14", "--by", ORGANISER),
])  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    call_in()
    code, text = said(capsys, *arguments)
    assert (code, len(text.splitlines())) == (USAGE_ERROR, 1)
    assert not FreeCoverEnd.objects.exists()


def a_feed() -> Feed:
    feed = Feed.objects.create(
        digest="0" * 64, size=1, file_name="list.csv", form="list", effective_date=date(2026, 11, 24), channel="command",
        state="applied", received_at=clock.now(), received_by="user:1",
    )  # fmt: skip
    member = enter_member("30000001", "total", "見本商会")
    MembershipFact.objects.create(
        member=member, kind="changed", effective_date=date(2026, 11, 24), recorded_at=clock.now(), member_class="total",
        name="見本商会", source=feed.source,
    )  # fmt: skip
    return feed


def test_feeds_that_wait_are_followed(capsys: pytest.CaptureFixture[str]) -> None:
    feed = a_feed()
    assert said(capsys, "follow") == (0, f"feed {feed.pk}: followed\n")
    assert Certificate.objects.count() == 2
    assert said(capsys, "follow") == (0, "")


def test_the_rounds_find_what_is_due_without_being_told() -> None:
    cast, feed = call_in(), a_feed()
    assert jobs.turn_round(0) == "turn:2025-12-01 done, turn:2026-12-01 done"
    assert jobs.free_cover_round(0) == 1
    feed.refresh_from_db()
    assert feed.followed_at is not None
    FreeCoverEnd.objects.create(
        programme=Programme.objects.get(), ends_on=date(2027, 2, 14), scheduled_at=clock.now(), scheduled_by="user:1",
        reason="", preview={},
    )  # fmt: skip
    assert jobs.free_cover_round(0) == 1
    assert Certificate.objects.get(member=cast.member, starts_on=date(2026, 12, 1)).cancelled_on == date(2027, 2, 14)
    assert jobs.free_cover_round(0) == 0


def test_the_demos_members_have_their_free_cover_and_the_one_that_left_has_none_now() -> None:
    with clock.at(datetime(2026, 11, 24, 10, tzinfo=JAPAN)):
        for _ in range(2):
            seed_members(now=clock.now())
            cover_members(now=clock.now())
    free = Certificate.objects.filter(section="free")
    assert free.filter(starts_on=date(2026, 12, 1)).count() == len(DEMO_MEMBERS) - 1
    assert free.get(member__number="10000122").cancelled_on == date(2026, 4, 1)
    assert free.count() == 2 * len(DEMO_MEMBERS) - 1
