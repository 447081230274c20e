"""Sends the forms of the application without drawing them, to bring a signed-in browser quickly to the page of interest."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.journeys.buyer import sign_in
from tests.journeys.site import NewMember, RunningSite
from tests.web.applicant import COMPANY, CONSENTS, DECLARATIONS, DISCLOSURE, NEEDS, READ, RISK

STEPS = ("needs", "plan", "documents", "disclosure", "company", "confirm", "pay")
ANSWERS: dict[str, dict[str, object]] = {
    "needs": dict(NEEDS), "plan": {**RISK, "plan": "P100"}, "documents": dict(CONSENTS), "disclosure": dict(DISCLOSURE),
    "company": dict(COMPANY), "confirm": dict(DECLARATIONS),
}  # fmt: skip


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
            self.send(earlier)
        self._page.goto(f"{self.address}{step}/")
        assert self._page.url == f"{self.address}{step}/", self._page.url

    def send(self, step: str, **changes: object) -> None:
        """Save one step. The premiums are looked at before a plan is chosen, the documents before they are accepted."""
        address = f"{self.address}{step}/"
        self._show(address)
        if step == "plan":
            self._post(address, {**RISK, **changes, "action": "calculate"})
            self._show(address)
        if step == "documents":
            for code in READ:
                self._post(f"{address}{code}/", {})  # the list comes back, and its token serves the next
        self._post(address, {**ANSWERS[step], **changes})

    def _show(self, address: str) -> None:
        if self._shown.url != address:
            self._shown = self._page.request.get(address)

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
