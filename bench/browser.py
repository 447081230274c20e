"""A browser without a screen: keeps cookies, follows redirects, sends the forms of the page it is on, and times each request."""

from __future__ import annotations

import re
import time
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

MOST_REDIRECTS = 5


class Browser:
    """One person's. ``sender`` is the address on the loopback network that the requests come from (Linux has 16 million)."""

    def __init__(self, site: str, *, sender: str) -> None:
        self.address = site
        self.page = ""
        self.seconds: list[float] = []
        self.cookies: dict[str, str] = {}
        self._pool = urllib3.PoolManager(retries=False, timeout=30.0, source_address=(sender, 0))

    def open(self, address: str) -> bytes:
        """GET, as far as redirects lead on this site. What was answered becomes the page; a redirect elsewhere is left alone."""
        return self._follow("GET", address, None)

    def send(self, **answers: Any) -> None:
        """POST the page's hidden fields and these answers to the page's own address."""
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.page)
        fields = {name: unescape(value) for name, value in hidden} | answers
        self._follow("POST", self.address, urlencode(fields, doseq=True))

    def find(self, pattern: str) -> str:
        """What the page says there."""
        found = re.search(pattern, self.page)
        assert found, f"{self.address} has no {pattern}"
        return unescape(found[1])

    def _follow(self, method: str, address: str, form: str | None) -> bytes:
        for _ in range(MOST_REDIRECTS):
            address = urljoin(self.address, address)
            reply = self._request(method, address, form)
            if reply.status not in (301, 302, 303):
                assert reply.status == 200, f"{method} {address}: {reply.status}"
                if reply.headers["Content-Type"].startswith("text/html"):
                    self.address, self.page = address, reply.data.decode()
                return reply.data
            method, form, address = "GET", None, urljoin(address, reply.headers["Location"])
            if urlsplit(address).netloc != urlsplit(self.address).netloc:
                self.page, self.address = "", address
                return b""
        raise AssertionError(f"{address} leads nowhere")

    def _request(self, method: str, address: str, form: str | None) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        reply = self._pool.request(method, address, body=form, headers=headers, redirect=False)
        self.seconds.append(time.perf_counter() - began)
        for line in reply.headers.getlist("Set-Cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return reply
