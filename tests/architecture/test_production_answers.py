"""What production makes of every answer: HSTS, cookies, hosts, caches, errors. Its settings are read in a process of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from sonae.web.shared import security_headers
from sonae.web.site import first_page
from tests import cast
from tests.architecture.deploy_check import PRODUCTION
from tests.architecture.sources import SRC, own_files, shown
from tests.architecture.test_access_matrix import FOR_MACHINES, MATRIX, May

pytestmark = pytest.mark.django_db
HOST = {"Host": "sonae.example"}
YEAR = 31_536_000
HSTS = f"max-age={YEAR}; includeSubDomains; preload"
READ = """
import json
from django.conf import settings
names = [n for n in dir(settings) if n.isupper() and n.split("_")[0] in ("SESSION", "CSRF", "SECURE", "DEBUG", "ALLOWED", "X")]
print(json.dumps({n: getattr(settings, n) for n in names}))
"""


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    """Sessions, cookies, hosts and headers as a server in production has them."""
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": os.environ["DATABASE_URL"]}
    done = subprocess.run([sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.fixture
def in_production(production: dict[str, Any]) -> Iterator[None]:
    with override_settings(**production):
        yield


def ask(name: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
    row = MATRIX[name]
    return getattr(Client(), row.method)(row.path, headers={**HOST, **(headers or {})}, **more)


def asked_for_https() -> dict[str, str]:
    """What the answer of every address says of HTTPS from now on."""
    return {name: ask(name, secure=True).headers.get("Strict-Transport-Security", "nothing") for name in MATRIX}


def test_every_answer_asks_for_https_for_a_year_with_all_below(programme: object, in_production: None) -> None:
    assert asked_for_https() == dict.fromkeys(MATRIX, HSTS)


@pytest.mark.parametrize(
    ("off", "said"),
    [
        ({"SECURE_HSTS_SECONDS": 0}, "nothing"),
        ({"SECURE_HSTS_SECONDS": 3600}, "max-age=3600; includeSubDomains; preload"),
        ({"SECURE_HSTS_INCLUDE_SUBDOMAINS": False}, f"max-age={YEAR}; preload"),
        ({"SECURE_HSTS_PRELOAD": False}, f"max-age={YEAR}; includeSubDomains"),
    ],
)
def test_without_its_setting_no_answer_asks_for_it(
    programme: object, in_production: None, off: dict[str, Any], said: str
) -> None:
    with override_settings(**off):
        assert asked_for_https() == dict.fromkeys(MATRIX, said)


SPOOFED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "443"}


@pytest.mark.parametrize("headers", [{}, SPOOFED], ids=["plain", "spoofed"])
def test_without_https_there_is_only_the_way_there_whatever_a_header_says(
    programme: object, in_production: None, headers: dict[str, str]
) -> None:
    ways = {name: ask(name, headers) for name in MATRIX}
    assert {name: (way.status_code, way.headers["Location"]) for name, way in ways.items()} == {
        name: (301, f"https://sonae.example{row.path}") for name, row in MATRIX.items()
    }


def test_without_the_way_to_https_pages_are_shown_to_everybody_on_the_line(
    programme: object, in_production: None
) -> None:
    with override_settings(SECURE_SSL_REDIRECT=False):
        assert {name: ask(name).status_code for name in MATRIX} == {name: row.status for name, row in MATRIX.items()}


def test_a_header_that_anybody_can_send_would_be_believed_if_we_were_told_to(
    programme: object, in_production: None
) -> None:
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert ask("site:home", SPOOFED).status_code == 200


SECURED = {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}


def loose_cookies() -> dict[str, str]:
    """Of the cookies that signing in leaves, in which way they are looser than they must be."""
    browser = Client(headers=HOST)
    browser.post("/sign-in/", {"email": "new@sample.example"}, secure=True)
    browser.get("/sign-in/code/", secure=True)
    assert len(browser.cookies) == 2
    loose = {
        name: " ".join(word for word, must in SECURED.items() if (cookie[word] or type(must)()) != must)
        for name, cookie in browser.cookies.items()
    }  # a browser takes a __Host- cookie only where it is secure, for / and names no domain
    return {name: words for name, words in loose.items() if words or not name.startswith("__Host-")}


def test_the_cookies_are_bound_to_this_host_to_https_and_to_the_server(programme: object, in_production: None) -> None:
    assert loose_cookies() == {}


@pytest.mark.parametrize(
    ("off", "told"),
    [
        ({"SESSION_COOKIE_SECURE": False}, {"__Host-session": "secure"}),
        ({"CSRF_COOKIE_SECURE": False}, {"__Host-csrf": "secure"}),
        ({"SESSION_COOKIE_HTTPONLY": False}, {"__Host-session": "httponly"}),
        ({"CSRF_COOKIE_HTTPONLY": False}, {"__Host-csrf": "httponly"}),
        ({"SESSION_COOKIE_SAMESITE": None}, {"__Host-session": "samesite"}),
        ({"SESSION_COOKIE_SAMESITE": "None"}, {"__Host-session": "samesite"}),
        ({"CSRF_COOKIE_SAMESITE": None}, {"__Host-csrf": "samesite"}),
        ({"SESSION_COOKIE_DOMAIN": "example"}, {"__Host-session": "domain"}),
        ({"CSRF_COOKIE_PATH": "/apply/"}, {"__Host-csrf": "path"}),
        ({"SESSION_COOKIE_NAME": "sessionid", "CSRF_COOKIE_NAME": "csrf"}, {"sessionid": "", "csrf": ""}),
    ],
)
def test_a_cookie_that_is_looser_is_noticed(
    programme: object, in_production: None, off: dict[str, Any], told: dict[str, str]
) -> None:
    with override_settings(**off):
        assert loose_cookies() == told


def found_before_going_live() -> set[str]:
    """What Django's own deployment check, a part of ``make check``, says of these settings."""
    with override_settings(SECRET_KEY=PRODUCTION["SONAE_SECRET_KEY"]):
        return {str(finding.id) for finding in run_checks(tags=["security"], include_deployment_checks=True)}


