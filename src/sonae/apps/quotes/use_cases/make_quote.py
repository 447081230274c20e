"""Keep a quote: the premiums of all plans, promised until a day, under a token that can't be guessed, with its 見積書."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import transaction

from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_paper
from sonae.apps.programmes.numbering import draw
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import scheme_year_for_start
from sonae.apps.quotes.estimate import estimate_facts, file_name_of
from sonae.apps.quotes.models import Quote
from sonae.apps.quotes.queries import answer_for
from sonae.domain.calendar import application_deadline, japan_date, quote_valid_until
from sonae.domain.numbering import quote_number
from sonae.domain.product.definition import Calendar
from sonae.domain.rating import QuoteAnswer

LANGUAGES = ("ja", "en")


class Referred(Exception):
    """There is no premium to promise: a person has to look at this risk. ``answer`` has the reasons."""

    def __init__(self, answer: QuoteAnswer) -> None:
        super().__init__(", ".join(referral.code for referral in answer.referrals))
        self.answer = answer


class StartGone(Exception):
    """The last day to apply for that start has passed, so its premium can't be promised any more."""

    def __init__(self, deadline: date) -> None:
        super().__init__(deadline.isoformat())
        self.deadline = deadline


@transaction.atomic
def make_quote(*, industry: str, annual_sales: int, start_on: date, now: datetime) -> Quote:
    """The kept quote, with its paper in both languages.

    Raises ``FactsInvalid`` and ``NothingPublished`` (domain/quoting), ``Referred`` and ``StartGone``.
    """
    today = japan_date(now)
    answer = answer_for(industry=industry, annual_sales=annual_sales, start_on=start_on, today=today)
    if not answer.accepted:
        raise Referred(answer)
    version = scheme_year_for_start(start_on=answer.start_on).product_version
    product = product_of(version)
    deadline = application_deadline(product.calendar, answer.start_on)
    if today > deadline:
        raise StartGone(deadline)
    quote = Quote.objects.create(
        token=secrets.token_urlsafe(32),
        number=quote_number(today.year, draw("quote")),
        product_version=version,
        industry=industry,
        annual_sales=annual_sales,
        start_on=answer.start_on,
        expiry_on=answer.expiry_on,
        answers={language: answer.as_json(language) for language in LANGUAGES},
        made_at=now,
        valid_until=last_day(product.calendar, quoted_on=today, start_on=answer.start_on),
    )
    facts = estimate_facts(quote=quote, product=product, answer=answer)
    for language in LANGUAGES:
        issue_paper(
            key=paper_key(quote, language),
            kind=Paper.Kind.ESTIMATE,
            member=None,
            product_version=version,
            language=language,
            file_name=file_name_of(quote, language),
            facts=facts,
            now=now,
        )
    return quote


def last_day(calendar: Calendar, *, quoted_on: date, start_on: date) -> date:
    """A quote holds its thirty days, but no longer than one can apply for its start: that lies within one product version."""
    return min(quote_valid_until(calendar, quoted_on), application_deadline(calendar, start_on))


def paper_key(quote: Quote, language: str) -> str:
    """Under which the 見積書 is kept."""
    return f"estimate:{quote.number}:{language}"
