"""Showing that one may act for a member: number, class and a proof from the organiser's list."""

from __future__ import annotations

from datetime import date

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.use_cases import link_member as linking
from sonae.apps.parties.use_cases.enter_user import enter_user
from sonae.apps.parties.use_cases.link_member import (
    TRIES_AN_HOUR,
    MemberHasOwner,
    NoSuchMembership,
    TooManyTries,
    digits_of_telephone,
    link_member,
)
from tests import cast, clock

pytestmark = pytest.mark.django_db
LISTED = "listed@firm.example"


@pytest.fixture
def member() -> Member:
    return cast.enter_member("10000099", "total", "例示製作所", email=LISTED, telephone="03-1234-0099")


def link(user: User, number: str = "10000099", member_class: str = "total", telephone: str = "") -> Member:
    return link_member(user=user, number=number, member_class=member_class, telephone=telephone, now=clock.now())


def test_the_listed_address_is_proof_enough(member: Member) -> None:
    user = cast.enter_person(LISTED)
    assert link(user) == member
    access = MemberAccess.objects.get()
    assert (access.user, access.role, access.proof) == (user, MemberAccess.Role.OWNER, "listed_email")


@pytest.mark.parametrize("typed", ["03-1234-0099", "０３（１２３４）００９９", "+81 3 1234 0099", "0312340099"])
def test_the_listed_telephone_number_is_proof_however_it_is_written(member: Member, typed: str) -> None:
    assert link(cast.enter_person("other@firm.example"), telephone=typed) == member
    assert MemberAccess.objects.get().proof == "listed_telephone"


def test_a_full_width_number_is_read(member: Member) -> None:
    assert link(cast.enter_person(LISTED), number="１００００－０９９".replace("－", "")) == member


@pytest.mark.parametrize(
    ("email", "wrong"),
    [
        (LISTED, {"number": "10000098"}),
        (LISTED, {"member_class": "basic"}),
        ("other@firm.example", {}),
        ("other@firm.example", {"telephone": "03-1234-0098"}),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(member: Member, email: str, wrong: dict[str, str]) -> None:
    with pytest.raises(NoSuchMembership) as refusal:
        link(cast.enter_person(email), **wrong)
    assert str(refusal.value) == ""
    assert not MemberAccess.objects.exists()


def test_an_empty_telephone_number_proves_nothing() -> None:
    cast.enter_member("10000098", "total", "例示")
    with pytest.raises(NoSuchMembership):
        link(cast.enter_person("other@firm.example"), number="10000098")


def test_who_has_left_the_list_is_not_linked(member: Member) -> None:
    cast.leave_list(member, date(2026, 11, 24))
    with pytest.raises(NoSuchMembership):
        link(cast.enter_person(LISTED))


def test_a_second_person_is_told_that_there_is_an_owner(member: Member) -> None:
    link(cast.enter_person(LISTED))
    with pytest.raises(MemberHasOwner):
        link(cast.enter_person("second@firm.example"), telephone="03-1234-0099")
    assert MemberAccess.objects.count() == 1


def test_the_same_person_again_changes_nothing(member: Member) -> None:
    user = cast.enter_person(LISTED)
    assert link(user) == link(user)
    assert MemberAccess.objects.count() == 1


def test_trying_numbers_comes_to_an_end(member: Member) -> None:
    user = cast.enter_person("other@firm.example")
    for attempt in range(TRIES_AN_HOUR):
        with pytest.raises(NoSuchMembership):
            link(user, number=f"2000{attempt}")
    with pytest.raises(TooManyTries):
        link(user, number="10000099", telephone="03-1234-0099")
    with clock.at(clock.later(hours=1, minutes=1)):
        assert link(user, telephone="03-1234-0099") == member


def test_many_people_trying_one_number_come_to_an_end(member: Member) -> None:
    for attempt in range(TRIES_AN_HOUR):
        with pytest.raises(NoSuchMembership):
            link(cast.enter_person(f"person{attempt}@firm.example"))
    with pytest.raises(TooManyTries):
        link(cast.enter_person("one.more@firm.example"))


def test_without_the_limit_the_list_could_be_searched_until_a_number_fits(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "allow", lambda **_: True)
    user = cast.enter_person("other@firm.example")
    for last_digits in range(99):
        with pytest.raises(NoSuchMembership):
            link(user, telephone=f"03-1234-{last_digits:04d}")
    assert link(user, telephone="03-1234-0099") == member


def test_without_one_answer_for_all_the_list_would_tell_which_numbers_are_on_it(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is asked for no proof is told who has an owner already, and gets what has none."""
    monkeypatch.setattr(linking, "_proof", lambda membership, **_: "" if membership is None else "none asked")
    thief = cast.enter_person("other@firm.example")
    with pytest.raises(NoSuchMembership):
        link(thief, number="10000098")
    assert link(thief) == member


def test_the_log_names_no_telephone_number(member: Member) -> None:
    with pytest.raises(NoSuchMembership):
        link(cast.enter_person("other@firm.example"), telephone="03-9999-0000")
    entry = AuditEntry.objects.get(action="member.not_linked")
    assert "9999" not in f"{entry.detail}{entry.object_id}"


@pytest.mark.parametrize(
    ("typed", "digits"), [("", ""), ("+81-90-1234-5678", "09012345678"), ("＋８１（０）３ー１", "031"), ("abc", "")]
)
def test_telephone_numbers_are_compared_by_their_digits(typed: str, digits: str) -> None:
    assert digits_of_telephone(typed) == digits


def test_an_address_is_one_user_however_it_is_written() -> None:
    first = enter_user(email=" Someone@Firm.example", now=clock.now())
    assert enter_user(email="someone@firm.EXAMPLE", now=clock.now()) == first
    assert not first.has_usable_password()