def without(part: str) -> list[str]:
    return [other for other in django_settings.MIDDLEWARE if not other.endswith(part)]


@pytest.mark.parametrize(
    ("off", "told"),
    [
        ({}, set()),
        ({"MIDDLEWARE": without(".SecurityMiddleware")}, {"security.W001"}),
        ({"MIDDLEWARE": without(".XFrameOptionsMiddleware")}, {"security.W002"}),
        ({"MIDDLEWARE": without(".CsrfViewMiddleware")}, {"security.W003"}),
        ({"SECURE_HSTS_SECONDS": 0}, {"security.W004"}),
        ({"SECURE_CONTENT_TYPE_NOSNIFF": False}, {"security.W006"}),
        ({"SECURE_SSL_REDIRECT": False}, {"security.W008"}),
        ({"SESSION_COOKIE_SECURE": False}, {"security.W012"}),
        ({"SESSION_COOKIE_HTTPONLY": False}, {"security.W015"}),
        ({"CSRF_COOKIE_SECURE": False}, {"security.W016"}),
        ({"DEBUG": True}, {"security.W018"}),
        ({"X_FRAME_OPTIONS": "SAMEORIGIN"}, {"security.W019"}),
        ({"ALLOWED_HOSTS": []}, {"security.W020"}),
        ({"SECURE_REFERRER_POLICY": None}, {"security.W022"}),
    ],
)
def test_the_check_before_going_live_finds_what_is_off(
    in_production: None, off: dict[str, Any], told: set[str]
) -> None:
    with override_settings(**off):
        assert found_before_going_live() == told


def test_no_list_of_settings_and_no_trace_is_shown(production: dict[str, Any]) -> None:
    assert production["DEBUG"] is False
    assert production["ALLOWED_HOSTS"] == ["sonae.example"]


@pytest.mark.parametrize(
    "address", ["/.git/config", "/.env", "/docs/", "/metrics", "/admin/", "/__debug__/", "/server-status", "/static/../manage.py",
                "/static/%2e%2e/manage.py", "/media/", "/requirements/base.txt", "/var/secrets/sonae_secret_key", "/api/v1/docs"]
)  # fmt: skip
def test_nothing_that_is_not_a_page_can_be_fetched(programme: object, address: str) -> None:
    assert Client().get(address).status_code == 404


PRIVATE = [name for name, row in MATRIX.items() if row.may in {May.SIGNED_IN, May.MEMBERS_PEOPLE, May.HOLDER}]
LOOKED_AT = [name for name, row in MATRIX.items() if row.method == "get" and name not in FOR_MACHINES]


def not_kept(browser: Client, names: list[str]) -> list[str]:
    """Those whose answers tell every cache to forget them."""
    return [name for name in names if "no-store" in browser.get(MATRIX[name].path).headers.get("Cache-Control", "")]


def test_a_page_that_is_not_for_everybody_is_kept_nowhere(programme: object) -> None:
    assert not_kept(Client(), PRIVATE) == PRIVATE


def test_whoever_has_signed_in_leaves_no_page_behind(programme: object) -> None:
    browser = Client()
    browser.force_login(cast.call_in().owner)
    assert not_kept(browser, LOOKED_AT) == LOOKED_AT
    assert "site:home" not in not_kept(Client(), LOOKED_AT)


NOT_THERE = [
    name for name in PRIVATE if MATRIX[name].status == 404
]  # error pages are kept nowhere by a guard of their own


