"""The forms of a page as a browser sees them, so that a new field is tried without anybody listing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client


@dataclass
class PageForm:
    """Where it is sent, how, and the controls with what stands in them."""

    action: str
    method: str
    controls: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)  # the controls that a person types into
    acts: set[str] = field(default_factory=set)  # what its buttons called "action" stand for

    @property
    def is_preview(self) -> bool:
        """It says what an act would do, and carries on what was typed."""
        return "confirm" in self.acts

    def filled(self, text: str) -> dict[str, str]:
        """That text in every control. The button of a preview stays, or nothing behind it would be reached."""
        return {**dict.fromkeys(self.controls, text), **({"action": "confirm"} if self.is_preview else {})}

    def send(self, browser: Client, **given: str) -> Any:
        """As it stands, but for what is given."""
        return getattr(browser, self.method)(self.action, {**self.controls, **given})


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[PageForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action") or self.address, given.get("method", "get").lower()))
        name = given.get("name", "")
        if not self.forms or not name or tag not in {"input", "select", "textarea", "button"}:
            return
        form, kind = self.forms[-1], given.get("type", "text" if tag == "input" else tag)
        if kind in {"text", "email", "search", "tel", "number", "textarea"}:
            form.typed.add(name)
        if name == "action":
            form.acts.add(given.get("value", ""))
        if kind in {"radio", "checkbox"} and "checked" not in given:
            form.controls.setdefault(name, "")
        elif kind != "button":
            form.controls[name] = given.get("value", "")


def forms_of(browser: Client, address: str) -> list[PageForm]:
    """Those with anything to fill in or carry along. AssertionError if the page doesn't open."""
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return forms_in(answer.content.decode(), address)


def forms_in(html: str, address: str) -> list[PageForm]:
    """Those of a page that came from the address, whichever way it was asked for."""
    reader = _Reader(address)
    reader.feed(html)
    for form in reader.forms:
        form.controls.pop("csrfmiddlewaretoken", None)
    return [form for form in reader.forms if form.controls]
