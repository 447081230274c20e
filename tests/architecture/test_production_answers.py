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
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from sonae.web.site import first_page
from tests import cast
from tests.architecture.deploy_check import PRODUCTION
from tests.architecture.sources import SRC, own_files, shown
from tests.architecture.test_access_matrix import FOR_MACHINES, MATRIX, May

pytestmark = pytest.mark.django_db
HOST = {"Host": "sonae.example"}
YEAR = 31_536_000
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


def test_every_answer_asks_for_https_for_a_year_with_all_below(programme: object, in_production: None) -> None:
    told = {name: ask(name, secure=True).headers.get("Strict-Transport-Security") for name in MATRIX}
    assert told == dict.fromkeys(MATRIX, f"max-age={YEAR}; includeSubDomains; preload")


SPOOFED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "443"}


@pytest.mark.parametrize("headers", [{}, SPOOFED], ids=["plain", "spoofed"])
def test_without_https_there_is_only_the_way_there_whatever_a_header_says(
    programme: object, in_production: None, headers: dict[str, str]
) -> None:
    ways = {name: ask(name, headers) for name in MATRIX}
    assert {name: (way.status_code, way.headers["Location"]) for name, way in ways.items()} == {
        name: (301, f"https://sonae.example{row.path}") for name, row in MATRIX.items()
    }


def test_the_cookies_are_bound_to_this_host_to_https_and_to_the_server(programme: object, in_production: None) -> None:
    browser = Client(headers=HOST)
    browser.post("/sign-in/", {"email": "new@sample.example"}, secure=True)
    browser.get("/sign-in/code/", secure=True)
    assert set(browser.cookies) == {"__Host-session", "__Host-csrf"}
    for cookie in browser.cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")  # without these a browser takes no __Host- cookie


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


def test_a_fault_is_told_without_its_trace_and_found_again_by_its_number(
    programme: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(first_page, "render", breaks)
    numbers = set()
    for prefix, language in (("/", "ja"), ("/en/", "en")):
        caplog.clear()
        answer = Client(raise_request_exception=False).get(prefix)
        page = answer.content.decode()
        assert (answer.status_code, answer.headers["Content-Language"]) == (500, language)
        for word in (SECRET, "Traceback", "RuntimeError", "first_page.py", "Django"):
            assert word not in page
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
