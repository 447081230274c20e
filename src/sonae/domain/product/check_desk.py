"""Whether calls can be booked as the product says, and whether the papers of its scripts are there."""

from __future__ import annotations

from sonae.domain.product.definition import Product
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.parse_desk import DESK
from sonae.domain.product.reading import Findings

MINUTES = 60


def check_desk(product: Product, findings: Findings) -> None:
    """Slots fill the window's hours, somebody can book them, and each leaflet is one of the product's papers."""
    rules, contact = product.desk.callbacks, product.contact
    minutes = (contact.closes_hour - contact.opens_hour) * MINUTES
    if rules.are_booked and minutes % rules.slot_minutes:
        message = f"slots of {rules.slot_minutes} minutes don't fill the window's {minutes} minutes."
        findings.add(DESK, "callbacks.slot_minutes", message)
    if rules.are_booked and not rules.open_days_ahead:
        findings.add(DESK, "callbacks.open_days_ahead", "there are places, but no day for which they can be booked.")
    papers = {document.code for document in product.documents}
    for code in product.desk.leaflets:
        if code not in papers:
            findings.add(DESK, "leaflets", f'the paper "{code}" is not known.', did_you_mean(code, papers))
