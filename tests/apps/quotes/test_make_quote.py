"""A kept quote: promised figures, a day until which they hold, an address that can't be guessed, and its 見積書."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.documents.models import Paper
from sonae.apps.programmes.models import Programme
from sonae.apps.quotes.models import Quote
from sonae.apps.quotes.queries import find_quote
from sonae.apps.quotes.use_cases.make_quote import Referred, StartGone, make_quote
from sonae.domain.calendar import JAPAN
from sonae.domain.numbering import read_number
from sonae.domain.quoting import FactsInvalid, NothingPublished
from tests import clock

pytestmark = pytest.mark.django_db


def keep(start_on: date = date(2027, 3, 1), *, industry: str = "professional", now: datetime | None = None) -> Quote:
    return make_quote(industry=industry, annual_sales=48_000_000, start_on=start_on, now=now or clock.now())


def test_it_promises_what_was_answered_in_both_languages(programme: Programme) -> None:
    quote = keep()
    kept = Quote.objects.get(pk=quote.pk)
    plans = {plan["code"]: plan for plan in kept.answers["ja"]["plans"]}
    assert (plans["P300"]["annual_premium"], plans["P300"]["term_premium"]) == (192_840, 144_630)
    assert kept.answers["ja"]["plans"][0]["steps"][1]["label"] == "業種"
    assert kept.answers["en"]["plans"][0]["steps"][1]["label"] == "Industry"
    assert (kept.start_on, kept.expiry_on) == (date(2027, 3, 1), date(2027, 12, 1))
    assert kept.product_version.effective_date == date(2026, 12, 1)
    assert read_number(kept.number).kind == "quote"


@pytest.mark.parametrize(
    ("start_on", "now", "valid_until"),
    [
        (date(2027, 3, 1), datetime(2026, 11, 24, 10, tzinfo=JAPAN), date(2026, 12, 24)),  # thirty days
        (date(2027, 1, 1), datetime(2026, 11, 24, 10, tzinfo=JAPAN), date(2026, 12, 20)),  # the start's own deadline
        (date(2027, 1, 1), datetime(2026, 12, 20, 23, 59, tzinfo=JAPAN), date(2026, 12, 20)),  # on its last day
        (
            date(2026, 11, 1),
            datetime(2026, 10, 1, 0, 0, tzinfo=JAPAN),
            date(2026, 10, 20),
        ),  # never into the next version
    ],
)
def test_it_holds_thirty_days_but_no_longer_than_one_can_apply_for_its_start(
    programme: Programme, start_on: date, now: datetime, valid_until: date
) -> None:
    quote = keep(start_on, now=now)
    assert quote.valid_until == valid_until
    year = quote.product_version.scheme_years.get()
    assert year.start_on <= start_on < year.expiry_on
    assert valid_until < year.expiry_on


def test_a_start_whose_deadline_has_passed_is_not_promised(programme: Programme) -> None:
    with pytest.raises(StartGone) as gone:
        keep(date(2026, 12, 1))
    assert gone.value.deadline == date(2026, 11, 20)
    assert not Quote.objects.exists()


def test_a_referred_risk_is_not_promised_anything(programme: Programme) -> None:
    with pytest.raises(Referred) as referred:
        keep(industry="medical")
    assert [reason.code for reason in referred.value.answer.referrals] == ["MEDICAL"]
    assert not Quote.objects.exists()
    assert not Paper.objects.exists()


def test_facts_that_can_t_be_used_and_a_programme_that_is_not_there_are_told(db: None) -> None:
    with pytest.raises(NothingPublished):
        keep()


def test_an_unknown_industry_is_told(programme: Programme) -> None:
    with pytest.raises(FactsInvalid):
        keep(industry="astrology")


def test_its_address_can_t_be_guessed_and_its_number_is_not_its_address(programme: Programme) -> None:
    first, second = keep(), keep()
    assert len(first.token) == len(second.token) == 43  # 256 bits
    assert first.token != second.token
    assert first.number != second.number
    assert find_quote(token=first.token) == first
    for wrong in ("", first.number, first.token[:-1], first.token + "x", "x" * 5000):
        assert find_quote(token=wrong) is None


def test_it_stays_as_it_was_made(programme: Programme) -> None:
    quote = keep()
    quote.valid_until = date(2099, 1, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        quote.save()


def test_its_paper_is_issued_with_it_once_for_each_language(programme: Programme) -> None:
    quote = keep()
    papers = Paper.objects.order_by("language")
    assert [(paper.language, paper.file_name) for paper in papers] == [
        ("en", f"estimate_{quote.number}.pdf"),
        ("ja", f"見積書_{quote.number}.pdf"),
    ]
    facts = papers[1].facts
    assert [plan["term_premium"] for plan in facts["plans"]] == [89_280, 144_630, 162_480]
    assert facts["valid_until"] == quote.valid_until.isoformat()
    assert facts["cover_from"] == "2027-03-01T16:00:00+09:00"
    assert "2027年2月20日まで" in facts["conditions"][0]["ja"]
