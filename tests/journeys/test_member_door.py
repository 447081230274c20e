"""The member's door in a browser: a passkey, an invitation that is taken, the first sign-on with the organiser's account."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oidc_provider_mock import User as ProviderUser
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Page, expect

from tests.journeys.buyer import code_for, sign_in
from tests.journeys.conftest import DESKTOP, TELEPHONE, look_at
from tests.journeys.site import RunningSite, SiteProcess

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("member-door")]
OWNER = "seisakusho@reiji.example"  # of the demo: holds cover that is in force
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def claims() -> dict[str, object]:
    """What the provider says of the one person that it knows; each journey may change it before."""
    return {"email": "sign-on@sample.example", "email_verified": True, "member_number": "", "member_class": "basic"}


@pytest.fixture(scope="module")
def site(claims: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site of its own, for the sign-on is set up when the servers start."""
    secret = Path(tmp_path_factory.mktemp("sign-on") / "secret")
    secret.write_text("s\n")
    with run_server_in_thread(user_claims=[ProviderUser(sub="person-1", claims=claims)]) as server:  # type: ignore[arg-type]
        process = SiteProcess(
            os.environ["DATABASE_URL"],
            {
                "SONAE_SIGN_IN_CODES_AN_HOUR": "1000",
                "SONAE_OIDC_ISSUER": f"http://127.0.0.1:{server.server_port}",
                "SONAE_OIDC_CLIENT_ID": "sonae",
                "SONAE_OIDC_CLIENT_SECRET_FILE": str(secret),
                "SONAE_OIDC_ON_THIS_MACHINE": "1",
            },
        )
        try:
            yield process.start()
        finally:
            process.stop()


def at_localhost(site: RunningSite) -> RunningSite:
    """Under the name that passkeys belong to in the demo."""
    return RunningSite(site.address.replace("127.0.0.1", "localhost"), site.cards, site.database_url, site.log)


def link_in_mail(site: RunningSite, recipient: str) -> str:
    rows = site.sql("SELECT body FROM documents_outboxmessage WHERE recipient = %s ORDER BY id DESC LIMIT 1", recipient)
    found = re.search(r"(/(?:en/)?invitations/\S+)", str(rows[0][0]))
    assert found
    return found[1]


def test_a_passkey_is_added_and_signs_in_and_without_it_the_code_is_there(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    here, page = at_localhost(site), open_browser(TELEPHONE)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    sign_in(page, here, "", OWNER)
    page.goto(f"{here.address}/portal/security/")
    page.get_by_role("link", name="パスキーを登録する").click()
    page.locator("input[name=name]").fill("例示製作所のノートパソコン")
    page.locator("main .button.primary").first.click()
    expect(page.locator("main")).to_contain_text("例示製作所のノートパソコン")
    kept = devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [(one["rpId"], one["isResidentCredential"]) for one in kept] == [("localhost", True)]
    look_at(page, "journey-passkey-added")

    page.context.clear_cookies()
    page.goto(f"{here.address}/sign-in/?next=/portal/security/")
    page.get_by_role("button", name="パスキーでログイン").click()
    expect(page).to_have_url(f"{here.address}/portal/security/")
    expect(page.locator("main")).to_contain_text("（パスキー）")

    page.context.clear_cookies()
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{here.address}/sign-in/")
    page.get_by_role("button", name="パスキーでログイン").click()
    expect(page.locator("[data-passkey-failed]")).to_be_visible()
    sign_in(page, here, "", OWNER)

    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.goto(f"{here.address}/portal/security/")
    page.get_by_role("button", name=re.compile("^削除する")).click()
    expect(page.locator("main")).to_contain_text("パスキーはまだありません")
    page.context.clear_cookies()
    page.goto(f"{here.address}/sign-in/")
    page.get_by_role("button", name="パスキーでログイン").click()
    expect(page.locator("body")).to_contain_text("このパスキーではログインできませんでした")


def test_without_a_script_there_is_no_button_that_does_nothing(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE, java_script_enabled=False)
    page.goto(f"{site.address}/sign-in/")
    expect(page.get_by_role("button", name="パスキーでログイン")).to_be_hidden()
    sign_in(page, site, "", OWNER)
    page.goto(f"{site.address}/portal/security/passkey/")
    expect(page.locator("main")).to_contain_text("JavaScriptが要ります")


def test_the_owner_invites_a_reader_who_accepts_and_can_not_pay(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    owner, guest, email = open_browser(DESKTOP), open_browser(TELEPHONE), "keiri@reiji.example"
    sign_in(owner, site, "", OWNER)
    owner.goto(f"{site.address}/portal/people/")
    owner.locator("input[name=email]").fill(email)
    owner.locator("input[name=role][value=reader]").check(force=True)
    owner.get_by_role("button", name="招待のメールを送る").click()
    expect(owner.locator("main")).to_contain_text("返事を待っている招待")
    look_at(owner, "journey-people-invited")

    guest.goto(site.address + link_in_mail(site, email))
    look_at(guest, "journey-invitation")
    guest.get_by_role("link", name="ログインへ進む").click()
    guest.locator("input[type=email]").fill(email)
    guest.locator("main form button[type=submit]").first.click()
    guest.locator("input[name=code]").fill(code_for(site, email))
    guest.locator("main form button[type=submit]").first.click()
    look_at(guest, "journey-invitation-to-accept")
    guest.get_by_role("button", name="招待を受ける").click()
    expect(guest).to_have_url(f"{site.address}/portal/")
    expect(guest.locator("main")).to_contain_text("補償中")

    found = site.sql(
        """SELECT a.public_id FROM enrolment_application a JOIN parties_memberaccess m ON m.member_id = a.member_id
           JOIN parties_user u ON u.id = m.user_id WHERE u.email = %s LIMIT 1""",
        email,
    )
    for path in ([f"/apply/{found[0][0]}/pay/"] if found else []) + ["/portal/people/"]:
        answer = guest.goto(site.address + path)
        assert answer is not None
        assert answer.status == (200 if "people" in path else 403)
    expect(guest.get_by_role("button", name="招待のメールを送る")).to_have_count(0)


def test_the_first_sign_on_makes_the_person_the_owner_of_the_member_on_the_list(
    site: RunningSite, open_browser: Callable[..., Page], claims: dict[str, object]
) -> None:
    claims["member_number"] = "99999999"
    page = open_browser(TELEPHONE)
    _sign_on(page, site)
    expect(page.locator("h1")).to_have_text("会員名簿に見つかりません")
    look_at(page, "journey-sign-on-not-on-the-list")

    claims["member_number"] = site.enter_member("新井商店").number
    _sign_on(page, site)
    expect(page).to_have_url(f"{site.address}/portal/people/")
    expect(page.locator("main")).to_contain_text("新井商店")
    expect(page.locator("main")).to_contain_text("代表者")
    look_at(page, "journey-sign-on-people")
    page.context.clear_cookies()
    _sign_on(page, site)
    expect(page).to_have_url(f"{site.address}/portal/people/")
    assert site.sql("SELECT count(*) FROM people_organiseridentity") == [(1,)]


def _sign_on(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.address}/sign-in/?next=/portal/people/")
    look_at(page, "journey-sign-in-with-sign-on")
    page.get_by_role("button", name="団体のアカウントでログイン").click()
    page.get_by_role("button", name="person-1").click()
