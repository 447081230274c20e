"""`make attack` reaches every form, every part of an address that changes and every operation, without anybody listing them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from attack.target import Target
from django.test import Client
from django.urls import get_resolver

from attack import site, targets
from sonae.web.portal import payment_views
from tests.architecture.sources import SRC, own_files
from tests.architecture.test_access_matrix import MATRIX, patterns_of
from tests.web.all_pages import answers_of
from tests.web.memory_gateway import MemoryGateway

NAMED_FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\bname=\"([^\"]+)\"")
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
QUEUE = "desk/work/queue.html"  # its ticks are of the moment: tests/web/test_desk_queue.py sends what nobody was shown
SAMPLE_OF_PARTS = "shared/parts.html"  # its form is a picture of the fields and leads nowhere
# Where their only field leads, ``next``, is tried by test_passkeys.py; sending it ends the session that would attack.
END_THEIR_SESSION = {"portal/sign_in_again.html", "portal/invitation.html", "portal/staff_invitation.html"}


@pytest.fixture
def opened(programme: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[targets.Pages]:
    processor = MemoryGateway(mark="attack_")  # whoever goes on to the card page needs one that answers
    monkeypatch.setattr(payment_views, "card_gateway", lambda: processor)
    with site.people_of_their_own():
        yield targets.open_pages()


def sent_by(address: str, html: str) -> Iterator[tuple[str, str, set[str]]]:
    """Method, path and fields of each form, read from the text alone."""
    for attributes, inside in FORM.findall(html):
        names = set(NAMED_FIELD.findall(inside)) - {"csrfmiddlewaretoken"}
        action = re.search(r'action="([^"]*)"', attributes)
        method = "POST" if 'method="post"' in attributes else "GET"
        if names:
            yield method, urlsplit(action[1] if action and action[1] else address).path, names


def attacked(among: list[Target], method: str, path: str) -> set[str]:
    fields = [target.fields for target in among if target.method == method and urlsplit(target.address).path == path]
    return set().union(*fields)


def test_every_field_of_every_form_is_attacked(opened: targets.Pages) -> None:
    among = targets.for_sqlmap(opened)
    forms = [
        (name, *form)
        for name, (browser, address) in opened.items()
        for answer in answers_of(name, browser, address)
        for form in sent_by(address, answer.content.decode())
    ]
    assert len(forms) > 10
    assert [
        (name, path, fields - attacked(among, method, path))
        for name, method, path, fields in forms
        if not fields <= attacked(among, method, path)
    ] == []


def test_no_page_with_fields_is_missing_among_the_pages(opened: targets.Pages) -> None:
    """Whoever writes a template with a form brings somebody to it in ``tests/web/all_pages.py``."""
    shown = {
        template.name
        for name, (browser, address) in opened.items()
        for answer in answers_of(name, browser, address)
        for template in answer.templates
        if template.name
    }
    with_fields = {
        path.as_posix().partition("/templates/")[2]
        for path in own_files(SRC / "web", suffixes=(".html",))
        if has_fields(path.read_text())
    }
    assert len(with_fields) > 5
    assert with_fields - shown - END_THEIR_SESSION - {SAMPLE_OF_PARTS, QUEUE} == set()


def has_fields(text: str) -> bool:
    return "shared/form_page.html" in text or any(
        NAMED_FIELD.search(inside) or "{{ form" in inside or "{% block" in inside for _, inside in FORM.findall(text)
    )


def test_every_part_of_an_address_that_changes_is_attacked() -> None:
    among = {target.name: target for target in targets.of_matrix(Client(), application="x" * 32, staff=Client())}
    for name, pattern in patterns_of(get_resolver()):
        parts = len(pattern.pattern.converters)
        if parts:
            assert among[name].address.count(targets.MARK) == parts, name
    questions = [name for name, row in MATRIX.items() if "?" in row.path]
    assert questions
    assert all(among[name].fields for name in questions)


@pytest.mark.django_db
def test_every_operation_of_the_api_is_attacked_with_all_its_fields() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    among = list(targets.of_api(document))
    with_body = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            fields = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
            if "requestBody" in operation:
                assert fields <= {"language"}
                with_body.add((method, path))
                fields |= set(operation["requestBody"]["content"]["application/json"]["schema"]["properties"])
            assert fields == attacked(among, method.upper(), targets.operation_path(path)), path
    assert ("post", "/api/v1/quotes") in with_body
    with_parts = [path for path in document["paths"] if "{" in path]
    assert with_parts
    assert all(targets.operation_path(path).count(targets.MARK) == path.count("{") for path in with_parts)


def test_each_target_answers_before_it_is_attacked(opened: targets.Pages) -> None:
    """No sign-in page and no refusal stands between the tool and the code behind the form; the session is attacked too."""
    among = targets.for_sqlmap(opened)
    assert [name for target in among if target.attacks_session for name in target.cookies] == ["csrftoken", "sessionid"]
    for target in among:
        if target.method != "POST" or target.as_json:
            continue
        browser = Client(enforce_csrf_checks=True)
        browser.cookies.load(target.cookies)
        answer = browser.post(target.address, target.text, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in {200, 302, 303, 404, 422}, target.name
        assert "/sign-in/?next" not in answer.headers.get("Location", ""), target.name


def test_the_tool_that_reads_forms_by_itself_is_shown_every_page_that_has_one(opened: targets.Pages) -> None:
    shown = {target.address for target in targets.for_wapiti(opened, {})}
    with_form = {
        address for browser, address in opened.values() if list(sent_by(address, browser.get(address).content.decode()))
    }
    assert with_form <= shown
    assert any(target.whole_site for target in targets.for_wapiti(opened, {}))
