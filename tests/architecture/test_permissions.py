"""Every address of the desk, tried by every position of every organisation: who holds the right gets past the door."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.urls import get_resolver

from sonae.apps.audit.models import AuditEntry, Throttle
from sonae.domain.staff_rights import HOLDERS, SEEING, Party, Position, Registration, Right, rights_of
from tests import cast, clock
from tests.architecture.permissions_page import PAGE, needed_rights, page
from tests.architecture.test_access_matrix import MATRIX
from tests.web.door import browser_of

DESK = [(name, MATRIX[f"desk:{name}"].path, needed) for name, _, needed in needed_rights()]
EVERY_POST = list(itertools.product(Party, Position))
FOR_EVERYBODY = {"home", "work_changes", "work_item"}


def test_every_address_of_the_desk_names_its_right() -> None:
    bare = {name for name, _, needed in DESK if needed is None}
    assert bare == set()
    assert {name for name, _, needed in DESK if needed and needed.to_see == Right.SEE_DESK} == FOR_EVERYBODY


def test_only_a_right_that_acts_lets_somebody_send() -> None:
    resolve = get_resolver().resolve
    acting = {
        name for name, path, needed in DESK if needed and needed.to_act in SEEING and _takes_a_post(resolve, path)
    }
    assert acting == set()


def _takes_a_post(resolve: object, path: str) -> bool:
    browser = Client()
    return browser.post(path).status_code != 405  # before anybody is asked who they are


def test_the_page_in_the_docs_is_the_one_that_the_code_gives() -> None:
    assert PAGE.read_text() == page(), "run `make permissions`"


@pytest.mark.django_db
@pytest.mark.parametrize(("party", "position"), EVERY_POST)
def test_each_gets_past_the_doors_of_their_rights_alone(programme: object, party: Party, position: Position) -> None:
    user = cast.enter_staff(party, position)
    held = rights_of(party=party, positions=[position], registration=Registration("1", date.max), on=clock.now().date())
    browser = browser_of(user)
    for name, path, needed in DESK:
        assert needed
        for method in ("get", "post"):
            answer = getattr(browser, method)(path)
            if answer.status_code != 405:
                asked = {needed.to_see} if method == "get" else {needed.to_see, needed.to_act}
                assert _was_stopped_at_the_door(path) != (asked <= held), (name, method)
        Throttle.objects.all().delete()


def _was_stopped_at_the_door(path: str) -> bool:
    """As its own line of the log says; a thing that isn't there leaves one of another kind."""
    found = AuditEntry.objects.filter(action="access.refused", object_kind="desk")
    return found.filter(object_id=path.partition("?")[0][:80]).exists()


def every_set_of_positions() -> Iterator[tuple[Position, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(Position, size) for size in range(1, 4))


@pytest.mark.parametrize("party", Party)
def test_more_positions_never_take_a_right_away_except_the_auditors(party: Party) -> None:
    day, registration = date(2026, 11, 28), Registration("R-1", date(2027, 3, 31))
    for positions in every_set_of_positions():
        held = rights_of(party=party, positions=positions, registration=registration, on=day)
        if Position.AUDITOR in positions:
            assert held == SEEING
        else:
            single = [rights_of(party=party, positions=[one], registration=registration, on=day) for one in positions]
            assert held == frozenset().union(*single)


def test_to_solicit_takes_a_registration_that_holds_on_the_day() -> None:
    def may(registration: Registration | None, on: date) -> bool:
        held = rights_of(party=Party.OPERATOR, positions=[Position.SOLICITOR], registration=registration, on=on)
        return Right.SOLICIT in held

    registration = Registration("R-1", date(2027, 3, 31))
    assert may(registration, date(2027, 3, 31))
    assert not may(registration, date(2027, 4, 1))
    assert not may(None, date(2027, 3, 31))


def test_every_right_is_held_by_somebody_and_named() -> None:
    assert set(HOLDERS) == set(Right)
    assert all(any(held.values()) for held in HOLDERS.values())
