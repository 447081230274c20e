"""Who acts for a member: invited by e-mail, taken by the invited address alone, in roles that hold, never without an owner."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import MemberAccess
from sonae.apps.people.models import Invitation
from sonae.apps.people.use_cases import invite_person, take_invitation
from tests import cast, clock
from tests.web.door import browser_of, newest_mail, sign_in, signed_in

pytestmark = pytest.mark.django_db
NEW = "nitta@sample.example"
Role = MemberAccess.Role


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def act(browser: Client, people: cast.Cast, action: str, **more: object) -> Any:
    return browser.post("/portal/people/", {"member": people.member.number, "action": action, **more})


def invite(browser: Client, people: cast.Cast, email: str = NEW, role: str = "reader") -> Any:
    return act(browser, people, "invite", email=email, role=role)


def link_in_mail(recipient: str = NEW) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", newest_mail(recipient).body)
    assert found
    return found[1]


def roles(people: cast.Cast) -> dict[str, str]:
    return dict(MemberAccess.objects.filter(member=people.member).values_list("user__email", "role"))


BEFORE = {cast.AOKI: "owner", cast.IMAI: "administrator", cast.EGAWA: "reader"}


@pytest.mark.parametrize("inviter", ["owner", "colleague"])
def test_the_invited_person_signs_in_accepts_and_has_the_role(people: cast.Cast, inviter: str) -> None:
    assert invite(browser_of(getattr(people, inviter)), people).status_code == 302
    link, guest = link_in_mail(), Client()
    page = guest.get(link).content.decode()
    assert "青木工務店" in page
    assert f"/sign-in/?next={link}" in page
    assert roles(people) == BEFORE
    sign_in(guest, NEW)
    assert guest.post(link).headers["Location"] == "/portal/"
    assert roles(people) == {**BEFORE, NEW: "reader"}
    assert AuditEntry.objects.filter(action="person.joined", object_id=people.member.number).count() == 1
    assert guest.get(link).status_code == guest.post(link).status_code == 404  # it serves once


def test_another_address_can_see_the_invitation_and_not_take_it(people: cast.Cast) -> None:
    invite(browser_of(people.owner), people)
    for user in (people.visitor, people.stranger, people.staff["organiser"]):
        thief = browser_of(user)
        assert thief.get(link_in_mail()).status_code == 200
        assert thief.post(link_in_mail()).status_code == 403
    assert Client().post(link_in_mail()).status_code == 403
    assert roles(people) == BEFORE


def test_it_is_the_address_alone_that_keeps_another_person_out(people: cast.Cast) -> None:
    """With the address made to fit, the same person with the same link is in."""
    invite(browser_of(people.owner), people)
    assert browser_of(people.visitor).post(link_in_mail()).status_code == 403
    Invitation.objects.update(email=people.visitor.email)
    assert browser_of(people.visitor).post(link_in_mail()).status_code == 302
    assert roles(people)[people.visitor.email] == "reader"


def test_the_use_case_compares_the_address_too(people: cast.Cast) -> None:
    invite(browser_of(people.owner), people)
    token = link_in_mail().split("/")[2]
    with pytest.raises(take_invitation.ForAnotherAddress):
        take_invitation.take_invitation(token=token, user=people.visitor, now=clock.now())
    assert roles(people) == BEFORE


def test_an_invitation_lives_seven_days(people: cast.Cast) -> None:
    invite(browser_of(people.owner), people)
    guest = browser_of(cast.enter_person(NEW))
    with clock.at(clock.later(days=7)):
        assert guest.post(link_in_mail()).status_code == 404
    with clock.at(clock.later(days=6, hours=23)):
        assert guest.post(link_in_mail()).status_code == 302


def test_an_invitation_that_was_taken_back_or_sent_again_is_worth_nothing(people: cast.Cast) -> None:
    owner, guest = browser_of(people.owner), browser_of(cast.enter_person(NEW))
    invite(owner, people)
    first = link_in_mail()
    act(owner, people, "send_again", one=Invitation.objects.latest("id").pk)
    second = link_in_mail()
    assert first != second
    assert guest.post(first).status_code == 404
    act(owner, people, "revoke", one=Invitation.objects.latest("id").pk)
    assert guest.post(second).status_code == 404
    assert roles(people) == BEFORE


def test_an_invitation_is_worth_no_more_than_the_one_who_sent_it(people: cast.Cast) -> None:
    invite(browser_of(people.colleague), people)
    MemberAccess.objects.filter(user=people.colleague).delete()
    assert browser_of(cast.enter_person(NEW)).post(link_in_mail()).status_code == 404
    assert NEW not in roles(people)


def test_invitations_are_limited_and_without_the_limit_would_not_be(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, most = browser_of(people.owner), invite_person.INVITATIONS_AN_HOUR
    sent = Counter(invite(owner, people, f"p{number}@sample.example").status_code for number in range(most + 3))
    assert sent == {302: most, 429: 3}
    assert OutboxMessage.objects.count() == most
    monkeypatch.setattr(invite_person, "allow", lambda **_: True)
    assert invite(owner, people, "more@sample.example").status_code == 302


@pytest.mark.parametrize("role", ["owner", "colleague", "", "staff"])
def test_no_other_role_can_be_given(people: cast.Cast, role: str) -> None:
    assert invite(browser_of(people.owner), people, role=role).status_code == 422
    act(browser_of(people.owner), people, "role", one=people.reader.pk, role=role)
    assert roles(people) == BEFORE
    assert not Invitation.objects.exists()


NOT_FOR_READERS: list[tuple[str, dict[str, object]]] = [
    ("invite", {"email": NEW, "role": "reader"}), ("invite", {"email": "", "role": ""}), ("role", {"role": "administrator"}),
    ("remove", {}), ("hand_over", {}), ("revoke", {}), ("send_again", {}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "more"), NOT_FOR_READERS, ids=str)
@pytest.mark.parametrize("who", ["reader", "colleague", "stranger", "visitor", "organiser"])
def test_what_a_role_does_not_allow_changes_nothing(
    people: cast.Cast, who: str, action: str, more: dict[str, object]
) -> None:
    invite(browser_of(people.owner), people, "first@sample.example")
    waiting = Invitation.objects.get()
    user = people.staff.get(who) or getattr(people, who)
    one = waiting.pk if action in {"revoke", "send_again"} else people.colleague.pk
    browser = signed_in(user) if action == "hand_over" else browser_of(user)
    if who == "colleague":
        if action not in {"role", "remove", "hand_over"}:
            return  # an administrator invites
        one = people.reader.pk
    answer = act(browser, people, action, one=one, **more)
    assert answer.status_code == (403 if who in {"reader", "colleague"} else 404)
    assert roles(people) == BEFORE
    assert list(Invitation.objects.values_list("pk", "revoked_at")) == [(waiting.pk, None)]


def test_the_owner_changes_a_role_and_removes_a_person_at_once(people: cast.Cast) -> None:
    owner, colleague = browser_of(people.owner), browser_of(people.colleague)
    assert colleague.post("/apply/", {"member": people.member.number}).status_code == 302
    act(owner, people, "role", one=people.colleague.pk, role="reader")
    assert colleague.post("/apply/", {"member": people.member.number}).status_code == 403
    assert "閲覧" in newest_mail(cast.IMAI).body
    act(owner, people, "remove", one=people.colleague.pk)
    assert colleague.post("/apply/", {"member": people.member.number}).status_code == 404
    assert "青木工務店" not in colleague.get("/portal/people/").content.decode()


def test_anybody_but_the_owner_may_leave(people: cast.Cast) -> None:
    act(browser_of(people.reader), people, "remove", one=people.reader.pk)
    assert cast.EGAWA not in roles(people)
    act(browser_of(people.owner), people, "remove", one=people.owner.pk)
    act(browser_of(people.owner), people, "role", one=people.owner.pk, role="reader")
    assert roles(people)[cast.AOKI] == "owner"


def test_handing_over_needs_a_fresh_sign_in_makes_one_owner_and_tells_both(people: cast.Cast) -> None:
    stale = browser_of(people.owner)
    answer = act(stale, people, "hand_over", one=people.reader.pk)
    assert answer.headers["Location"] == "/sign-in/again/?next=%2Fportal%2Fpeople%2F"
    assert roles(people) == BEFORE
    assert act(signed_in(people.owner), people, "hand_over", one=people.reader.pk).status_code == 302
    assert roles(people) == {cast.AOKI: "administrator", cast.IMAI: "administrator", cast.EGAWA: "owner"}
    for address in (cast.AOKI, cast.EGAWA):
        assert cast.EGAWA in newest_mail(address).body


def test_a_person_of_another_member_can_not_be_reached_through_ones_own(people: cast.Cast) -> None:
    """The number in the form is looked for among the member's own people and invitations."""
    invite(browser_of(people.stranger), people)  # refused: not theirs
    theirs = browser_of(people.stranger)
    theirs.post("/portal/people/", {"member": "20000031", "action": "invite", "email": NEW, "role": "reader"})
    waiting = Invitation.objects.get()
    owner = browser_of(people.owner)
    for action, one in (("remove", people.stranger.pk), ("role", people.stranger.pk), ("revoke", waiting.pk),
                        ("send_again", waiting.pk), ("remove", "9" * 30), ("remove", "-1"), ("remove", "١")):  # fmt: skip
        assert act(owner, people, action, one=one, role="reader").status_code == 404
    assert Invitation.objects.get().revoked_at is None
    assert MemberAccess.objects.filter(member=people.other_member).count() == 1


