"""F23: the organiser's sign-on lets in exactly whom it vouches for, in answer to this browser's own beginning, and nobody else."""

from __future__ import annotations

import hmac
import json
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import urllib3
from django.db import connection
from django.test import Client
from oidc_provider_mock import User as ProviderUser
from oidc_provider_mock import run_server_in_thread
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.people.models import OrganiserIdentity, SignIn
from sonae.integrations.call_out import Circuit
from sonae.integrations.openid import fetch, id_token, provider
from sonae.web.portal import organiser_views
from sonae.web.portal.sign_in import SignInAdapter
from sonae.web.shared.security_headers import content_security_policy
from tests import cast, clock
from tests.web.door import is_in, newest_mail, sign_in
from tests.web.lying_provider import CLIENT, KEY, OTHER_KEY, Liar, lying_provider, public_key

pytestmark = pytest.mark.django_db
AS_A_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BEGIN, RETURN = "/sign-in/organiser/", "/sign-in/organiser/return/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def liar(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """Who signs in is 青木, with her number and class."""
    monkeypatch.setattr(provider, "CIRCUIT", Circuit())
    with lying_provider() as liar:
        settings.SONAE_OIDC_ISSUER = liar.issuer
        settings.SONAE_OIDC_CLIENT_ID, settings.SONAE_OIDC_CLIENT_SECRET = CLIENT, "s"
        settings.SONAE_OIDC_ON_THIS_MACHINE = True
        liar.claims = {"sub": "aoki", "email": cast.AOKI, "email_verified": True, "member_number": "10000017",
                       "member_class": "basic"}  # fmt: skip
        yield liar


def go(browser: Client, liar: Liar, next_page: str = "") -> tuple[str, str]:
    """To the provider's page and through it: state and code with which the browser is sent back."""
    address = browser.post(BEGIN, {"next": next_page}).headers["Location"]
    assert address.startswith(f"{liar.issuer}/authorize?")
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["state"][0]
    return state, liar.press(address)


def come_back(browser: Client, state: str, code: str) -> Any:
    return browser.get(RETURN, {"state": state, "code": code})


def through(browser: Client, liar: Liar, next_page: str = "") -> Any:
    return come_back(browser, *go(browser, liar, next_page))


def test_the_first_sign_on_links_the_person_whom_the_list_and_we_know(
    people: cast.Cast, liar: Liar, client: Client
) -> None:
    assert through(client, liar, "/portal/people/").headers["Location"] == "/portal/people/"
    assert client.session["_auth_user_id"] == str(people.owner.pk)
    assert SignIn.objects.get().way == "organiser"
    identity = OrganiserIdentity.objects.get()
    assert (identity.subject, identity.user, identity.member) == ("aoki", people.owner, people.member)
    assert "団体のアカウント" in newest_mail(cast.AOKI).body
    assert Member.objects.count() == 2


def test_it_works_with_a_provider_that_others_wrote(people: cast.Cast, liar: Liar, settings: Settings) -> None:
    claims = {name: value for name, value in liar.claims.items() if name != "sub"}
    with run_server_in_thread(user_claims=[ProviderUser(sub="aoki", claims=claims)]) as server:
        settings.SONAE_OIDC_ISSUER = f"http://127.0.0.1:{server.server_port}"
        browser = Client()
        address = browser.post(BEGIN).headers["Location"]
        page = urllib3.request("POST", address, body=b"sub=aoki", headers=AS_A_FORM, redirect=False)
        back = urllib.parse.urlsplit(page.headers["Location"])
        assert browser.get(f"{back.path}?{back.query}").headers["Location"] == "/portal/"
    assert browser.session["_auth_user_id"] == str(people.owner.pk)


def test_an_identity_stays_linked_whatever_its_email_and_number_become(people: cast.Cast, liar: Liar) -> None:
    through(Client(), liar)
    liar.claims |= {"email": "elsewhere@other.example", "email_verified": False, "member_number": "20000031"}
    browser = Client()
    assert through(browser, liar).headers["Location"] == "/portal/"
    assert browser.session["_auth_user_id"] == str(people.owner.pk)
    assert AuditEntry.objects.get(action="organiser.number_differs").detail == {"claimed": "20000031"}
    assert MemberAccess.objects.filter(user=people.owner).count() == 1


