"""Staff who sign in without naming a page come to the desk, and those who also act for a member find the way to both."""

from __future__ import annotations

import pytest

from sonae.apps.parties.models import MemberAccess
from sonae.apps.programmes.models import Programme
from tests import cast
from tests.web.door import signed_in

pytestmark = pytest.mark.django_db
each_role = pytest.mark.parametrize("role", cast.STAFF)


@pytest.fixture
def people(programme: Programme) -> cast.Cast:
    return cast.call_in()


@each_role
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_staff_without_a_member_come_to_the_desk(people: cast.Cast, role: str, prefix: str) -> None:
    browser = signed_in(people.staff[role])
    answer = browser.get(f"{prefix}/portal/", follow=True)
    assert answer.redirect_chain == [(f"{prefix}/desk/", 302)]
    assert answer.status_code == 200
    assert f'href="{prefix}/portal/"' not in answer.content.decode()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_staff_who_act_for_a_member_are_offered_both(people: cast.Cast, prefix: str) -> None:
    operator = people.staff["operator"]
    cast.let_act(operator, people.member, MemberAccess.Role.READER)
    browser = signed_in(operator)
    portal, desk = (browser.get(f"{prefix}/{place}/") for place in ("portal", "desk"))
    assert (portal.status_code, desk.status_code) == (200, 200)
    assert f'<a href="{prefix}/desk/">' in portal.content.decode()
    assert f'<a href="{prefix}/portal/">' in desk.content.decode()


def test_nobody_else_is_sent_to_the_desk_or_shown_the_way(people: cast.Cast) -> None:
    for user in (people.owner, people.reader, people.visitor):
        page = signed_in(user).get("/portal/")
        assert page.status_code == 200
        assert 'href="/desk/"' not in page.content.decode()
