"""What a member's people have asked for its data, line by line as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.apps.contact.data_mails import FIELD_NAMES, shown_value
from sonae.apps.contact.models import DataRequest
from sonae.apps.contact.queries import list_data_requests
from sonae.apps.parties.models import Member
from sonae.domain.product.definition import Product
from sonae.domain.text import Text


@dataclass(frozen=True)
class CorrectionLine:
    """One field: what the list said, and what should stand."""

    name: Text
    held: Text
    wanted: Text


@dataclass(frozen=True)
class RequestRow:
    """One request."""

    asked: DataRequest
    lines: list[CorrectionLine]


def request_rows(*, member: Member, product: Product) -> list[RequestRow]:
    """Newest first."""
    return [RequestRow(asked, _lines(asked, product)) for asked in list_data_requests(member=member)]


def _lines(asked: DataRequest, product: Product) -> list[CorrectionLine]:
    return [
        CorrectionLine(
            FIELD_NAMES[field],
            shown_value(field, asked.held.get(field, ""), product),
            shown_value(field, wanted, product),
        )
        for field, wanted in asked.wanted.items()
    ]
