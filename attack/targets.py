"""What is attacked, worked out from what the tests know: a new form, address or operation of the API needs no line here.

Forms come from ``tests/web/all_pages.py`` as a browser sees them, addresses from the access matrix, operations from the API's
own document. Pages are attacked at their Japanese address; the English one is the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import resolve
from tests.architecture.test_access_matrix import MATRIX, TOKEN, May, Row
from tests.web.all_pages import PAGES, PREVIEWED, Opened, answers_of
from tests.web.applicant import COMPANY, CONSENTS, DECLARATIONS, DISCLOSURE, OTHER_INSURED, RISK
from tests.web.page_forms import PageForm, forms_in, forms_of

from attack.target import CSRF, Target

PLAUSIBLE = {
    **COMPANY, **OTHER_INSURED, **RISK, **CONSENTS, **DISCLOSURE, **DECLARATIONS,
    "email": "attack@sample.example", "code": "123456", "number": "10000017", "member_class": "basic",
    "start": "",  # the next one that can be had
    "form": "list", "effective_date": "2026-12-01", "reason": "because", "day": "earliest",
}  # fmt: skip
OF_A_QUESTION = {"language": "ja", "on": "2027-03-03", "known_at": "2027-03-10"}
MARK = "*"  # where sqlmap puts its payloads into a path


Pages = dict[str, Opened]


def open_pages() -> Pages:
    """Somebody at every page, each with an application of their own."""
    return {name: open_page() for name, open_page in PAGES.items()}


def for_sqlmap(opened: Pages) -> list[Target]:
    """Everything that takes something: forms and questions of pages, parts of paths, the API, the session itself."""
    applicant, application = opened["company"]
    staff, _ = opened["desk upload"]
    return [
        *(target for name, page in opened.items() for target in of_page(name, *page)),
        *of_matrix(applicant, application.split("/")[2], staff=staff),
        *of_api(Client().get("/api/v1/openapi.json").json()),
        Target("the session's cookie", "GET", "/portal/", cookies_of(applicant), attacks_session=True),
    ]


def of_page(name: str, browser: Client, address: str) -> Iterator[Target]:
    """Its forms, those of its preview, and what stands in its own address where no form asks for the same."""
    forms = [
        form for answer in answers_of(name, browser, address) for form in forms_in(answer.content.decode(), address)
    ]
    for number, form in enumerate(forms, 1):
        called = name if len(forms) == 1 else f"{name}, form {number}"
        yield of_form(called, browser, form, PREVIEWED.get(name, {}))
    asked = {key for key, _ in parse_qsl(urlsplit(address).query)}
    if asked and not any(form.method == "get" and asked <= set(form.controls) for form in forms):
        yield Target(name, "GET", address, cookies_of(browser))


def of_form(name: str, browser: Client, form: PageForm, chosen: Mapping[str, str]) -> Target:
    """As it is sent when all is filled in and the button is pressed that goes on: the others look at less of it."""
    filled = {
        control: chosen.get(control) or value or PLAUSIBLE.get(control, "1") for control, value in form.controls.items()
    }
    if "action" in filled:
        filled["action"] = "confirm" if form.is_preview else "next"
    if form.method == "get":
        address = f"{urlsplit(form.action).path}?{urlencode(filled)}"
        return Target(name, "GET", address, cookies_of(browser))
    return Target(name, "POST", form.action, cookies_of(browser), filled)


def of_matrix(browser: Client, application: str, *, staff: Client) -> Iterator[Target]:
    """Every address with a part that changes or a question, opened by somebody who may."""
    for name, row in MATRIX.items():
        path, _, question = row.path.partition("?")
        parts = {str(value) for value in resolve(path).kwargs.values()}
        if not parts and not question:
            continue
        cookies = _cookies_for(row, browser, staff)
        marked = "/".join(_marked(piece, parts) for piece in path.split("/"))
        if row.may == May.MEMBERS_PEOPLE:
            marked = marked.replace(TOKEN, application)
        yield Target(name, row.method.upper(), f"{marked}?{question}" if question else marked, cookies, **_message(row))


def _cookies_for(row: Row, browser: Client, staff: Client) -> dict[str, str]:
    match row.may:
        case May.SIGNED_IN | May.MEMBERS_PEOPLE:
            return cookies_of(browser)
        case May.STAFF:
            return cookies_of(staff)
        case _:
            return {}


def _marked(piece: str, parts: set[str]) -> str:
    """The piece between two slashes; a part that changes is marked at its end, and so is an ending such as .pdf that does."""
    whole = sorted((part for part in parts if piece == part or piece.startswith(f"{part}.")), key=len)
    if not whole:
        return quote(piece)
    ending = piece.removeprefix(whole[-1])
    return f"{whole[-1]}{MARK}{ending}{MARK if ending.removeprefix('.') in parts else ''}"


def _message(row: Row) -> dict[str, Any]:
    """A message for machines has a body; nobody's signature is on it."""
    if row.method != "post" or row.may not in {May.PROCESSOR, May.SENDER, May.MAILER}:
        return {}
    return {"body": {"id": "evt_1", "type": "payment.captured"}, "as_json": True}


def of_api(document: dict[str, Any]) -> Iterator[Target]:
    """Each operation, with the examples of its own document."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            query = {name: OF_A_QUESTION.get(name, "1") for name in asked}
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            body = {name: fact.get("examples", ["1"])[0] for name, fact in schema.get("properties", {}).items()}
            needed = {name: value for name, value in body.items() if name in schema["required"]}
            opened = operation_path(path)
            address = f"{opened}?{urlencode(query)}" if query else opened
            yield Target(f"API {path}", method.upper(), address, body=body, as_json=bool(body))
            if needed != body:  # an example's day is over some day, and then less of the request is looked at
                yield Target(f"API {path}, needed alone", method.upper(), address, body=needed, as_json=True)


def operation_path(path: str) -> str:
    """With something in each part that changes, marked."""
    return re.sub(r"\{\w+\}", f"C2026-000001-0{MARK}", path)


def for_wapiti(opened: Pages, member: dict[str, str]) -> list[Target]:
    """Every page with a form or a question, which this tool reads by itself, and the site as ``member`` walks it."""
    return [
        Target("the whole site", "GET", "/", member, whole_site=True),
        *(
            Target(name, "GET", address, cookies_of(browser))
            for name, (browser, address) in opened.items()
            if "?" in address or forms_of(browser, address)
        ),
    ]


def cookies_of(browser: Client) -> dict[str, str]:
    """The browser's session, and the cookie that goes with the field of every form."""
    session = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    return {settings.CSRF_COOKIE_NAME: CSRF} | ({settings.SESSION_COOKIE_NAME: session.value} if session else {})