def test_access_that_was_taken_away_does_not_come_back_this_way(people: cast.Cast, liar: Liar) -> None:
    liar.claims |= {"sub": "imai", "email": cast.IMAI}
    through(Client(), liar)
    MemberAccess.objects.filter(user=people.colleague).delete()
    browser = Client()
    through(browser, liar)
    assert is_in(browser)
    assert not MemberAccess.objects.filter(user=people.colleague).exists()


def test_somebody_new_becomes_the_owner_of_a_member_that_nobody_acts_for(people: cast.Cast, liar: Liar) -> None:
    member = cast.enter_member("30000001", "basic", "新井商店")
    liar.claims |= {"sub": "arai", "email": "Arai@New.example", "member_number": "３００００００１"}
    browser = Client()
    through(browser, liar)
    access = MemberAccess.objects.get(member=member)
    assert (access.user.email, access.role, access.proof) == ("arai@new.example", "owner", "organiser")
    assert browser.session["_auth_user_id"] == str(access.user_id)
    assert Member.objects.count() == 3


def nothing_came_of_it(browser: Client, people: cast.Cast) -> None:
    assert not is_in(browser)
    assert not OrganiserIdentity.objects.exists()
    assert MemberAccess.objects.count() == 4
    assert Member.objects.count() == 2


def test_the_list_wins_over_the_class_and_the_difference_is_written_down(people: cast.Cast, liar: Liar) -> None:
    liar.claims["member_class"] = "pap"
    through(Client(), liar)
    entry = AuditEntry.objects.get(action="organiser.class_differs")
    assert (entry.object_id, entry.detail) == ("10000017", {"listed": "basic", "claimed": "pap"})
    liar.claims["member_class"] = "basic"
    through(Client(), liar)
    assert AuditEntry.objects.filter(action="organiser.class_differs").count() == 1


@pytest.mark.parametrize("number", ["99999999", "", None, True, ["10000017"], "10000017\n", "x" * 300])
def test_a_number_that_is_not_on_the_list_is_told_with_what_to_do(
    people: cast.Cast, liar: Liar, client: Client, number: Any
) -> None:
    liar.claims["member_number"] = number
    answer = through(client, liar)
    assert answer.status_code == 403
    assert "会員名簿に見つかりません" in answer.content.decode()
    nothing_came_of_it(client, people)


def test_a_member_that_has_left_is_on_the_list_no_more(people: cast.Cast, liar: Liar, client: Client) -> None:
    cast.leave_list(people.member, cast.JOINED_ON)
    assert through(client, liar).status_code == 403
    nothing_came_of_it(client, people)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "x", "email": cast.UNO},  # somebody of another member
        {"sub": "x", "email": cast.VISITOR},
        {"sub": "x", "email_verified": False},
        {"sub": "x", "email_verified": "true"},
        {"sub": "x", "email": None},
    ],
)
def test_nobody_is_taken_over_silently(people: cast.Cast, liar: Liar, client: Client, claims: dict[str, Any]) -> None:
    liar.claims |= claims
    answer = through(client, liar)
    assert answer.status_code == 409
    assert "先にメールのコードでログインしてください" in answer.content.decode()
    nothing_came_of_it(client, people)


