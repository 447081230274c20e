"""At the turn of the scheme year everybody on the list has a new certificate, once, and the numbers show it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.membership.member_runs import lay_lanes
from sonae.apps.membership.models import FreeCoverLane, FreeCoverRun
from sonae.apps.membership.use_cases.follow_member import follow_member
from sonae.apps.membership.use_cases.turn_free_covers import TurnNotDue, turn_free_covers, turns_due
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.cast import enter_member, leave_list

pytestmark = pytest.mark.django_db

THIS, NEXT = date(2025, 12, 1), date(2026, 12, 1)
JOINED_ON = date(2025, 4, 1)


def turn(start_on: date = NEXT, now: datetime | None = None) -> FreeCoverRun:
    return turn_free_covers(scheme_year_start=start_on, now=now or clock.now(), connections=1)


def enter_many(count: int) -> list[Member]:
    return [enter_member(f"{place:08d}", "basic", f"見本{place}") for place in range(count)]


def certificates(start_on: date = NEXT) -> int:
    return Certificate.objects.filter(scheme_year__start_on=start_on, section="free").count()


def test_everybody_on_the_list_is_covered_from_the_first_day(programme: Programme) -> None:
    enter_many(30)
    run = turn()
    assert (run.state, certificates(), Transaction.objects.count()) == ("done", 30, 30)
    assert (run.before["members"], run.before["covered"]) == (30, 0)
    assert run.after is not None
    assert run.after["counted"] == {"members": 30, "covered": 30, "covered_after_leaving": 0, "apart": []}
    assert (run.after["members"], run.after["newly_covered"], run.after["by_rule"]) == (30, 30, 0)
    assert set(Certificate.objects.values_list("starts_on", "cancelled_on")) == {(NEXT, None)}


def test_a_turn_that_is_done_is_not_done_again(programme: Programme) -> None:
    enter_many(3)
    turn()
    before = (certificates(), AuditEntry.objects.count())
    turn(now=clock.later(hours=1))
    assert before == (certificates(), AuditEntry.objects.count())
    assert [entry.action for entry in AuditEntry.objects.order_by("id")][-2:] == [
        "free_cover.turn_begun",
        "free_cover.turned",
    ]


def test_who_has_left_or_has_it_already_gets_none(programme: Programme) -> None:
    leaver, early, leaving_later, rejoined, _ = enter_many(5)
    leave_list(leaver, date(2026, 11, 3))
    follow_member(member_id=early.pk, reason="test", now=clock.now())
    leave_list(leaving_later, date(2027, 3, 3))
    leave_list(rejoined, date(2026, 5, 5))
    MembershipFact.objects.create(
        member=rejoined, kind="joined", effective_date=date(2026, 8, 8), recorded_at=clock.now(), member_class="pap",
        name="新見本", source="test",
    )  # fmt: skip
    run = turn()
    assert run.state == "done"
    assert run.after is not None
    assert (run.after["members"], run.after["newly_covered"], run.after["covered_before"]) == (4, 3, 1)
    assert run.after["by_rule"] == 1
    assert certificates() == 4
    assert Certificate.objects.get(member=leaving_later, starts_on=NEXT).cancelled_on == date(2027, 4, 1)
    entry = Transaction.objects.get(certificate__member=rejoined, effective_date=NEXT)
    assert (entry.patch["member_class"], entry.patch["insured"]["name"]) == ("pap", "新見本")


def test_the_year_that_runs_can_be_caught_up_with(programme: Programme) -> None:
    enter_many(3)
    member = Member.objects.create(number="9", created_at=clock.now())
    MembershipFact.objects.create(
        member=member, kind="joined", effective_date=date(2026, 6, 15), recorded_at=clock.now(), member_class="pap",
        name="見本", source="test",
    )  # fmt: skip
    assert turn(THIS).state == "done"
    assert sorted(Certificate.objects.values_list("starts_on", flat=True)) == [THIS, THIS, THIS, date(2026, 6, 15)]


def test_it_is_due_from_thirty_days_before(programme: Programme) -> None:
    eve = datetime(2026, 10, 31, 23, 59, tzinfo=JAPAN)
    assert turns_due(now=eve) == [THIS]
    assert turns_due(now=eve + timedelta(days=1)) == [THIS, NEXT]
    assert turns_due(now=datetime(2026, 12, 1, 0, 0, tzinfo=JAPAN)) == [NEXT]
    with pytest.raises(TurnNotDue):
        turn(now=eve)


def test_a_member_that_is_missed_parks_the_run_and_the_next_round_mends_it(programme: Programme) -> None:
    first, *_ = enter_many(4)
    year = SchemeYear.objects.get(start_on=NEXT)
    run = FreeCoverRun.objects.create(
        key=f"turn:{NEXT}", cause="turn", scheme_year=year, started_at=clock.now(), before={}
    )
    lay_lanes(run)
    FreeCoverLane.objects.filter(run=run).order_by("id").first().delete()  # type: ignore[union-attr]
    parked = turn()
    assert parked.state == "parked"
    assert parked.after is not None
    assert parked.after["counted"]["apart"] == [first.pk]
    assert AuditEntry.objects.filter(action="free_cover.turn_parked").count() == 1
    mended = turn(now=clock.later(days=1))
    assert (mended.state, certificates()) == ("done", 4)
