"""Somebody who applies, page by page, as a browser would: reads the form, fills it in, sends it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member, User
from tests.web.memory_gateway import MemoryGateway

NEEDS = {
    "data_kept": ["buyers_personal"],
    "persons": "up_to_1000",
    "contract_demands": ["nothing"],
    "budget": "up_to_100000",
    "other_cover": "no",
}
RISK = {"industry": "other_services", "sales": "500"}
READ = ("overview", "points_to_note", "privacy")
CONSENTS = dict.fromkeys((*READ, "electronic_delivery"), "on")
DISCLOSURE = {"past_event": "no", "notified_breach": "no"}
COMPANY = {
    "name": "青木工務店",
    "kana": "アオキコウムテン",
    "representative": "青木 花",
    "corporate_number": "7000012050002",
    "postcode": "100-0001",
    "prefecture": "東京都",
    "city": "千代田区千代田",
    "street": "1-1",
    "telephone": "03-1234-5678",
    "insured_is": "same",
}
OTHER_INSURED = {
    "insured_is": "other",
    "insured_name": "青木設備",
    "insured_kana": "アオキセツビ",
    "insured_address": "東京都千代田区千代田1-2",
    "insured_relation": "子会社",
    "explained_to_insured": "on",
}
DECLARATIONS = dict.fromkeys(
    ("truthful", "no_antisocial_forces", "no_cooling_off", "personal_data", "intent_confirmed"), "on"
)


class Applicant:
    """One person in one browser, on one application."""

    def __init__(self, user: User, member: Member) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.client.post("/apply/", {"member": member.number})
        self.application = Application.objects.filter(member=member).latest("started_at", "id")
        self.base = f"/apply/{self.application.public_id}/"

    def hidden(self, page: str, name: str = "revision") -> str:
        """What the page carries in that hidden field."""
        html = self.client.get(self.base + page).content.decode()
        found = re.search(rf'name="{name}" value="([^"]*)"', html)
        assert found, f"{page} carries no {name}"
        return found[1]

    def send(self, page: str, answers: dict[str, Any], **more: Any) -> Any:
        """Open the page and send it with these answers."""
        return self.client.post(self.base + page, {"revision": self.hidden(page), **answers, **more})

    def choose(self, plan: str = "P100", **risk: str) -> Any:
        """Industry and sales, then the plan."""
        given = {**RISK, **risk}
        self.send("plan/", given, action="calculate")
        return self.send("plan/", given, plan=plan, seen=self.hidden("plan/", "seen"))

    def read_documents(self) -> None:
        for code in READ:
            self.client.post(f"{self.base}documents/{code}/")

    def fill_in(self, **company: str) -> None:
        """Every step up to the confirmation page."""
        self.send("needs/", NEEDS)
        self.choose()
        self.read_documents()
        self.send("documents/", CONSENTS)
        self.send("disclosure/", DISCLOSURE)
        self.send("company/", COMPANY | company)

    def confirm(self) -> Any:
        return self.send("confirm/", DECLARATIONS)

    def buy(self, gateway: MemoryGateway) -> None:
        """All the way to the certificate, at the gateway that the pages have."""
        self.fill_in()
        self.confirm()
        self.client.post(f"{self.base}pay/")
        gateway.card_holder_pays()
        self.client.get(f"{self.base}paid/")
        assert self.reload().state == Application.State.ISSUED

    def reload(self) -> Application:
        self.application.refresh_from_db()
        return self.application
