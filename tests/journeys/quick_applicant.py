"""Sends the forms of the application without drawing them, to bring a signed-in browser quickly to the page of interest."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.journeys.buyer import sign_in
from tests.journeys.site import NewMember, RunningSite
from tests.web.applicant import COMPANY, CONSENTS, DECLARATIONS, DISCLOSURE, NEEDS, READ, RISK

STEPS = ("needs", "plan", "documents", "disclosure", "company", "confirm", "pay")


class QuickApplicant:
    """One application of one member, in the browser of ``page``."""

    def __init__(self, page: Page, site: RunningSite, member: NewMember, prefix: str = "") -> None:
        self._page = page
        sign_in(page, site, prefix, member.email)
        start = f"{site.address}{prefix}/apply/"
        self._shown = page.request.get(start)
        self._post(start, {"number": member.number, "member_class": "basic", "telephone": ""})
        assert self._shown.url.endswith("/needs/"), self._shown.url
        self.address = self._shown.url.removesuffix("needs/")
        self.public_id = self.address.rstrip("/").rpartition("/")[2]

    def open(self, step: str) -> None:
        """Show that step's page; everything before it is sent first."""
        for earlier in STEPS[: STEPS.index(step)]:
            getattr(self, f"_send_{earlier}")()
        self._page.goto(f"{self.address}{step}/")
        assert self._page.url == f"{self.address}{step}/", self._page.url

    def _send_needs(self) -> None:
        self._send("needs/", NEEDS)

    def _send_plan(self) -> None:
        self._send("plan/", {**RISK, "action": "calculate"})
        self._send("plan/", {**RISK, "plan": "P100"})

    def _send_documents(self) -> None:
        for code in READ:
            self._post(f"{self.address}documents/{code}/", {})  # the list comes back, and its token serves the next
        self._send("documents/", CONSENTS)

    def _send_disclosure(self) -> None:
        self._send("disclosure/", DISCLOSURE)

    def _send_company(self) -> None:
        self._send("company/", COMPANY)

    def _send_confirm(self) -> None:
        self._send("confirm/", DECLARATIONS)

    def _send(self, step: str, answers: dict[str, object]) -> None:
        address = f"{self.address}{step}"
        if self._shown.url != address:
            self._shown = self._page.request.get(address)
        self._post(address, answers)

    def _post(self, address: str, answers: dict[str, object]) -> None:
        """Send the hidden fields of the page that is shown with the answers; what comes back is shown next."""
        html = self._shown.text().partition("<main")[2]
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
        self._shown = self._page.request.post(
            address,
            data=urlencode({**hidden, **answers}, doseq=True),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert self._shown.ok, f"{address}: {self._shown.status}"