def test_without_asking_for_a_verified_address_whoever_claims_it_would_be_in(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar.claims |= {"sub": "x", "email_verified": False}
    as_claims = provider.OpenIDProvider._as_claims
    monkeypatch.setattr(
        provider.OpenIDProvider, "_as_claims", lambda one, claims: as_claims(one, {**claims, "email_verified": True})
    )
    through(client, liar)
    assert client.session["_auth_user_id"] == str(people.owner.pk)


def test_after_signing_in_by_code_the_account_can_be_linked(people: cast.Cast, liar: Liar, client: Client) -> None:
    liar.claims |= {"email": "other-name@sample.example"}
    liar.claims["email_verified"] = False
    through(client, liar)
    sign_in(client, cast.AOKI)
    page = client.get("/portal/security/").content.decode()
    assert 'value="link"' in page
    assert "会員番号 10000017、other-name@sample.example" in page  # whose account it is, before anybody links it
    assert client.post("/portal/security/", {"action": "link"}).headers["Location"] == "/portal/security/"
    assert OrganiserIdentity.objects.get().user == people.owner
    browser = Client()
    through(browser, liar)
    assert browser.session["_auth_user_id"] == str(people.owner.pk)


def test_linking_gives_no_access_to_a_member_with_an_owner(people: cast.Cast, liar: Liar, client: Client) -> None:
    liar.claims |= {"sub": "x", "email": cast.VISITOR}
    through(client, liar)
    sign_in(client, cast.VISITOR)
    assert client.post("/portal/security/", {"action": "link"}).status_code == 409
    assert not OrganiserIdentity.objects.exists()
    assert MemberAccess.objects.count() == 4


def test_a_link_waits_ten_minutes_and_in_that_browser_alone(people: cast.Cast, liar: Liar, client: Client) -> None:
    liar.claims |= {"sub": "x", "email_verified": False}
    through(client, liar)
    with clock.at(clock.later(minutes=11)):
        sign_in(client, cast.AOKI)
        client.post("/portal/security/", {"action": "link"})
    other = Client()
    sign_in(other, cast.AOKI)
    other.post("/portal/security/", {"action": "link"})
    assert not OrganiserIdentity.objects.exists()


def test_to_a_member_with_an_owner_people_come_by_invitation(people: cast.Cast, liar: Liar, client: Client) -> None:
    liar.claims |= {"sub": "x", "email": "new@sample.example"}
    assert through(client, liar).status_code == 409
    nothing_came_of_it(client, people)
    assert not User.objects.filter(email="new@sample.example").exists()


@pytest.mark.parametrize("role", ["organiser", "insurer", "agency", "operator"])
def test_the_staff_never_becomes_a_members_person(people: cast.Cast, liar: Liar, client: Client, role: str) -> None:
    liar.claims |= {"sub": "x", "email": people.staff[role].email}
    assert through(client, liar).status_code == 403
    nothing_came_of_it(client, people)


def test_who_is_shut_out_stays_out(people: cast.Cast, liar: Liar, client: Client) -> None:
    through(Client(), liar)
    User.objects.filter(pk=people.owner.pk).update(is_active=False)
    assert through(client, liar).headers["Location"] == "/sign-in/"
    assert not is_in(client)


# --- what somebody in the provider's name, or between the two, may try


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none")


def signed_with_what_everybody_knows(claims: dict[str, Any]) -> str:
    """HS256 with the provider's public key as the secret; put together by hand, for the library refuses to."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "1"}, claims]
    text = b".".join(jwt.utils.base64url_encode(json.dumps(part).encode()) for part in parts)
    signature = hmac.digest(json.dumps(public_key(KEY)).encode(), text, "sha256")
    return b".".join((text, jwt.utils.base64url_encode(signature))).decode()


def signed_with_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, OTHER_KEY, algorithm="RS256", headers={"kid": "1"})


def signed_with_a_key_in_its_head(claims: dict[str, Any]) -> str:
    head = {"kid": "2", "jwk": {**public_key(OTHER_KEY), "kid": "2"}}
    return jwt.encode(claims, OTHER_KEY, algorithm="RS256", headers=head)


def altered(claims: dict[str, Any]) -> str:
    head, _, signature = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"}).split(".")
    body = jwt.utils.base64url_encode(json.dumps({**claims, "member_number": "20000031"}).encode()).decode()
    return f"{head}.{body}.{signature}"


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"changed": {"nonce": "x"}},
    "no nonce": {"changed": {"nonce": None}},
    "for another party": {"changed": {"aud": "somebody-else"}},
    "for no party": {"changed": {"aud": None}},
    "for several parties": {"changed": {"aud": [CLIENT, "somebody-else"]}},
    "made for another party": {"changed": {"azp": "somebody-else"}},
    "another issuer": {"changed": {"iss": "https://evil.example"}},
    "no issuer": {"changed": {"iss": None}},
    "over": {"changed": {"exp": int(time.time()) - 3_600}},
    "without an end": {"changed": {"exp": None}},
    "of tomorrow": {"changed": {"iat": int(time.time()) + 86_400}},
    "no subject": {"changed": {"sub": None}},
    "an empty subject": {"changed": {"sub": ""}},
    "unsigned": {"sign": unsigned},
    "signed with what everybody knows": {"sign": signed_with_what_everybody_knows},
    "signed with another key": {"sign": signed_with_another_key},
    "with its own key": {"sign": signed_with_a_key_in_its_head},
    "altered": {"sign": altered},
    "no token": {"sign": lambda claims: ""},
    "nonsense": {"sign": lambda claims: "a.b.c"},
}


def tell(liar: Liar, lie: str) -> None:
    for name, value in LIES[lie].items():
        setattr(liar, name, value)


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_to_be_believed_lets_nobody_in(
    people: cast.Cast, liar: Liar, client: Client, lie: str
) -> None:
    tell(liar, lie)
    answer = through(client, liar)
    assert answer.status_code == 403
    assert "確かめられなかった" in answer.content.decode()
    nothing_came_of_it(client, people)
    assert AuditEntry.objects.filter(action="organiser.refused").count() == 1


@pytest.mark.parametrize(
    "lie", [name for name in LIES if name not in {"no token", "nonsense", "no subject", "an empty subject"}]
)
def test_without_the_check_each_of_these_lies_would_let_somebody_in(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    """The token is read and believed as it stands."""

    def believe(token: str, **_: object) -> dict[str, Any]:
        return dict(jwt.decode(token, options={"verify_signature": False}))

    monkeypatch.setattr(provider, "check_id_token", believe)
    if lie == "altered":
        liar.claims |= {"email": cast.UNO}
    tell(liar, lie)
    assert through(client, liar).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("lie", ["another nonce", "no nonce"])
def test_without_the_nonce_a_token_of_another_beginning_would_do(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    monkeypatch.setattr(id_token, "REQUIRED", ["iss", "sub", "aud", "exp", "iat"])
    monkeypatch.setattr(id_token.secrets, "compare_digest", lambda one, other: True)
    tell(liar, lie)
    if lie == "no nonce":
        liar.changed = {"nonce": ""}
    assert through(client, liar).status_code == 302


def test_another_browsers_code_is_worth_nothing_here(people: cast.Cast, liar: Liar, client: Client) -> None:
    """The thief's own code in the victim's browser, and the victim's code in the thief's."""
    thief = Client()
    own, theirs = go(client, liar), go(thief, liar)
    assert come_back(client, own[0], theirs[1]).status_code == 403
    assert come_back(thief, theirs[0], own[1]).status_code == 403
    nothing_came_of_it(client, people)


def test_without_pkce_and_nonce_another_browsers_code_would_sign_in(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, theirs = go(client, liar), go(Client(), liar)
    liar.challenges[theirs[1]] = liar.challenges[own[1]]  # a provider that knows no PKCE
    monkeypatch.setattr(id_token.secrets, "compare_digest", lambda one, other: True)
    assert come_back(client, own[0], theirs[1]).status_code == 302


@pytest.mark.parametrize("state", ["", "x", "é", "None"])
def test_a_state_that_is_not_of_this_browser_is_refused_unseen(
    people: cast.Cast, liar: Liar, client: Client, state: str
) -> None:
    _, code = go(client, liar)
    before = len(liar.asked)
    assert come_back(client, state, code).status_code == 403
    assert len(liar.asked) == before
    nothing_came_of_it(client, people)


def test_a_beginning_serves_once(people: cast.Cast, liar: Liar, client: Client) -> None:
    state, code = go(client, liar)
    assert come_back(client, state, code).status_code == 302
    client.post("/sign-out/")
    for browser in (client, Client()):
        assert come_back(browser, state, code).status_code == 403
        assert not is_in(browser)


def test_without_taking_it_out_a_beginning_would_serve_again(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, code = go(client, liar)
    session = client.session
    kept = dict(session[organiser_views.BEGUN])
    assert come_back(client, state, code).status_code == 302
    client.post("/sign-out/")
    client.get("/sign-in/")
    fresh = client.session
    fresh[organiser_views.BEGUN] = kept
    fresh.save()
    client.cookies["sessionid"] = fresh.session_key
    assert come_back(client, state, code).status_code == 302


def test_a_beginning_lives_ten_minutes(people: cast.Cast, liar: Liar, client: Client) -> None:
    state, code = go(client, liar)
    with clock.at(clock.later(minutes=11)):
        assert come_back(client, state, code).status_code == 403


ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "portal/"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_led_elsewhere_afterwards(people: cast.Cast, liar: Liar, client: Client, elsewhere: str) -> None:
    assert through(client, liar, elsewhere).headers["Location"] == "/portal/"


def test_without_a_look_at_the_address_people_would_be_led_elsewhere(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SignInAdapter, "is_safe_url", lambda adapter, url: True)
    assert through(client, liar, ELSEWHERE[0]).headers["Location"] == ELSEWHERE[0]


def test_who_goes_back_from_the_providers_page_is_told_that_nothing_changed(
    people: cast.Cast, liar: Liar, client: Client
) -> None:
    state, _ = go(client, liar)
    answer = client.get(RETURN, {"state": state, "error": "access_denied"})
    assert answer.status_code == 403
    assert "何も変わっていません" in answer.content.decode()


# --- how the provider is spoken to


def test_nothing_is_asked_of_it_before_somebody_presses_the_button(
    people: cast.Cast, liar: Liar, client: Client
) -> None:
    assert "団体のアカウントでログイン" in client.get("/sign-in/").content.decode()
    assert liar.asked == []


def test_without_an_issuer_there_is_no_button_and_no_address(people: cast.Cast, client: Client) -> None:
    assert "団体のアカウントでログイン" not in client.get("/sign-in/").content.decode()
    assert client.post(BEGIN).status_code == client.get(RETURN).status_code == 404


def test_the_form_may_lead_to_its_page_and_only_when_it_is_set_up(liar: Liar, settings: Settings) -> None:
    assert liar.issuer in content_security_policy()
    settings.SONAE_OIDC_ISSUER = ""
    assert liar.issuer not in content_security_policy()


@pytest.mark.parametrize(
    "address",
    ["http://sso.example/", "ftp://sso.example/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/",
     "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://me@93.184.216.34/", "https://", ""],
)  # fmt: skip
def test_in_earnest_only_public_addresses_with_tls_are_called(address: str) -> None:
    with pytest.raises(provider.ProviderRefused):
        fetch.look_up(address)


def test_a_public_address_with_tls_is_called() -> None:
    assert fetch.look_up("https://93.184.216.34/x?y=1") == fetch.Place(
        "https", "93.184.216.34", 443, "/x?y=1", "93.184.216.34"
    )


def test_an_issuer_without_tls_is_not_even_called_in_earnest(
    people: cast.Cast, liar: Liar, client: Client, settings: Settings
) -> None:
    settings.SONAE_OIDC_ON_THIS_MACHINE = False
    assert client.post(BEGIN).status_code == 503
    assert liar.asked == []


DISCOVERY = "/.well-known/openid-configuration"
WRONG_ANSWERS: dict[str, tuple[int, bytes]] = {
    "elsewhere": (302, b"http://127.0.0.1:9/"),
    "too long": (200, b"{" + b" " * 300_000 + b"}"),
    "no JSON": (200, b"<html>"),
    "a list": (200, b"[]"),
    "deep": (200, b"[" * 100_000),
    "of another issuer": (200, b'{"issuer": "https://evil.example"}'),
    "broken": (500, b""),
    "not there": (404, b""),
}


@pytest.mark.parametrize("wrong", WRONG_ANSWERS)
def test_a_wrong_answer_of_the_provider_is_a_page_that_says_so(
    people: cast.Cast, liar: Liar, client: Client, wrong: str
) -> None:
    liar.answers[DISCOVERY] = WRONG_ANSWERS[wrong]
    answer = client.post(BEGIN)
    assert answer.status_code == 503
    assert "メールのコード" in answer.content.decode()
    assert liar.asked == [DISCOVERY]


def test_a_slow_provider_holds_nobody_longer_than_the_deadline(
    people: cast.Cast, liar: Liar, client: Client, settings: Settings
) -> None:
    settings.SONAE_OIDC_TIMEOUT_SECONDS, liar.slow = 0.3, 3.0
    began = time.monotonic()
    assert client.post(BEGIN).status_code == 503
    assert time.monotonic() - began < 2.5


def test_a_userinfo_of_somebody_else_is_not_taken(people: cast.Cast, liar: Liar, client: Client) -> None:
    for subject, status in (("somebody", 403), ("aoki", 302)):
        liar.changed = {"member_number": None}
        liar.answers["/me"] = (200, json.dumps({"sub": subject, "member_number": "10000017"}).encode())
        assert through(client, liar).status_code == status


def test_no_transaction_is_open_while_the_provider_is_called(
    people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None beside those that the test itself stands in."""
    own, ask, seen = len(connection.atomic_blocks), fetch.Line._ask, []

    def ask_and_note(line: fetch.Line, *given: Any, **more: Any) -> dict[str, Any]:
        seen.append(len(connection.atomic_blocks) - own)
        return ask(line, *given, **more)

    monkeypatch.setattr(fetch.Line, "_ask", ask_and_note)
    assert through(client, liar).status_code == 302
    assert seen == [0, 0, 0, 0]  # description, description, code, keys


def test_tries_are_limited(people: cast.Cast, liar: Liar, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organiser_views, "TRIES_AN_HOUR", 3)
    assert [come_back(client, "x", "y").status_code for _ in range(4)] == [403, 403, 403, 429]
