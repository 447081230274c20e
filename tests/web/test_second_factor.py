"""The staff's second step: how it is set up, given, lost and got back; and that no page of the desk opens without it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import zxingcpp
from allauth.mfa.models import Authenticator
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.apps.people.second_factors import second_factors_of
from sonae.domain.staff_rights import Position
from sonae.web.shared.square_code import square_code
from tests import cast, clock
from tests.architecture.permissions_page import needed_rights
from tests.architecture.test_access_matrix import MATRIX
from tests.web.door import app_code, browser_of, give_app, give_app_code, newest_mail, sign_in, signed_in
from tests.web.soft_passkey import SoftPasskey, add_passkey, sign_in_with

pytestmark = pytest.mark.django_db
SECOND, SET_UP, CODES = "/sign-in/second/", "/sign-in/second/set-up/", "/sign-in/second/recovery-codes/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def operator(people: cast.Cast) -> User:
    return people.staff["operator"]


def by_mail_alone(user: User) -> Client:
    """A browser in which somebody has given the code from the mail, and nothing else yet."""
    browser = Client()
    assert sign_in(browser, user.email).status_code == 302
    return browser


def key_on(browser: Client) -> str:
    return str(browser.get(SET_UP).context["key"]).replace(" ", "")


def set_up(browser: Client) -> list[str]:
    """The recovery codes of somebody who has just set up an app."""
    assert browser.post(SET_UP, {"code": app_code(key_on(browser))}).headers["Location"].startswith(CODES)
    return re.findall(r"<code>(\d{4} \d{4})</code>", browser.get(CODES).content.decode())


def is_at_the_desk(browser: Client) -> bool:
    return bool(browser.get("/desk/").status_code == 200)


def test_without_a_second_factor_the_desk_leads_to_where_one_is_set_up(operator: User) -> None:
    browser = by_mail_alone(operator)
    answer = browser.get("/desk/feeds/?page=2", follow=True)
    assert [where for where, _ in answer.redirect_chain] == [
        "/sign-in/second/?next=%2Fdesk%2Ffeeds%2F%3Fpage%3D2",
        "/sign-in/second/set-up/?next=%2Fdesk%2Ffeeds%2F%3Fpage%3D2",
    ]
    assert "二段階のログインを設定します" in answer.content.decode()


def test_the_way_from_the_key_to_the_desk(operator: User) -> None:
    browser = by_mail_alone(operator)
    codes = set_up(browser)
    assert len(set(codes)) == 10
    assert browser.post(CODES, {"action": "kept", "next": "/desk/feeds/"}).headers["Location"] == "/desk/feeds/"
    assert is_at_the_desk(browser)
    mail = newest_mail(operator.email)
    assert mail.subject == "二段階のログインが設定されました"
    actions = AuditEntry.objects.filter(actor=f"user:{operator.pk}").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["user.signed_in", "second_factor.set_up"]


def test_whoever_has_an_app_gives_its_code_and_lands_where_they_wanted(operator: User) -> None:
    key, browser = give_app(operator), by_mail_alone(operator)
    assert browser.get("/desk/feeds/").headers["Location"] == "/sign-in/second/?next=%2Fdesk%2Ffeeds%2F"
    page = browser.get("/sign-in/second/?next=%2Fdesk%2Ffeeds%2F").content.decode()
    assert 'value="/desk/feeds/"' in page
    answer = browser.post(SECOND, {"code": app_code(key), "next": "/desk/feeds/"})
    assert answer.headers["Location"] == "/desk/feeds/"
    assert is_at_the_desk(browser)


@pytest.mark.parametrize(
    "written", [" {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"]
)
@pytest.mark.parametrize("digits", ["0123456789", "０１２３４５６７８９"])
def test_a_code_is_read_as_people_write_it(operator: User, written: str, digits: str) -> None:
    key, browser = give_app(operator), by_mail_alone(operator)
    code = app_code(key).translate(str.maketrans("0123456789", digits))
    assert browser.post(SECOND, {"code": written.format(code)}).status_code == 302


def test_the_codes_of_the_step_before_and_after_fit_and_none_further_away(operator: User) -> None:
    key = give_app(operator)
    for seconds, fits in ((-60, False), (-30, True), (60, False), (30, True)):
        browser = by_mail_alone(operator)
        answer = browser.post(SECOND, {"code": app_code(key, clock.later(seconds=seconds))})
        assert (answer.status_code == 302) == fits, seconds


@pytest.mark.parametrize("name", [name for name, _, _ in needed_rights()])
def test_no_page_of_the_desk_opens_without_it(people: cast.Cast, name: str) -> None:
    """Whatever rights somebody holds, each address, looked at and sent to, leads to the second step."""
    everything = cast.enter_staff("operator", Position.SUPERVISOR, Position.SOLICITOR, Position.CLAIMS_HANDLER)
    give_app(everything)
    browser, path = by_mail_alone(everything), MATRIX[f"desk:{name}"].path
    for method in ("get", "head", "post"):
        answer = getattr(browser, method)(path)
        assert answer.status_code in {302, 405}, method
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/sign-in/second/?next=%2Fdesk%2F"), method
    assert browser.get(f"/en{path}").headers.get("Location", "/en/sign-in/second/").startswith("/en/sign-in/second/")


def test_for_members_people_there_is_no_second_step(people: cast.Cast) -> None:
    for user in (people.owner, people.visitor):
        browser = signed_in(user)
        assert browser.get("/portal/").status_code == 200
        for page in (SECOND, SET_UP, CODES):
            assert (browser.get(page).status_code, browser.post(page, {"code": "1"}).status_code) == (404, 404)
    assert not Authenticator.objects.exists()


def test_the_session_gets_a_new_id_and_the_old_one_is_dead(operator: User) -> None:
    key, browser = give_app(operator), by_mail_alone(operator)
    before = browser.cookies["sessionid"].value
    give_app_code(browser, key)
    assert browser.cookies["sessionid"].value != before
    other = Client()
    other.cookies["sessionid"] = before
    assert other.get("/portal/security/").headers["Location"].startswith("/sign-in/?")


def test_a_recovery_code_takes_the_place_of_the_app_once(operator: User) -> None:
    codes = set_up(by_mail_alone(operator))
    browser = by_mail_alone(operator)
    assert browser.post(SECOND, {"code": codes[3]}).headers["Location"] == "/desk/"
    assert newest_mail(operator.email).subject == "回復コードでログインがありました"
    again = by_mail_alone(operator)
    assert again.post(SECOND, {"code": codes[3]}).status_code == 422
    assert again.post(SECOND, {"code": codes[4].replace(" ", "")}).status_code == 302
    assert second_factors_of(operator).recovery_codes == 8


def test_recovery_codes_are_shown_until_they_are_kept_and_never_again(operator: User) -> None:
    browser = by_mail_alone(operator)
    codes = set_up(browser)
    file = browser.post(CODES, {"action": "download"})
    assert file.headers["Content-Disposition"] == 'attachment; filename="sonae-recovery-codes.txt"'
    assert [line for line in file.content.decode().splitlines() if re.fullmatch(r"\d{4} \d{4}", line)] == codes
    browser.post(CODES, {"action": "kept"})
    for answer in (browser.get(CODES), browser.post(CODES, {"action": "download"})):
        assert answer.status_code == 302
    kept = Authenticator.objects.get(user=operator, type="recovery_codes")
    assert not any(code.replace(" ", "") in str(kept.data) for code in codes)


def test_new_recovery_codes_end_the_old_ones(operator: User) -> None:
    browser = by_mail_alone(operator)
    old = set_up(browser)
    browser.post(CODES, {"action": "kept"})
    assert browser.post(CODES, {"action": "renew"}).headers["Location"].startswith(CODES)
    new = re.findall(r"<code>(\d{4} \d{4})</code>", browser.get(CODES).content.decode())
    assert len(set(old) | set(new)) == 20
    other = by_mail_alone(operator)
    assert [other.post(SECOND, {"code": code}).status_code for code in (old[0], new[0])] == [422, 302]


def test_another_app_takes_the_place_of_the_first_for_whoever_has_given_it(operator: User) -> None:
    first = give_app(operator)
    browser = by_mail_alone(operator)
    give_app_code(browser, first)
    with clock.at(clock.later(seconds=60)):
        second = key_on(browser)
        assert second != first
        assert browser.post(SET_UP, {"code": app_code(second)}).status_code == 302
    with clock.at(clock.later(seconds=120)):
        other = by_mail_alone(operator)
        assert other.post(SECOND, {"code": app_code(first)}).status_code == 422
        assert other.post(SECOND, {"code": app_code(second)}).status_code == 302


def test_a_verified_passkey_is_both_steps_at_once(operator: User) -> None:
    passkey = SoftPasskey(operator)
    browser = by_mail_alone(operator)
    assert add_passkey(browser, passkey).headers["Location"] == SECOND  # and is asked for at once
    assert not is_at_the_desk(browser)
    other = Client()
    assert sign_in_with(other, passkey).headers["Location"] == "/portal/"
    assert is_at_the_desk(other)


def test_with_a_passkey_alone_the_second_step_asks_for_it(operator: User) -> None:
    add_passkey(by_mail_alone(operator), SoftPasskey(operator))
    browser = by_mail_alone(operator)
    page = browser.get(SECOND, headers={"Host": "localhost"}).content.decode()
    assert "パスキーで確かめます" in page
    assert "data-passkey-get" in page
    assert browser.get(SET_UP).headers["Location"].startswith(SECOND)


def test_the_qr_code_holds_the_key_of_the_page(operator: User) -> None:
    """Read back by the decoder, drawn as the page draws it."""
    browser = by_mail_alone(operator)
    page, key = browser.get(SET_UP), key_on(browser)
    drawn = str(page.context["picture"])
    assert drawn in page.content.decode()
    assert read_back(drawn) == f"otpauth://totp/Sonae:operator%40staff.example?secret={key}&issuer=Sonae"


def read_back(drawn: str) -> str:
    """What a camera would see: every module of the path as nine pixels."""
    found = re.search(r'viewBox="0 0 (\d+) ', drawn)
    assert found
    size = int(found[1])
    white, black, scale = 255, 0, 3
    rows = [bytearray([white] * size * scale) for _ in range(size * scale)]
    for x, y, wide, high in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z", drawn):
        for row in range(int(y) * scale, (int(y) + int(high)) * scale):
            for column in range(int(x) * scale, (int(x) + int(wide)) * scale):
                rows[row][column] = black
    (code,) = zxingcpp.read_barcodes(memoryview(b"".join(rows)).cast("B", (size * scale, size * scale)))
    return code.text


def test_a_picture_carries_nothing_that_could_run() -> None:
    drawn = str(square_code("x", label='"><script>'))
    assert "<script" not in drawn
    assert "style" not in drawn


def test_the_demo_shows_the_codes_of_its_own_people_alone(people: cast.Cast, settings: Any) -> None:
    mine, theirs = people.staff["operator"], people.staff["insurer"]
    give_app(mine)
    Authenticator.objects.filter(user=mine).update(data=Authenticator.objects.get(user=mine).data | {"demo": True})
    give_app(theirs)
    page = Client().get("/demo/outbox/").content.decode()
    shown = re.findall(r'data-code-of="([^"]+)">(\d{6})<', page)
    assert [email for email, _ in shown] == [mine.email]
    browser = by_mail_alone(mine)
    assert browser.post(SECOND, {"code": shown[0][1]}).status_code == 302
    settings.SONAE_DEMO = False
    assert Client().get("/demo/outbox/").status_code == 404


def test_the_demo_shows_the_next_code_once_one_was_used_and_then_says_when_to_come_back(people: cast.Cast) -> None:
    mine = people.staff["operator"]
    give_app(mine)
    Authenticator.objects.filter(user=mine).update(data=Authenticator.objects.get(user=mine).data | {"demo": True})
    for _ in range(2):
        code = re.findall(r'data-code-of="[^"]+">(\d{6})<', Client().get("/demo/outbox/").content.decode())
        assert by_mail_alone(mine).post(SECOND, {"code": code[0]}).status_code == 302
    assert "使用済み" in Client().get("/demo/outbox/").content.decode()


def test_the_second_step_tells_how_to_go_on_without_the_app(operator: User) -> None:
    give_app(operator)
    page = by_mail_alone(operator).get(SECOND).content.decode()
    for words in ("回復コード", "責任者", "ログアウト"):
        assert words in page


def test_staff_who_act_for_a_member_keep_their_cover_pages_as_they_were(people: cast.Cast) -> None:
    cast.let_act(people.staff["operator"], people.member, "reader")
    browser = by_mail_alone(people.staff["operator"])
    assert browser.get("/portal/").status_code == 200
    assert browser.get("/portal/documents/").status_code == 200


def test_the_page_of_security_shows_the_second_step_to_staff_alone(people: cast.Cast) -> None:
    staff = browser_of(people.staff["operator"]).get("/portal/security/").content.decode()
    assert "二段階のログイン" in staff
    assert "操作がなければ30分" in staff
    assert "二段階のログイン" not in signed_in(people.owner).get("/portal/security/").content.decode()
