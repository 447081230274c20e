"""A browser at the contact window: the forms as a person fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from sonae.apps.contact.models import Consultation
from tests.web.page_forms import PageForm, forms_of

QUESTION = {
    "kind": "question",
    "name": "青木 花子",
    "email": "aoki@sample.example",
    "message": "いつから加入できますか。\r\n\r\n弥生PAP会員です。",
}
CALLBACK = {
    "kind": "callback",
    "name": "青木 花子",
    "email": "aoki@sample.example",
    "telephone": "０３（１２３４）５６７８",
}
REFERRAL = {
    "industry": "medical",
    "sales": "１億２，０００万",
    "firm": "井上医院",
    "name": "井上 健",
    "kana": "いのうえ けん",
    "email": "inoue@sample.example",
    "telephone": "03-1234-5678",
    "preferred_time": "morning",
    "consent": "on",
}


@dataclass
class Asker:
    """Somebody without any business here yet."""

    browser: Client = field(default_factory=Client)
    prefix: str = ""

    def form(self, address: str) -> PageForm:
        """The form of the page, freshly opened."""
        (form,) = [one for one in forms_of(self.browser, f"{self.prefix}{address}") if one.method == "post"]
        form.controls = {name: value for name, value in form.controls.items() if value}
        return form

    def ask(self, **given: str) -> Any:
        return self.form("/consultation/").send(self.browser, **(QUESTION | given))

    def refer(self, **given: str) -> Any:
        return self.form("/outside/").send(self.browser, **(REFERRAL | given))

    def page_of(self, answer: Any) -> str:
        """The page that the answer leads on to."""
        assert answer.status_code == 302, answer.content.decode()
        return self.browser.get(answer.headers["Location"]).content.decode()


def received_page(kind: str) -> str:
    """The address of a consultation that has just come in."""
    asker = Asker()
    asker.refer() if kind == "referral" else asker.ask(**(CALLBACK if kind == "callback" else {}))
    return f"/consultation/{Consultation.objects.latest('id').token}/"
