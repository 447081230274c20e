"""Pays on the hosted page as a card holder's browser would, without one: for tests, demo data and measurements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

import urllib3

VISA, MASTERCARD, JCB = "4242424242424242", "5555555555554444", "3530111333300000"
AMERICAN_EXPRESS, DINERS_CLUB = "378282246310005", "30569309025904"


@dataclass(frozen=True, slots=True)
class PaidPage:
    """Where the card holder ended: ``location`` off the page when the card was taken, else the page's ``message``."""

    location: str
    message: str
    status: int


class CardHolder:
    """A person with a browser and a test card. Raises ``urllib3.exceptions.HTTPError`` where no page answers."""

    def __init__(self, *, seconds: float = 15.0) -> None:
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=seconds), retries=False)

    def pay(
        self, page_url: str, number: str = VISA, *, challenge: str = "success", expiry: str = "12/99", cvc: str = ""
    ) -> PaidPage:
        """Open the page, type the card, answer 3-D Secure (``success``, ``failure``, ``abandon``) where it asks."""
        page = self._pool.request("GET", page_url, redirect=False)
        if page.status != 200:
            return self._ended(page_url, page)
        typed = {
            "token": _hidden(page, "token"),
            "lang": _hidden(page, "lang"),
            "number": number,
            "expiry": expiry,
            "cvc": cvc or ("1234" if number.startswith(("34", "37")) else "123"),
            "name": "SONAE TARO",
        }
        reply = self._pool.request("POST", page_url, fields=typed, encode_multipart=False, redirect=False)
        location = urljoin(page_url, reply.headers.get("Location", ""))
        if reply.status == 303 and location.split("?")[0] == f"{page_url}/challenge":
            asked = self._pool.request("GET", location, redirect=False)
            fields = {name: _hidden(asked, name) for name in ("token", "attempt", "lang")} | {"answer": challenge}
            url = f"{page_url}/challenge"
            reply = self._pool.request("POST", url, fields=fields, encode_multipart=False, redirect=False)
        return self._ended(page_url, reply)

    def _ended(self, page_url: str, reply: urllib3.BaseHTTPResponse) -> PaidPage:
        location = urljoin(page_url, reply.headers["Location"]) if reply.status == 303 else ""
        if location.startswith(f"{page_url}?"):
            reply = self._pool.request("GET", location, redirect=False)
            location = ""
        found = re.findall(r'class="(?:alert|error)"[^>]*>(?:<span[^>]*>!</span>)?(.*?)</p>', _text(reply), re.DOTALL)
        return PaidPage(location, unescape(" ".join(words.strip() for words in found)), reply.status)


def _text(reply: urllib3.BaseHTTPResponse) -> str:
    return reply.data.decode()


def _hidden(page: urllib3.BaseHTTPResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', _text(page))
    return unescape(found[1]) if found else ""