def test_the_page_shows_each_person_what_their_role_can_do(people: cast.Cast) -> None:
    seen = {}
    for who in ("owner", "colleague", "reader"):
        page = browser_of(getattr(people, who)).get("/portal/people/").content.decode()
        seen[who] = {
            word for word in ("招待のメールを送る", "担当から外す", "代表者を交代する", "担当を降りる") if word in page
        }
    assert seen == {
        "owner": {"招待のメールを送る", "担当から外す", "代表者を交代する"},
        "colleague": {"招待のメールを送る", "担当を降りる"},
        "reader": {"担当を降りる"},
    }


@pytest.mark.parametrize("email", [cast.IMAI, cast.IMAI.upper()])
def test_who_acts_already_is_not_invited(people: cast.Cast, email: str) -> None:
    answer = invite(browser_of(people.owner), people, email)
    assert answer.status_code == 422
    assert "すでに担当になっています" in answer.content.decode()


def test_known_and_unknown_addresses_are_invited_alike(people: cast.Cast) -> None:
    owner = browser_of(people.owner)
    answers = [invite(owner, people, email) for email in (NEW, people.visitor.email)]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, "/portal/people/")] * 2
    bodies = {re.sub(r"/invitations/\S+", "", mail.body) for mail in OutboxMessage.objects.all()}
    assert len(bodies) == 1
