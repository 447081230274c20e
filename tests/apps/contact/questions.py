"""What somebody asks of the contact window, ready to be sent in."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.contact.use_cases.receive_consultation import Asked, receive_consultation
from sonae.domain.product.definition import Product
from tests import clock
from tests.domain.versions import product

QUESTION = Asked(
    kind="question", name="青木 花子", email="aoki@sample.example", message="弥生PAP会員です。いつから加入できますか。"
)
REFERRAL = Asked(
    kind="referral",
    name="井上 健",
    firm="井上医院",
    email="inoue@sample.example",
    telephone="03-1234-5678",
    preferred_time="morning",
    industry="medical",
    annual_sales=120_000_000,
)


def send_in(
    asked: Asked = QUESTION,
    *,
    form_key: str = "",
    consent_digest: str | None = None,
    at: Product | None = None,
    language: str = "ja",
    now: datetime | None = None,
    **changed: Any,
) -> tuple[Consultation, bool]:
    """By a visitor; a referral with the consent that the page shows, unless another is named."""
    ruling = at or product()
    if consent_digest is None:
        consent_digest = shown_digest(consent_text(ruling, language)) if asked.kind == "referral" else ""
    return receive_consultation(
        asked=replace(asked, **changed),
        form_key=form_key or secrets.token_urlsafe(24),
        consent_digest=consent_digest,
        product=ruling,
        language=language,
        actor="visitor",
        now=now or clock.now(),
    )
