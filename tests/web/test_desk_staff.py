"""/desk/staff/: a supervisor and the people of their own organisation."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.apps.people.models import SolicitorRegistration, StaffInvitation, StaffPosition
from sonae.apps.people.second_factors import second_factors_of
from sonae.apps.people.staff import leaders_of, positions_of, registration_of
from sonae.apps.people.use_cases import manage_staff
from sonae.apps.people.use_cases.manage_staff import MayNotManage, close_desk, take_position
from sonae.domain.staff_rights import Party, Position, Registration, Standing, positions_in
from tests import cast, clock
from tests.web.door import browser_of, give_app, newest_mail, sign_in, signed_in

pytestmark = pytest.mark.django_db
STAFF, INVITE = "/desk/staff/", "/desk/staff/invite/"
TODAY = clock.MORNING.date()


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def head(people: cast.Cast) -> User:
    return cast.enter_staff("operator", Position.SUPERVISOR)


@pytest.fixture
def browser(head: User) -> Client:
    return browser_of(head)


@pytest.fixture
def clerk(people: cast.Cast) -> User:
    return people.staff["operator"]


def act(browser: Client, user: User, action: str, **more: str) -> Any:
    return browser.post(f"{STAFF}{user.pk}/", {"action": action, **more})


def said_of(answer: Any) -> str:
    return str(answer.content.decode())


def acts() -> list[str]:
    return list(AuditEntry.objects.filter(action__startswith="staff.").order_by("id").values_list("action", flat=True))


# --- who is there


def test_the_list_shows_the_own_people_with_positions_registration_and_second_step(
    browser: Client, people: cast.Cast, clerk: User
) -> None:
    solicitor = cast.enter_staff("operator", Position.SOLICITOR, Position.CLERK)
    give_app(clerk)
    page = said_of(browser.get(STAFF))
    for words in (
        clerk.email,
        solicitor.email,
        "登録募集人",
        "R-0001",
        "2030年3月31日",
        "責任者",
        "設定済み",
        "未設定",
    ):
        assert words in page
    for role in ("organiser", "insurer", "agency"):
        assert people.staff[role].email not in page


@pytest.mark.parametrize(
    ("last_day", "standing", "to_renew"),
    [
        (TODAY + timedelta(days=61), "有効", False),
        (TODAY + timedelta(days=60), "まもなく満了", True),
        (TODAY, "まもなく満了", True),
        (TODAY - timedelta(days=1), "満了", True),
    ],
)
def test_a_registration_is_shown_sixty_days_before_its_end_and_when_it_is_over(
    browser: Client, last_day: date, standing: str, to_renew: bool
) -> None:
    solicitor = cast.enter_staff("operator", Position.SOLICITOR)
    SolicitorRegistration.objects.update(last_day=last_day)
    page = said_of(browser.get(STAFF))
    assert f">{standing}<" in page
    assert ("登録の更新が要ります" in page) == to_renew
    assert ("登録の更新が要ります" in page) == (f'"/desk/staff/{solicitor.pk}/">' in page.partition("<table")[0])


def test_the_days_of_a_registration() -> None:
    registration = Registration("R-1", date(2027, 3, 31))
    days = (date(2027, 1, 29), date(2027, 1, 30), date(2027, 3, 31), date(2027, 4, 1))
    assert [registration.standing_on(day) for day in days] == [
        Standing.HOLDS, Standing.ENDS_SOON, Standing.ENDS_SOON, Standing.OVER,
    ]  # fmt: skip


def test_a_solicitor_without_a_registration_is_shown_as_one(browser: Client) -> None:
    cast.enter_staff("operator", Position.SOLICITOR)
    SolicitorRegistration.objects.all().delete()
    assert "登録がありません" in said_of(browser.get(STAFF))


def test_the_people_of_another_organisation_are_not_there(browser: Client, people: cast.Cast) -> None:
    for other in (people.staff["insurer"], people.owner, people.visitor):
        for page in ("", "close/", "reset/"):
            assert browser.get(f"{STAFF}{other.pk}/{page}").status_code == 404
            for form in ({"action": "give", "position": "auditor"}, {"reason": "because"}, {"action": "reopen"}):
                assert browser.post(f"{STAFF}{other.pk}/{page}", form).status_code == 404
    assert acts() == []
    refused = AuditEntry.objects.filter(action="access.refused", object_kind="staff")
    assert refused.count() == 3 * 3 * 4


def test_a_clerk_finds_no_staff_and_an_auditor_only_looks(people: cast.Cast, clerk: User, head: User) -> None:
    assert browser_of(clerk).get(STAFF).status_code == 404
    auditor = browser_of(cast.enter_staff("operator", Position.AUDITOR))
    assert auditor.get(STAFF).status_code == 200
    page = said_of(auditor.get(f"{STAFF}{clerk.pk}/"))
    assert "<form" not in page.partition("<main")[2]
    for answer in (act(auditor, clerk, "give", position="auditor"), auditor.get(INVITE),
                   auditor.post(f"{STAFF}{clerk.pk}/close/", {"reason": "x"})):  # fmt: skip
        assert answer.status_code == 404
    assert acts() == []


# --- positions and registration


def test_positions_are_given_and_ended_and_written_down(browser: Client, head: User, clerk: User) -> None:
    for action, position in (("give", "solicitor"), ("give", "supervisor"), ("take", "solicitor")):
        assert act(browser, clerk, action, position=position).headers["Location"] == f"{STAFF}{clerk.pk}/"
    assert positions_of(clerk) == {Position.SUPERVISOR}
    entries = AuditEntry.objects.filter(action__startswith="staff.position").order_by("id")
    assert [(one.action, one.actor, one.object_id, one.detail) for one in entries] == [
        ("staff.position_granted", f"user:{head.pk}", str(clerk.pk), {"position": "solicitor"}),
        ("staff.position_granted", f"user:{head.pk}", str(clerk.pk), {"position": "supervisor"}),
        ("staff.position_ended", f"user:{head.pk}", str(clerk.pk), {"position": "solicitor"}),
    ]


def test_a_position_that_the_organisation_has_not_is_not_given(browser: Client, clerk: User) -> None:
    for party in Party:
        assert Position.AUDITOR in positions_in(party)
    assert Position.ACTUARY not in positions_in(Party.AGENCY)
    agency = cast.enter_staff("agency", Position.SUPERVISOR)
    other = cast.enter_staff("agency", Position.CLERK)
    act(browser_of(agency), other, "give", position="actuary")
    act(browser, clerk, "give", position="king")
    assert acts() == []


def test_a_renewed_registration_counts_from_now_on_and_the_old_one_is_kept(browser: Client, head: User) -> None:
    solicitor = cast.enter_staff("operator", Position.SOLICITOR)
    given = {"number": " R-0002 ", "last_day": "2031-03-31"}
    assert act(browser, solicitor, "register", **given).status_code == 302
    assert registration_of(solicitor) == Registration("R-0002", date(2031, 3, 31))
    old = SolicitorRegistration.objects.get(number="R-0001")
    assert (old.ended_at, old.ended_by) == (clock.now(), f"user:{head.pk}")


@pytest.mark.parametrize(
    "given",
    [
        {"number": "", "last_day": "2031-03-31"}, {"number": "R-2", "last_day": ""}, {"number": "R-2", "last_day": "2026-11-23"},
        {"number": "x" * 21, "last_day": "2031-03-31"}, {"number": "R-2", "last_day": "soon"},
    ],
)  # fmt: skip
def test_what_is_no_registration_is_asked_for_again(browser: Client, given: dict[str, str]) -> None:
    solicitor = cast.enter_staff("operator", Position.SOLICITOR)
    assert act(browser, solicitor, "register", **given).status_code == 422
    assert SolicitorRegistration.objects.count() == 1


def test_nobody_changes_their_own(browser: Client, head: User) -> None:
    give_app(head)
    for answer in (
        act(browser, head, "give", position="solicitor"), act(browser, head, "take", position="supervisor"),
        act(browser, head, "register", number="R-9", last_day="2031-03-31"), act(browser, head, "reopen"),
        browser.post(f"{STAFF}{head.pk}/close/", {"reason": "x"}), browser.post(f"{STAFF}{head.pk}/reset/", {"reason": "x"}),
    ):  # fmt: skip
        assert "別の責任者に頼んでください" in said_of(browser.get(answer.headers["Location"]))
    assert (acts(), positions_of(head)) == ([], {Position.SUPERVISOR})
    assert second_factors_of(head).is_set_up
    assert "<form" not in said_of(browser.get(f"{STAFF}{head.pk}/")).partition("<main")[2]


def test_two_who_would_remove_each_other_leave_one(head: User) -> None:
    """Whoever comes second is no supervisor any more, so one always stays."""
    other = cast.enter_staff("operator", Position.SUPERVISOR, email="other@operator.example")
    take_position(by=head, user_id=other.pk, position=Position.SUPERVISOR, now=clock.now())
    with pytest.raises(MayNotManage):
        take_position(by=other, user_id=head.pk, position=Position.SUPERVISOR, now=clock.now())
    with pytest.raises(MayNotManage):
        close_desk(by=other, user_id=head.pk, reason="x", language="ja", now=clock.now())
    assert head.organisation
    assert leaders_of(head.organisation) == {head.pk}


def test_without_looking_again_both_would_be_gone(head: User, monkeypatch: pytest.MonkeyPatch) -> None:
    other = cast.enter_staff("operator", Position.SUPERVISOR, email="other@operator.example")
    monkeypatch.setattr(manage_staff, "staff_rights", lambda user, on: frozenset(manage_staff.Right))
    for by, of in ((head, other), (other, head)):
        take_position(by=by, user_id=of.pk, position=Position.SUPERVISOR, now=clock.now())
    assert head.organisation
    assert leaders_of(head.organisation) == set()


# --- closing the desk, and the second factor


def test_a_desk_is_closed_after_being_asked_twice_and_opened_again(browser: Client, clerk: User) -> None:
    theirs = signed_in(clerk)
    page = f"{STAFF}{clerk.pk}/close/"
    assert "すべてすぐに終わります" in said_of(browser.get(page))
    assert browser.post(page, {"reason": " "}).status_code == 422
    assert theirs.get("/desk/").status_code == 200
    assert browser.post(page, {"reason": "退職"}).status_code == 302
    assert theirs.get("/desk/").status_code == 302
    assert newest_mail(clerk.email).subject == "業務画面の利用が止められました"
    assert "利用停止" in said_of(browser.get(STAFF))
    again = Client()
    sign_in(again, clerk.email)
    assert [again.get(where).status_code for where in ("/desk/", "/sign-in/second/", "/sign-in/second/set-up/")] == [
        404
    ] * 3
    act(browser, clerk, "reopen")
    assert signed_in(clerk).get("/desk/").status_code == 200
    assert acts() == ["staff.desk_closed", "staff.desk_reopened"]
    assert AuditEntry.objects.get(action="staff.desk_closed").detail == {"reason": "退職"}


def test_what_somebody_holds_as_a_members_person_stays(browser: Client, people: cast.Cast, clerk: User) -> None:
    cast.let_act(clerk, people.member, "reader")
    browser.post(f"{STAFF}{clerk.pk}/close/", {"reason": "退職"})
    theirs = Client()
    sign_in(theirs, clerk.email)
    assert theirs.get("/portal/").status_code == 200


def test_somebody_with_a_closed_desk_and_no_member_is_told_so_and_not_led_in_circles(
    browser: Client, clerk: User
) -> None:
    browser.post(f"{STAFF}{clerk.pk}/close/", {"reason": "退職"})
    theirs = Client()
    sign_in(theirs, clerk.email)
    assert theirs.get("/portal/").status_code == 200


def test_a_lost_second_factor_is_reset_by_a_supervisor_and_set_up_anew(
    browser: Client, head: User, clerk: User
) -> None:
    give_app(clerk)
    page = f"{STAFF}{clerk.pk}/reset/"
    assert browser.post(page, {"reason": "電話機をなくした"}).status_code == 302
    assert not second_factors_of(clerk).is_set_up
    mail = newest_mail(clerk.email)
    assert head.email in mail.body
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert (entry.actor, entry.object_id, entry.detail) == (
        f"user:{head.pk}", str(clerk.pk), {"reason": "電話機をなくした"},
    )  # fmt: skip
    theirs = Client()
    sign_in(theirs, clerk.email)
    assert theirs.get("/desk/", follow=True).redirect_chain[-1][0].startswith("/sign-in/second/set-up/")


# --- inviting


def link_in(recipient: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/invitations/staff/\S+)", newest_mail(recipient).body)
    assert found
    return found[1]


def invited(browser: Client, email: str = "shinjin@soudan.example", *positions: str) -> str:
    answer = browser.post(INVITE, {"email": email, "positions": list(positions) or ["clerk"]})
    assert answer.headers["Location"] == STAFF
    return link_in(email)


def take(email: str, link: str) -> tuple[Client, Any]:
    theirs = Client()
    sign_in(theirs, email)
    return theirs, theirs.post(link)


def test_whoever_is_invited_signs_in_accepts_signs_in_again_and_sets_the_second_step_up(browser: Client) -> None:
    link = invited(browser, "shinjin@soudan.example", "clerk", "claims_handler")
    visitor = Client().get(link)
    assert "保険金担当" in said_of(visitor)
    theirs, answer = take("shinjin@soudan.example", link)
    assert answer.headers["Location"] == "/sign-in/"
    assert theirs.get("/portal/").status_code == 302
    user = User.objects.get(email="shinjin@soudan.example")
    assert (user.organisation and user.organisation.code, positions_of(user)) == (
        "operator", {Position.CLERK, Position.CLAIMS_HANDLER},
    )  # fmt: skip
    sign_in(theirs, user.email)
    assert theirs.get("/desk/", follow=True).redirect_chain[-1][0].startswith("/sign-in/second/set-up/")
    assert [theirs.get(link).status_code, theirs.post(link).status_code] == [404, 404]


def test_a_link_is_worth_nothing_to_anybody_else(browser: Client, people: cast.Cast) -> None:
    link = invited(browser)
    for other in (people.owner, people.staff["insurer"]):
        assert signed_in(other).post(link).status_code == 403
    assert Client().post(link).status_code == 403
    assert StaffInvitation.objects.get().taken_at is None


def test_who_is_of_the_staff_elsewhere_is_invited_like_everybody_and_stays_where_they_are(
    browser: Client, people: cast.Cast
) -> None:
    """Whoever invites learns nothing from it, and takes nobody away."""
    insurer = people.staff["insurer"]
    link = invited(browser, insurer.email)
    theirs = signed_in(insurer)
    assert theirs.post(link).headers["Location"] == link
    assert "すでに業務画面をお使いです" in said_of(theirs.get(link))
    insurer.refresh_from_db()
    assert insurer.organisation
    assert insurer.organisation.code == "insurer"


def test_a_members_person_who_becomes_staff_keeps_the_member_and_nothing_that_was_proved_before(
    browser: Client, people: cast.Cast
) -> None:
    """A passkey that was added on the strength of an e-mail alone would else open the desk."""
    from tests.web.soft_passkey import SoftPasskey, add_passkey, sign_in_with

    passkey, elsewhere = SoftPasskey(people.owner), signed_in(people.owner)
    add_passkey(elsewhere, passkey)
    take(people.owner.email, invited(browser, people.owner.email))
    assert elsewhere.get("/portal/").status_code == 302
    thief = Client()
    assert sign_in_with(thief, passkey).headers["Location"] == "/sign-in/"
    theirs = Client()
    sign_in(theirs, people.owner.email)
    assert theirs.get("/portal/").status_code == 200
    assert theirs.get("/desk/").headers["Location"].startswith("/sign-in/second/")


def test_an_invitation_runs_out_is_taken_back_and_is_worth_as_much_as_its_sender(
    browser: Client, head: User, people: cast.Cast
) -> None:
    link = invited(browser)
    with clock.at(clock.later(days=7)):
        assert Client().get(link).status_code == 404
    browser.post(STAFF, {"action": "send_again", "one": StaffInvitation.objects.get().pk})
    second = link_in("shinjin@soudan.example")
    assert [Client().get(one).status_code for one in (link, second)] == [404, 200]
    StaffPosition.objects.filter(user=head).update(ended_at=clock.now())
    assert take("shinjin@soudan.example", second)[1].status_code == 404
    StaffPosition.objects.filter(user=head).update(ended_at=None)
    browser.post(STAFF, {"action": "revoke", "one": StaffInvitation.objects.latest("id").pk})
    assert Client().get(second).status_code == 404
    assert acts() == ["staff.invited", "staff.invited", "staff.invitation_revoked"]


def test_the_invitation_of_another_organisation_is_not_there(browser: Client, people: cast.Cast) -> None:
    invited(browser)
    other = browser_of(cast.enter_staff("insurer", Position.SUPERVISOR))
    for action in ("revoke", "send_again"):
        assert other.post(STAFF, {"action": action, "one": StaffInvitation.objects.get().pk}).status_code == 404
    assert StaffInvitation.objects.get().revoked_at is None


@pytest.mark.parametrize(
    "form",
    [
        {"email": "", "positions": ["clerk"]}, {"email": "x", "positions": ["clerk"]}, {"email": "a@b.example", "positions": []},
        {"email": "a@b.example", "positions": ["king"]}, {"email": "a@b.example", "positions": ["clerk", "king"]},
    ],
)  # fmt: skip
def test_what_is_no_invitation_is_asked_for_again(browser: Client, form: dict[str, Any]) -> None:
    assert browser.post(INVITE, form).status_code == 422
    assert not StaffInvitation.objects.exists()


def test_who_is_there_already_is_not_invited(browser: Client, clerk: User) -> None:
    assert "すでに職員です" in said_of(browser.post(INVITE, {"email": clerk.email.upper(), "positions": ["clerk"]}))


def test_ten_invitations_an_hour_are_sent(browser: Client) -> None:
    statuses = [
        browser.post(INVITE, {"email": f"p{number}@soudan.example", "positions": ["clerk"]}).status_code
        for number in range(11)
    ]
    assert statuses == [302] * 10 + [429]
