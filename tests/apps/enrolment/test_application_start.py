"""One application lives for each member and scheme year."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.close_application import NotClosable, close_application
from sonae.apps.enrolment.use_cases.start_application import MayNotApply, start_application
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.programmes.queries import ProgrammeClosed
from sonae.domain.calendar import JAPAN
from tests import cast, clock
from tests.faults.conftest import committed, fault_database, published_database

__all__ = ["committed", "fault_database", "published_database"]  # fixtures of theirs that are used here
State = Application.State


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def start(people: cast.Cast) -> Application:
    return start_application(member=people.member, user=people.owner, language="ja", now=clock.now())


def test_an_application_gets_its_number_year_and_start(people: cast.Cast) -> None:
    application = start(people)
    assert application.number.startswith("A2026-")
    assert application.start_on == date(2027, 1, 1)
    assert application.scheme_year.start_on == date(2026, 12, 1)
    assert len(application.public_id) == 32


def test_owner_and_colleague_get_the_same_application(people: cast.Cast) -> None:
    first = start(people)
    second = start_application(member=people.member, user=people.colleague, language="en", now=clock.now())
    assert first == second


def test_nobody_applies_for_a_member_of_others(people: cast.Cast) -> None:
    for user in people.everybody_else():
        with pytest.raises(MayNotApply):
            start_application(member=people.member, user=user, language="ja", now=clock.now())


def test_who_has_left_the_list_does_not_apply(people: cast.Cast) -> None:
    cast.leave_list(people.member, date(2026, 11, 24))
    with pytest.raises(MayNotApply):
        start(people)


def test_beyond_the_last_scheme_year_the_programme_is_closed(people: cast.Cast) -> None:
    with clock.at(datetime(2027, 11, 21, tzinfo=JAPAN)), pytest.raises(ProgrammeClosed):
        start(people)


def test_an_application_left_lying_over_the_year_is_closed_and_a_new_one_begun(people: cast.Cast) -> None:
    with clock.at(datetime(2026, 10, 1, 9, tzinfo=JAPAN)):
        old = start(people)
        assert old.scheme_year.start_on == date(2025, 12, 1)
    new = start(people)
    old.refresh_from_db()
    assert (old.state, old.closed_reason) == (State.CLOSED, "too_late")
    assert new != old


def test_the_database_refuses_a_second_living_application(people: cast.Cast) -> None:
    first = start(people)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(
            public_id="x", number="x", member=first.member, user=first.user, scheme_year=first.scheme_year,
            start_on=first.start_on, state=State.DRAFT, language="ja", started_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip


def test_an_application_that_is_being_paid_can_not_be_closed(people: cast.Cast) -> None:
    application = start(people)
    Application.objects.filter(pk=application.pk).update(state=State.PAYING)
    with pytest.raises(NotClosable):
        close_application(application_id=application.pk, reason="given_up", actor="user:1", now=clock.now())


@pytest.fixture
def committed_people(committed: str) -> tuple[Member, User]:
    member = cast.enter_member("77000017", "basic", "並行商店", email="race@sample.example")
    user = cast.enter_person("race@sample.example")
    cast.let_act(user, member, MemberAccess.Role.OWNER)
    return member, user


def test_many_tabs_at_once_get_one_application(committed_people: tuple[Member, User]) -> None:
    member, user = committed_people
    tabs = 8
    together = Barrier(tabs)

    def open_tab(_: int) -> str:
        try:
            together.wait(10)
            application = start_application(member=member, user=user, language="ja", now=clock.now())
            return application.number
        finally:
            connection.close()

    with ThreadPoolExecutor(tabs) as pool:
        numbers = set(pool.map(open_tab, range(tabs)))
    assert len(numbers) == 1
    assert Application.objects.filter(member=member).count() == 1