@pytest.fixture
def decorator_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The views' own word that they are not to be kept is not said."""
    monkeypatch.setattr("django.views.decorators.cache.add_never_cache_headers", lambda response: None)


@pytest.fixture
def middleware_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The headers are added without a look at who has signed in."""
    monkeypatch.setattr(security_headers, "_may_be_somebodys", lambda request: False)


def test_without_the_word_of_its_view_a_page_might_be_kept(programme: object, decorator_off: None) -> None:
    assert not_kept(Client(), PRIVATE) == NOT_THERE


def test_without_the_look_at_who_has_signed_in_the_public_pages_would_stay_behind(
    programme: object, middleware_off: None
) -> None:
    browser = Client()
    browser.force_login(cast.call_in().owner)
    left = set(LOOKED_AT) - set(not_kept(browser, LOOKED_AT))
    assert {"site:home", "site:calculator"} <= left
    assert left.isdisjoint(PRIVATE)  # which their views guard by themselves


def test_without_both_the_pages_of_a_person_would_be_kept(
    programme: object, decorator_off: None, middleware_off: None
) -> None:
    browser = Client()
    browser.force_login(cast.call_in().owner)
    assert not_kept(browser, ["portal:home", "portal:start"]) == []


CHANGING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
WHO_LOOKED = ("django_session", "cache_entry", "audit_throttle", "audit_auditentry")


def changes_by(act: Callable[[], object]) -> list[str]:
    """The statements that change anything but sessions, counted tries and the audit log."""
    with CaptureQueriesContext(connection) as captured:
        act()
    written = [query["sql"] for query in captured.captured_queries if query["sql"].lstrip().startswith(CHANGING)]
    return [sql for sql in written if not any(f'"{table}"' in sql or f" {table} " in sql for table in WHO_LOOKED)]


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_writes_nothing_but_who_looked(programme: object, method: str) -> None:
    browser = Client()
    browser.force_login(cast.call_in().owner)
    for name in LOOKED_AT:
        assert changes_by(partial(getattr(browser, method), MATRIX[name].path)) == [], name
    assert changes_by(partial(Client().post, "/sign-in/", {"email": "new@sample.example"})) != []


SECRET = "a secret that stands in the fault itself"
INWARD = [SECRET, "Traceback", "RuntimeError", "first_page.py", "Django"]


def told_too_much(page: str) -> list[str]:
    return [word for word in INWARD if word in page]


def breaks(*_: object, **__: object) -> None:
    raise RuntimeError(SECRET)


def test_with_the_traces_for_developers_on_everything_would_be_told(
    programme: object, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(first_page, "render", breaks)
    assert told_too_much(Client(raise_request_exception=False).get("/").content.decode()) == INWARD


def test_a_fault_is_told_without_its_trace_and_found_again_by_its_number(
    programme: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(first_page, "render", breaks)
    numbers = set()
    for prefix, language in (("/", "ja"), ("/en/", "en")):
        caplog.clear()
        answer = Client(raise_request_exception=False).get(prefix)
        page = answer.content.decode()
        assert (answer.status_code, answer.headers["Content-Language"]) == (500, language)
        assert told_too_much(page) == []
        found = re.search(r"\b\d{4}-\d{4}\b", re.sub(r"<[^>]+>", " ", page))
        assert found, "the page names no number"
        assert [record for record in caplog.records if found[0] in record.getMessage()]
        numbers.add(found[0])
    assert len(numbers) == 2


BANNED = re.compile(
    r"(?<![.\w])(?<!def )(eval|exec|compile|__import__)\(|\b(pickle|marshal|shelve)\b|yaml\.(unsafe_)?load|\|\s*safe\b"
    r"|mark_safe\((?!\"[^\"]*\"\))|@csrf_exempt|\bshell=True"
)
ALLOWED = {
    ("@csrf_exempt", "web/api/card_hooks.py"),  # a machine that signs what it sends
    ("@csrf_exempt", "web/api/mail_hooks.py"),  # likewise
    ("mark_safe(", "web/shared/templatetags/frame.py"),  # icons of ours, chosen by name
}


def test_nothing_that_was_typed_can_be_carried_out() -> None:
    found = {
        (match[0], shown(path).removeprefix("src/sonae/"))
        for path in own_files(SRC, suffixes=(".py", ".html"))
        for match in BANNED.finditer(path.read_text())
    }
    assert found == ALLOWED


def test_the_search_finds_a_sample() -> None:
    for sample in (
        "eval(typed)",
        "import pickle",
        "{{ typed|safe }}",
        "mark_safe(typed)",
        "yaml.load(x)",
        "shell=True",
    ):
        assert BANNED.search(sample)
