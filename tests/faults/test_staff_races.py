"""At one moment: one code in many browsers, one recovery code, two supervisors who remove each other, two who set up an app."""

from __future__ import annotations

import secrets
from functools import partial

import pytest
from allauth.mfa.models import Authenticator

from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.one_time_codes import code_of, draw_key, step_at
from sonae.apps.people.second_factors import keep_key, keep_recovery_codes
from sonae.apps.people.staff import leaders_of
from sonae.apps.people.use_cases import give_second_factor
from sonae.apps.people.use_cases.give_second_factor import Given, WrongCode
from sonae.apps.people.use_cases.manage_staff import MayNotManage, close_desk
from sonae.apps.people.use_cases.place_staff import grant_position
from sonae.apps.people.use_cases.set_up_second_factor import SetUpAlready, set_up_second_factor
from sonae.domain.staff_rights import Position
from tests import clock
from tests.faults.world import all_at_once

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
AT_ONCE = 4  # as many tries as the limit lets through, less one


@pytest.fixture
def organisation(committed: str) -> Organisation:
    code = f"operator-{secrets.token_hex(4)}"
    return Organisation.objects.create(code=code, role="operator", name_ja=code, name_en=code)


def enter(organisation: Organisation, *positions: Position) -> User:
    email = f"{secrets.token_hex(6)}@staff.example"
    user = User.objects.create_user(email, date_joined=clock.now(), organisation=organisation)
    for position in positions:
        grant_position(user_id=user.pk, position=position, actor="test", now=clock.now())
    return user


def give(user: User, code: str) -> list[object]:
    """What many who type the same at once are told."""
    one = partial(give_second_factor.give_second_factor, user=user, typed=code, language="ja", now=clock.now())
    return all_at_once([one] * AT_ONCE)


def test_one_code_opens_one_browser_however_many_send_it_at_once(organisation: Organisation) -> None:
    user, key = enter(organisation), draw_key()
    keep_key(user=user, key=key, last_step=0, now=clock.now())
    told = give(user, code_of(key, step_at(clock.now())))
    assert [one for one in told if one == Given.APP] == [Given.APP]
    assert [type(one) for one in told if one != Given.APP] == [WrongCode] * (AT_ONCE - 1)


def test_so_does_a_recovery_code(organisation: Organisation) -> None:
    user = enter(organisation)
    code = keep_recovery_codes(user=user, now=clock.now())[0]
    assert [one for one in give(user, code) if one == Given.RECOVERY_CODE] == [Given.RECOVERY_CODE]
    assert len(Authenticator.objects.get(user=user).data["digests"]) == 9


def test_of_two_who_set_up_an_app_at_once_one_has_done_it(organisation: Organisation) -> None:
    user = enter(organisation)
    acts = []
    for key in (draw_key(), draw_key()):
        typed = code_of(key, step_at(clock.now()))
        acts.append(
            partial(
                set_up_second_factor, user=user, key=key, typed=typed, may_replace=False, language="ja", now=clock.now()
            )
        )
    told = all_at_once(acts)
    assert sorted(type(one).__name__ for one in told) == [SetUpAlready.__name__, "list"]
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1


def test_two_supervisors_who_remove_each_other_at_once_leave_one(organisation: Organisation) -> None:
    pair = [enter(organisation, Position.SUPERVISOR) for _ in range(2)]
    told = all_at_once(
        [
            partial(close_desk, by=by, user_id=other.pk, reason="because", language="ja", now=clock.now())
            for by, other in (pair, pair[::-1])
        ]
    )
    assert sorted(str(one) if one is True else type(one).__name__ for one in told) == [MayNotManage.__name__, "True"]
    assert len(leaders_of(organisation)) == 1
