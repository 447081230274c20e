"""Sends the forms of the application without drawing them, to bring a signed-in browser quickly to the page of interest."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import APIResponse, Page

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
        begun = self._post(start, {"number": member.number, "member_class": "basic", "telephone": ""})
        assert begun.url.endswith("/needs/"), begun.url
        self.address = begun.url.removesuffix("needs/")
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
            self._send(f"documents/{code}/", {})
        self._send("documents/", CONSENTS)

    def _send_disclosure(self) -> None:
        self._send("disclosure/", DISCLOSURE)

    def _send_company(self) -> None:
        self._send("company/", COMPANY)

    def _send_confirm(self) -> None:
        self._send("confirm/", DECLARATIONS)

    def _send(self, step: str, answers: dict[str, object]) -> None:
        self._post(f"{self.address}{step}", answers)

    def _post(self, address: str, answers: dict[str, object]) -> APIResponse:
        """Open the page, send its hidden fields with the answers, follow where it leads."""
        html = self._page.request.get(address).text()
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html.partition("<main")[2]))
        answer = self._page.request.post(
            address,
            data=urlencode({**hidden, **answers}, doseq=True),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.ok, f"{address}: {answer.status}"
        return answer
