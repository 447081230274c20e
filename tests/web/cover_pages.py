"""Sending the pages of acts on a cover as a browser does: every field that stands in the form, and those that were changed."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

FIELD = re.compile(r'<(?:input|textarea)[^>]*\bname="([^"]+)"[^>]*>')
SELECT = re.compile(r'<select[^>]*\bname="([^"]+)".*?</select>', re.DOTALL)


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form in ``main`` if its button were pressed."""
    main = page[page.index("<main") : page.index("</main")]
    main = main[main.rindex('<form class="form') :]
    found: dict[str, str] = {}
    for field in FIELD.finditer(main):
        tag, name = field[0], field[1]
        if re.search(r'type="(?:radio|checkbox)"', tag) and not re.search(r"\schecked", tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found[name] = html.unescape(value[1]) if value else ""
    for select in SELECT.finditer(main):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\sselected', select[0])
        found[select[1]] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def text(answer: Any) -> str:
    """The words of the page in one line."""
    page = answer.content.decode()
    main = page[page.index("<main") : page.index("</main")]
    plain = re.sub(r"</?(?:time|strong|b|span|wbr|small|a|s)\b[^>]*>", "", main)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", plain).split()))


def preview(browser: Client, address: str, **changed: str) -> Any:
    """Open the form, change some of it, and see what it would do."""
    form = fields_of(browser.get(address).content.decode())
    return browser.post(address, {**form, **changed, "action": "preview"})


def confirm(browser: Client, address: str, previewed: Any, **chosen: str) -> Any:
    """Go on from that preview."""
    return browser.post(address, {**fields_of(previewed.content.decode()), **chosen, "action": "confirm"})
