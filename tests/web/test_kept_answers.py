"""In a large programme pages show what the last round worked out; what people decide or ask for afresh is as of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sonae.apps.reporting import kept_answers
from sonae.apps.reporting.kept_answers import books_are_large, kept_answer
from sonae.apps.reporting.payout_items import list_payout_items, open_items
from sonae.apps.reporting.use_cases.decide_payout_item import decide_payout_item
from sonae.apps.reporting.use_cases.keep_answers import keep_answers
from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
from tests import cast, clock
from tests.web.holdings import browser_of, words_of
from tests.web.money_on_file import OVER, enter_month, payout

pytestmark = pytest.mark.django_db
LATER = OVER + timedelta(minutes=9)
PAGES = ("/desk/money/payouts/", "/desk/money/2026-11/", "/desk/money/2026-11/earned/")
KEPT = "2026年12月2日 午前10時に計算したものです"


def analyse() -> None:
    """What the database does by itself as a table grows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE billing_payment")


@pytest.fixture
def desk(programme: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The operator nine minutes after a round, in a programme of which two payments count as many."""
    people = cast.call_in()
    enter_month()
    monkeypatch.setattr(kept_answers, "LARGE", 1)
    analyse()
    with clock.at(OVER):
        keep_answers(now=OVER)
    with clock.at(LATER):
        yield browser_of(people.staff["operator"])


def test_a_programme_is_large_from_a_number_of_payments_on(programme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_answers.LARGE == 20_000
    cast.call_in()
    enter_month()
    analyse()
    monkeypatch.setattr(kept_answers, "LARGE", 2)
    assert not books_are_large()
    assert keep_answers(now=OVER) == 0
    monkeypatch.setattr(kept_answers, "LARGE", 1)
    assert books_are_large()
    assert keep_answers(now=OVER) == 5


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_from_when_its_answer_is_and_works_it_out_when_asked(desk: Client, address: str) -> None:
    assert KEPT in words_of(desk, address)
    assert "計算したものです" not in words_of(desk, f"{address}?afresh=1")
    assert "計算したものです" not in words_of(desk, address), "what was worked out afresh is kept"


def test_a_small_programme_keeps_nothing(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "LARGE", 20_000)
    for address in PAGES:
        assert "計算したものです" not in words_of(desk, address)


def test_an_item_that_somebody_closes_is_gone_at_once_from_the_list_and_the_queue(desk: Client) -> None:
    (item,) = open_items(list_payout_items(now=LATER))
    assert "確かめること 1件" in words_of(desk, "/desk/money/payouts/")
    assert "pay_x" in words_of(desk, "/desk/?kind=payout_item")
    decide_payout_item(item=item.key, closed=True, reason="決済会社に確かめた", actor="user:1", now=LATER)
    page = words_of(desk, "/desk/money/payouts/")
    assert "確かめること 0件" in page
    assert KEPT in page, "nothing was worked out for it"
    assert "pay_x" not in words_of(desk, "/desk/?kind=payout_item")
    decide_payout_item(item=item.key, closed=False, reason="まだ分からない", actor="user:1", now=LATER)
    assert "確かめること 1件" in words_of(desk, "/desk/money/payouts/")


def test_after_a_payout_file_the_work_list_is_worked_out_anew(
    desk: Client, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        take_payout_file(content=payout("po_2"), file_name="po.csv", actor="user:1", now=OVER)
    page = words_of(desk, "/desk/money/payouts/")
    assert "計算したものです" not in page
    assert "確かめること 2件" in page


@pytest.mark.parametrize(("minutes", "answer"), [(14, "first"), (15, "second"), (-1, "second")])
def test_an_answer_is_kept_for_a_quarter_of_an_hour_and_none_comes_from_the_future(
    desk: Client, minutes: int, answer: str
) -> None:
    kept_answer("told", lambda: "first", now=OVER)
    assert kept_answer("told", lambda: "second", now=OVER + timedelta(minutes=minutes)).answer == answer


def test_the_page_of_one_item_reads_its_own_payment_alone(desk: Client) -> None:
    (item,) = open_items(list_payout_items(now=LATER))
    with CaptureQueriesContext(connection) as asked:
        assert "5,000" in words_of(desk, f"/desk/money/payouts/item/?key={item.key}")
    (compared,) = [one["sql"] for one in asked.captured_queries if "reporting_payoutline" in one["sql"]]
    assert compared.count("payment_id = 'pay_x'") == 4, "in each of our three respects, and of their lines"
    assert desk.get("/desk/money/payouts/item/?key=a:b:c").status_code == 404
