"""What a risk would cost under the published versions, and the quote that somebody kept."""

from __future__ import annotations

from datetime import date

from sonae.apps.programmes.queries import published_versions
from sonae.apps.quotes.models import Quote
from sonae.domain.quoting import answer_quote
from sonae.domain.rating import QuoteAnswer

LONGEST_TOKEN = 43


def answer_for(*, industry: object, annual_sales: object, start_on: object, today: date) -> QuoteAnswer:
    """The answer that the command line, the API and the pages share.

    Raises ``FactsInvalid`` with every problem, ``NothingPublished`` before any scheme year is open.
    """
    return answer_quote(
        versions=published_versions(), industry=industry, annual_sales=annual_sales, start_on=start_on, today=today
    )


def find_quote(*, token: str) -> Quote | None:
    """The kept quote of that token."""
    if not token or len(token) > LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        return None
    return Quote.objects.select_related("product_version").defer("product_version__files").filter(token=token).first()
