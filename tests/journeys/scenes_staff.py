"""Scenes of the staff's door, and of a supervisor who manages the people of their organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sonae.apps.people.one_time_codes import code_of, step_at
from tests.journeys.buyer import give_mail_code
from tests.journeys.desk import OPERATOR, prove_key
from tests.journeys.gallery import Visitor, scene
from tests.journeys.site import RunningSite

SUPERVISOR, SOLICITOR = "sekininsha@soudan.example", "boshunin@soudan.example"


def _new_clerk(visitor: Visitor) -> str:
    """The same one for all scenes of a language."""
    found = visitor.site.sql("SELECT email FROM parties_user WHERE email LIKE %s", f"insurer-%-{visitor.language}@%")
    if found:
        return str(found[0][0])
    email = visitor.site.enter_staff("insurer")
    renamed = email.replace("@", f"-{visitor.language}@")
    visitor.site.sql("UPDATE parties_user SET email = %s WHERE email = %s", renamed, email)
    return renamed


@scene("portal:second_factor_set_up")
def staff_set_up(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    give_mail_code(visitor.page, visitor.site, visitor.prefix, _new_clerk(visitor))
    visitor.says("認証アプリで読み取る", "Scan this with an authenticator app")


@scene("portal:second_factor_set_up")
def staff_set_up_error(visitor: Visitor) -> None:
    visitor.page.locator("main form input[name=code]").fill("12345")
    visitor.press()
    visitor.says("コードが違うか、もう使われています", "The code is wrong, or was used already")


@scene("portal:recovery_codes")
def staff_recovery_codes(visitor: Visitor) -> None:
    visitor.app_key = prove_key(visitor.page)
    visitor.says("それぞれ一度だけ", "Each works once")


@scene("portal:second_factor")
def staff_second_factor(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    give_mail_code(visitor.page, visitor.site, visitor.prefix, _new_clerk(visitor))
    visitor.says("アプリのコードを入れてください", "Enter the code in your app")


@scene("portal:second_factor")
def staff_second_factor_error(visitor: Visitor) -> None:
    visitor.page.locator("main form input[name=code]").fill("12345")
    visitor.press()
    visitor.says("次のコードが出るのを待って", "Wait for the app’s next code")


@scene("portal:security")
def staff_security(visitor: Visitor) -> None:
    code = code_of(visitor.app_key, step_at(datetime.now(UTC) + timedelta(seconds=30)))
    visitor.page.locator("main form input[name=code]").fill(code)
    visitor.press()
    visitor.page.wait_for_url("**/desk/")
    visitor.go("/portal/security/")
    visitor.says("二段階のログイン（職員）", "Second sign-in step (staff)")


@scene("desk:home")
def staff_outside_networks(visitor: Visitor) -> None:
    with networks_of(visitor.site, "insurer", "203.0.113.0/24"):
        visitor.go("/desk/")
    visitor.says("このネットワークからは、業務画面を開けません", "The desk can’t be opened from this network")


@contextmanager
def networks_of(site: RunningSite, role: str, cidr: str) -> Iterator[None]:
    """While it lasts, the desk of that organisation opens from one network alone."""
    site.sql(
        """INSERT INTO people_desknetwork (organisation_id, cidr, label, added_at, added_by, ended_by)
           SELECT id, %s, 'test', now(), 'test', '' FROM parties_organisation WHERE role = %s""",
        cidr, role,
    )  # fmt: skip
    try:
        yield
    finally:
        site.sql("DELETE FROM people_desknetwork WHERE label = 'test'")


@scene("desk:staff")
def staff_list(visitor: Visitor) -> None:
    visitor.site.sql("UPDATE people_solicitorregistration SET last_day = current_date + 30 WHERE ended_at IS NULL")
    visitor.come_as(SUPERVISOR)
    visitor.go("/desk/staff/")
    visitor.says("登録の更新が要ります", "Registrations to be renewed")


@scene("desk:staff_invite")
def staff_invite(visitor: Visitor) -> None:
    visitor.go("/desk/staff/invite/")


@scene("desk:staff_invite")
def staff_invite_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("役割を1つ以上選んでください", "Please choose one position at least")


@scene("desk:staff")
def staff_invited(visitor: Visitor) -> None:
    visitor.page.locator("input[type=email]").fill(f"shinjin-{visitor.language}@soudan.example")
    visitor.page.locator("input[name=positions][value=clerk]").check(force=True)
    visitor.page.locator("input[name=positions][value=claims_handler]").check(force=True)
    visitor.press()
    visitor.says("招待のメールを送りました", "The invitation has been sent")


@scene("desk:staff_member")
def staff_member(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name=SOLICITOR).first.click()
    visitor.says("新しい登録を記録する", "Record a new registration")


@scene("desk:staff_member")
def staff_member_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("登録番号を入れてください", "Please enter the registration number")


@scene("desk:staff_reset")
def staff_reset(visitor: Visitor) -> None:
    visitor.page.locator("a[href$='/reset/']").click()
    visitor.says(
        "認証アプリ、回復コード、パスキーの登録が、すべて消えます", "Authenticator app, recovery codes and passkeys"
    )


@scene("desk:staff_close")
def staff_close(visitor: Visitor) -> None:
    visitor.go("/desk/staff/")
    visitor.page.get_by_role("link", name=OPERATOR).first.click()
    visitor.page.locator("a[href$='/close/']").click()
    visitor.says("いまのログインは、すべてすぐに終わります", "All sessions of this person end at once")


@scene("desk:staff_member")
def staff_own_page(visitor: Visitor) -> None:
    visitor.go("/desk/staff/")
    visitor.page.get_by_role("link", name=SUPERVISOR).first.click()
    visitor.says("ご自分のページです", "This is you")


@scene("desk:networks")
def staff_networks(visitor: Visitor) -> None:
    visitor.go("/desk/staff/networks/")
    visitor.says("あなたのいまのアドレス", "Your address now")


@scene("desk:networks")
def staff_networks_error(visitor: Visitor) -> None:
    visitor.page.locator("textarea").fill("203.0.113.0/24 本社")
    visitor.press()
    visitor.says("が入っていません", "You would lock yourself out")


@scene("portal:staff_invitation")
def staff_invitation(visitor: Visitor) -> None:
    email = f"shinjin-{visitor.language}@soudan.example"
    rows = visitor.site.sql(
        """SELECT body FROM documents_outboxmessage WHERE recipient = %s AND body LIKE '%%/invitations/staff/%%'
           ORDER BY id DESC""",
        email,
    )
    found = re.search(r"(/invitations/staff/\S+)", str(rows[0][0]))
    assert found
    visitor.come_as(email)
    visitor.go(found[1])
    visitor.says("招待を受ける", "Accept")
