"""The organiser ends the free cover from a day on: numbers before, everybody's certificate and mail after, and all of it back."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.membership.cover_years import free_cover_ends_on
from sonae.apps.membership.models import FreeCoverEnd, FreeCoverRun
from sonae.apps.membership.use_cases.carry_out_free_cover_end import carry_out_free_cover_end
from sonae.apps.membership.use_cases.follow_member import follow_member
from sonae.apps.membership.use_cases.schedule_free_cover_end import (
    EndRefused,
    keep_free_cover,
    preview_free_cover_end,
    schedule_free_cover_end,
)
from sonae.apps.membership.use_cases.turn_free_covers import turn_free_covers
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import Programme
from tests import clock
from tests.cast import Cast, call_in, enter_member, leave_list

pytestmark = pytest.mark.django_db

ENDS_ON = date(2027, 2, 14)
THIS, NEXT = date(2025, 12, 1), date(2026, 12, 1)


@pytest.fixture
def cast(programme: Programme) -> Cast:
    """The cast, with its free certificates of this year and the next."""
    everybody = call_in()
    for member in Member.objects.all():
        follow_member(member_id=member.pk, reason="test", now=clock.now())
    return everybody


def schedule(cast: Cast, ends_on: date = ENDS_ON) -> FreeCoverEnd:
    return schedule_free_cover_end(ends_on=ends_on, reason="契約の終了", by=cast.staff["organiser"], now=clock.now())


def carry_out() -> list[FreeCoverRun]:
    return carry_out_free_cover_end(now=clock.now(), connections=1)


def periods(member: Member) -> list[tuple[date, date | None]]:
    return list(
        Certificate.objects.filter(member=member, section="free")
        .order_by("starts_on")
        .values_list("starts_on", "cancelled_on")
    )


def state() -> list[tuple[object, ...]]:
    return list(Certificate.objects.order_by("id").values_list("id", "starts_on", "cancelled_on", "cover"))


def test_the_numbers_are_there_before_anything_is_done(cast: Cast) -> None:
    enter_member("30000001", "total", "見本商会")  # without an address, and without a certificate yet
    before = state()
    preview = preview_free_cover_end(ends_on=ENDS_ON, now=clock.now())
    assert (preview.certificates, preview.by_class, preview.never_begin) == (2, {"basic": 1, "pap": 1}, 0)
    assert (preview.members, preview.told) == (3, 2)
    earlier = preview_free_cover_end(ends_on=date(2026, 11, 28), now=clock.now())
    assert (earlier.certificates, earlier.by_class, earlier.never_begin) == (4, {"basic": 2, "pap": 2}, 2)
    assert state() == before
    assert not FreeCoverEnd.objects.exists()


def test_every_certificate_ends_on_the_day_and_everybody_is_told(cast: Cast) -> None:
    end = schedule(cast)
    assert free_cover_ends_on() == ENDS_ON
    (run,) = carry_out()
    assert (run.state, run.after["cancelled"], run.after["against"]) == ("done", 2, 0)  # type: ignore[index]
    assert periods(cast.member) == [(THIS, None), (NEXT, ENDS_ON)]
    entry = Transaction.objects.get(certificate__member=cast.member, kind="cancellation")
    assert (entry.effective_date, entry.seq, entry.reason) == (ENDS_ON, 2, end.source)
    mails = OutboxMessage.objects.filter(key__startswith="free-cover-ends:")
    assert sorted(mails.values_list("recipient", flat=True)) == ["aoki@sample.example", "uno@other.example"]
    mail = mails.get(key=f"free-cover-ends:{end.pk}:{cast.member.pk}")
    assert mail.subject == "無料補償は2027年2月14日に終わります / Your free cover ends on 14 February 2027"
    assert "会員番号 10000017 の会員さま" in mail.body
    assert "2027年2月14日 午後4時に終わります" in mail.body
    assert "ends on 14 February 2027 at 16:00 JST" in mail.body
    actions = AuditEntry.objects.filter(action__startswith="free_cover.end").values_list("action", "actor")
    assert list(actions) == [
        ("free_cover.end_scheduled", f"user:{cast.staff['organiser'].pk}"),
        ("free_cover.end_done", "system:free_cover"),
    ]


def test_carrying_it_out_again_changes_nothing_and_mails_nobody_twice(cast: Cast) -> None:
    schedule(cast)
    carry_out()
    before, mails = state(), OutboxMessage.objects.count()
    assert carry_out() == []
    FreeCoverRun.objects.update(state="parked")
    carry_out()
    assert (state(), OutboxMessage.objects.count()) == (before, mails)


def test_an_end_before_the_turn_leaves_the_next_year_without_certificates(cast: Cast) -> None:
    schedule(cast, date(2026, 11, 28))
    carry_out()
    assert periods(cast.member) == [(THIS, date(2026, 11, 28)), (NEXT, NEXT)]
    newcomer = enter_member("30000001", "total", "見本商会")
    follow_member(member_id=newcomer.pk, reason="test", now=clock.now())
    assert periods(newcomer) == [(THIS, date(2026, 11, 28))]
    run = turn_free_covers(scheme_year_start=NEXT, now=clock.now(), connections=1)
    assert run.after is not None
    assert (run.state, run.after["issued"], run.after["not_entitled"]) == ("done", 0, 3)


def test_who_joins_after_it_was_scheduled_is_covered_up_to_the_day(cast: Cast) -> None:
    end = schedule(cast)
    newcomer = enter_member("30000001", "total", "見本商会")
    follow_member(member_id=newcomer.pk, reason="test", now=clock.now())
    assert periods(newcomer) == [(THIS, None), (NEXT, ENDS_ON)]
    entries = Transaction.objects.filter(certificate__member=newcomer, certificate__starts_on=NEXT)
    assert [(entry.kind, entry.reason) for entry in entries] == [("new", "test"), ("cancellation", end.source)]


def test_taking_it_back_reinstates_everybody_and_tells_those_who_were_told(cast: Cast) -> None:
    before = state()
    end = schedule(cast)
    newcomer = enter_member("30000001", "total", "見本商会")
    follow_member(member_id=newcomer.pk, reason="test", now=clock.now())
    carry_out()
    keep_free_cover(reason="契約の継続", by=cast.staff["organiser"], now=clock.now())
    (run,) = carry_out()
    assert (run.key, run.state, run.after["reinstated"]) == (f"keep:{end.pk}", "done", 3)  # type: ignore[index]
    assert [row for row in state() if row[0] in {row[0] for row in before}] == before
    assert periods(newcomer) == [(THIS, None), (NEXT, None)]
    assert free_cover_ends_on() is None
    kinds = Transaction.objects.filter(certificate__member=cast.member, certificate__starts_on=NEXT)
    assert [entry.kind for entry in kinds] == ["new", "cancellation", "reinstatement"]
    mails = OutboxMessage.objects.filter(key__startswith="free-cover-stays:")
    assert sorted(mails.values_list("recipient", flat=True)) == ["aoki@sample.example", "uno@other.example"]
    assert carry_out() == []


def test_who_has_left_meanwhile_is_not_reinstated_beyond_the_leaving(cast: Cast) -> None:
    schedule(cast)
    carry_out()
    leave_list(cast.member, date(2027, 1, 10))
    leave_list(cast.other_member, date(2027, 3, 10))
    for member in (cast.member, cast.other_member):
        follow_member(member_id=member.pk, reason="test", now=clock.now())
    assert periods(cast.member)[1] == (NEXT, date(2027, 2, 1))
    assert periods(cast.other_member)[1] == (NEXT, ENDS_ON)
    keep_free_cover(reason="", by=cast.staff["organiser"], now=clock.now())
    (run,) = carry_out()
    assert run.state == "done"
    assert periods(cast.member)[1] == (NEXT, date(2027, 2, 1))
    assert periods(cast.other_member)[1] == (NEXT, date(2027, 4, 1))


def test_an_end_taken_back_and_scheduled_anew_before_the_round_came_ends_on_the_new_day(cast: Cast) -> None:
    schedule(cast)
    carry_out()
    keep_free_cover(reason="", by=cast.staff["organiser"], now=clock.now())
    schedule(cast, date(2027, 4, 1))
    carry_out()
    assert periods(cast.member) == [(THIS, None), (NEXT, date(2027, 4, 1))]
    assert carry_out() == []


def test_paid_cover_is_left_alone(cast: Cast) -> None:
    year = Programme.objects.get().scheme_years.latest("start_on")
    Certificate.objects.create(
        number="C2026-999999-0", member=cast.member, scheme_year=year, section="paid", starts_on=date(2027, 1, 1),
        verification_code="P", issued_at=clock.now(),
    )  # fmt: skip
    schedule(cast)
    carry_out()
    assert Certificate.objects.get(section="paid").cancelled_on is None


@pytest.mark.parametrize("role", ["insurer", "agency", "operator", None])
def test_nobody_but_the_organiser_may_end_or_keep_it(cast: Cast, role: str | None) -> None:
    person: User = cast.owner if role is None else cast.staff[role]
    with pytest.raises(EndRefused):
        schedule_free_cover_end(ends_on=ENDS_ON, reason="", by=person, now=clock.now())
    schedule(cast)
    with pytest.raises(EndRefused):
        keep_free_cover(reason="", by=person, now=clock.now())
    assert free_cover_ends_on() == ENDS_ON


def test_cover_that_was_promised_until_today_is_not_taken_away(cast: Cast) -> None:
    for day in (date(2026, 11, 23), date(2026, 11, 24)):
        with pytest.raises(EndRefused):
            schedule(cast, day)


def test_it_can_be_taken_back_until_the_day_and_not_on_it(cast: Cast) -> None:
    schedule(cast, date(2026, 11, 25))
    with pytest.raises(EndRefused):
        keep_free_cover(reason="", by=cast.staff["organiser"], now=clock.later(days=1))
    keep_free_cover(reason="", by=cast.staff["organiser"], now=clock.now())


def test_two_ends_are_not_scheduled_at_once(cast: Cast) -> None:
    assert schedule(cast) == schedule(cast)
    with pytest.raises(EndRefused):
        schedule(cast, date(2027, 3, 1))


def test_the_number_of_queries_does_not_grow_with_the_members(cast: Cast) -> None:
    counts = []
    for more in (14, 80):  # with the two of the cast enough for each lane to have some
        for place in range(more):
            member = enter_member(f"4{more:02d}{place:05d}", "basic", "見本", email=f"m{more}-{place}@sample.example")
            follow_member(member_id=member.pk, reason="test", now=clock.now())
        schedule(cast)
        with CaptureQueriesContext(connection) as queries:
            (run,) = carry_out()
        assert run.lanes.count() == 8
        counts.append(len(queries))
        keep_free_cover(reason="", by=cast.staff["organiser"], now=clock.now())
        carry_out()
    assert counts[0] <= counts[1] <= counts[0] + 8  # the end that was taken back is looked at again
