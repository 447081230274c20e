"""Passkeys: what is asked of the browser, and that nothing but its true answer signs anybody in. The whole way is a journey."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.web.portal import passkey_views
from sonae.web.portal.passkeys import passkey_host
from tests import cast, clock
from tests.web.door import newest_mail, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN, ADD, SECURITY = "/sign-in/passkey/", "/portal/security/passkey/", "/portal/security/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def keep_passkey(user: User, name: str = "鍵") -> Authenticator:
    data = {"name": name, "credential": {"id": "x"}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://sonae.example", "sonae.example"),
        ("https://sonae.example:8443", "sonae.example"),
        ("http://127.0.0.1:8000", "localhost"),
        ("http://localhost:8000", "localhost"),
    ],
)
def test_passkeys_belong_to_the_sites_own_name(settings: Settings, address: str, host: str) -> None:
    settings.SONAE_SITE_ADDRESS = address
    assert passkey_host() == host


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_a_made_up_host_changes_nothing_of_it(people: cast.Cast, settings: Settings, header: str) -> None:
    settings.SONAE_SITE_ADDRESS = "https://sonae.example"
    options = Client().post(SIGN_IN, headers={header: "evil.example"}).json()["publicKey"]
    assert options["rpId"] == "sonae.example"


@pytest.mark.parametrize(("host", "offered"), [("localhost", True), ("127.0.0.1", False), ("evil-localhost", False)])
def test_the_button_is_offered_only_where_a_passkey_can_work(programme: object, host: str, offered: bool) -> None:
    assert ("data-passkey-get" in Client().get("/sign-in/", headers={"Host": host}).content.decode()) == offered


def test_sign_in_asks_everybody_for_the_same_with_fingerprint_face_or_pin(people: cast.Cast) -> None:
    keep_passkey(people.owner)
    options = [Client().post(SIGN_IN).json()["publicKey"] for _ in range(2)]
    assert options[0].pop("challenge") != options[1].pop("challenge")
    assert options[0] == options[1]
    assert options[0]["userVerification"] == "required"
    assert not options[0].get("allowCredentials")


def test_a_new_one_is_to_be_kept_on_the_device_and_opened_by_its_owner_alone(people: cast.Cast) -> None:
    page = signed_in(people.owner).get(ADD)
    options = json.loads(page.context["options"])["publicKey"]
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert options["rp"]["id"] == "localhost"


NO_PASSKEYS: list[Any] = [
    "", "x", "null", "[]", "1", "{}", '{"id": 1}', '{"response": null}', '{"response": {"userHandle": 1}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA",'
    '"userHandle":"MQ"}}', "[" * 9_000, "x" * 30_000, "\x00",
]  # fmt: skip


@pytest.mark.parametrize("answer", NO_PASSKEYS, ids=lambda answer: answer[:20])
def test_what_is_no_passkey_signs_nobody_in_and_is_kept_nowhere(people: cast.Cast, answer: str) -> None:
    browser = Client()
    browser.post(SIGN_IN)
    assert browser.post(SIGN_IN, {"credential": answer}).headers["Location"] == "/sign-in/"
    assert browser.get("/portal/").status_code == 302
    assert AuditEntry.objects.filter(action="passkey.refused").count() == 1
    owner = signed_in(people.owner)
    owner.get(ADD)
    assert owner.post(ADD, {"name": "x", "credential": answer}).status_code == 422
    assert not Authenticator.objects.exists()


def test_adding_and_removing_need_a_fresh_sign_in_and_are_told(people: cast.Cast) -> None:
    passkey, browser = keep_passkey(people.owner, "会社のノートパソコン"), signed_in(people.owner)
    with clock.at(clock.later(minutes=10)):
        for answer in (browser.get(ADD), browser.post(ADD, {"name": "x"}),
                       browser.post(SECURITY, {"action": "remove_passkey", "one": passkey.pk})):  # fmt: skip
            assert answer.headers["Location"].startswith("/sign-in/again/?next=")
    assert Authenticator.objects.count() == 1
    browser.post(SECURITY, {"action": "remove_passkey", "one": passkey.pk})
    assert not Authenticator.objects.exists()
    assert "会社のノートパソコン" in newest_mail(cast.AOKI).body


def test_the_passkey_of_another_is_not_there(people: cast.Cast) -> None:
    passkey, thief = keep_passkey(people.owner), signed_in(people.stranger)
    for action in ("remove_passkey", "rename_passkey"):
        assert thief.post(SECURITY, {"action": action, "one": passkey.pk, "name": "x"}).status_code == 404
    assert Authenticator.objects.get().data["name"] == "鍵"


def test_a_passkey_is_called_as_its_owner_likes(people: cast.Cast) -> None:
    passkey, browser = keep_passkey(people.owner), signed_in(people.owner)
    browser.post(SECURITY, {"action": "rename_passkey", "one": passkey.pk, "name": " <b>金\n庫</b> "})
    assert Authenticator.objects.get().data["name"] == "<b>金庫</b>"
    assert "&lt;b&gt;金庫" in browser.get(SECURITY).content.decode()


def test_ten_are_enough(people: cast.Cast) -> None:
    for _ in range(10):
        keep_passkey(people.owner)
    browser = signed_in(people.owner)
    assert browser.get(ADD).headers["Location"] == SECURITY


def test_tries_are_limited_and_without_the_limit_would_not_be(
    people: cast.Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SONAE_PASSKEY_TRIES_AN_HOUR = 3
    assert [Client().post(SIGN_IN).status_code for _ in range(4)] == [200, 200, 200, 429]
    monkeypatch.setattr(passkey_views, "allow", lambda **_: True)
    assert Client().post(SIGN_IN).status_code == 200


def test_the_page_to_sign_in_again_ends_the_session_and_leads_back_to_our_own_pages_alone(people: cast.Cast) -> None:
    for wanted, led in (
        ("/portal/people/", "/portal/people/"),
        ("//evil.example/", SECURITY),
        ("https://evil.example", SECURITY),
    ):
        browser = signed_in(people.owner)
        answer = browser.post("/sign-in/again/", {"next": wanted})
        assert answer.headers["Location"] == f"/sign-in/?next={led.replace('/', '%2F')}"
        assert browser.get("/portal/").status_code == 302
