"""A premium in the member's own accounting periods, and the files for its accounting software: every yen is there once."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import BooksClosing, JournalEntry
from sonae.apps.billing.use_cases.choose_closing_month import choose_closing_month
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_paper
from sonae.apps.parties.queries import MayNotAct
from sonae.apps.programmes.models import Programme
from sonae.domain.certificate.log import Kind
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, pay_for, wish
from tests.web.holdings import browser_of, give_back, give_free_cover, give_paid_cover, words_of
from tests.web.test_portal_data import buy

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: Programme) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def certificate(people: cast.Cast) -> Certificate:
    return give_paid_cover(people.member, date(2026, 12, 1))


@pytest.fixture
def browser(people: cast.Cast) -> Client:
    return browser_of(people.owner)


def address(certificate: Certificate, page: str = "") -> str:
    return f"/portal/accounting/{certificate.number}/{page}"


def lines(browser: Client, certificate: Certificate, query: str = "") -> list[dict[str, str]]:
    answer: Any = browser.get(address(certificate, "journal/") + query)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{certificate.number}_journal.csv"'
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_closing_in_march_leaves_the_rest_of_the_premium_prepaid(browser: Client, certificate: Certificate) -> None:
    browser.post(address(certificate), {"closing_month": "3"})
    page = words_of(browser, address(certificate))
    assert "2027年3月31日 4か月 21,647円 43,293円" in page
    assert "2028年3月31日 8か月 43,293円 0円" in page
    assert "合計 12か月 64,940円" in page
    assert "2026年12月 5,412円 59,528円" in page
    assert "2027年3月 決算 5,412円 43,293円" in page


def test_until_it_is_chosen_the_page_says_which_month_it_takes(browser: Client, certificate: Certificate) -> None:
    assert "まだ選ばれていないので、3月決算として分けています。" in words_of(browser, address(certificate))
    browser.post(address(certificate), {"closing_month": "12"})
    page = words_of(browser, address(certificate))
    assert "まだ選ばれていない" not in page
    assert "2026年12月31日 1か月 5,412円 59,528円" in page


def test_the_month_is_remembered_for_the_member_and_changes_nothing_that_is_booked(
    people: cast.Cast, browser: Client, certificate: Certificate
) -> None:
    later = give_paid_cover(people.member, date(2025, 12, 1))
    for month in ("6", "6", "9"):
        browser.post(address(certificate), {"closing_month": month})
    assert [one.closing_month for one in BooksClosing.objects.order_by("id")] == [6, 9]
    assert not JournalEntry.objects.exists()
    assert "2026年9月30日 10か月" in words_of(browser_of(people.colleague), address(later))
    assert AuditEntry.objects.filter(action="closing_month.chosen").count() == 2


@pytest.mark.parametrize("month", ["0", "13", "", "三", "3.5", "9" * 400])
def test_a_month_that_is_none_is_refused_in_words(browser: Client, certificate: Certificate, month: str) -> None:
    answer = browser.post(address(certificate), {"closing_month": month})
    assert answer.status_code == 400
    assert "決算月を選んでください。" in answer.content.decode()
    assert not BooksClosing.objects.exists()


def test_the_journal_carries_the_premium_from_prepaid_to_expense(browser: Client, certificate: Certificate) -> None:
    found = [
        (one["日付"], one["借方勘定科目"], one["貸方勘定科目"], one["金額"]) for one in lines(browser, certificate)
    ]
    assert found == [
        ("2026-11-24", "前払費用", "未払金", "64940"),
        ("2027-03-31", "保険料", "前払費用", "21647"),
        ("2027-11-30", "保険料", "前払費用", "43293"),
    ]


def test_by_month_there_is_a_line_for_each_month(browser: Client, certificate: Certificate) -> None:
    found = lines(browser, certificate, "?by=month")
    assert len(found) == 13
    assert sum(int(one["金額"]) for one in found if one["借方勘定科目"] == "保険料") == 64_940
    assert (found[1]["日付"], found[1]["対象期間の初め"], found[1]["税区分"]) == ("2026-12-31", "2026-12", "非課税仕入")


def test_after_a_refund_and_a_cancellation_the_split_follows(people: cast.Cast, browser: Client) -> None:
    cancelled = give_paid_cover(people.member, date(2025, 12, 1), cancelled_on=date(2026, 6, 1))
    give_back(cancelled, 32_470, refunded_at=clock.now())
    page = words_of(browser, address(cancelled))
    assert "お支払い 64,940円 から、返金 32,470円 を引いた額です。" in page
    assert "合計 6か月 32,470円" in page
    booked = lines(browser, cancelled)
    assert sum(int(one["金額"]) * (one["借方勘定科目"] == "前払費用") for one in booked) == 64_940
    assert sum(int(one["金額"]) * (one["貸方勘定科目"] == "前払費用") for one in booked) == 64_940


def test_what_was_never_covered_and_given_back_has_nothing_to_split(people: cast.Cast, browser: Client) -> None:
    void = give_paid_cover(people.member, date(2025, 12, 1), cancelled_on=date(2025, 12, 1))
    give_back(void, 64_940, refunded_at=None)
    assert "補償された月がないので、分ける保険料はありません。" in words_of(browser, address(void))
    assert [one["借方勘定科目"] for one in lines(browser, void)] == ["前払費用", "未払金"]


def test_the_bundle_holds_both_files_and_the_receipt(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    applicant = buy(people, monkeypatch)
    number = applicant.reload().certificate.number
    answer = applicant.client.get(f"/portal/accounting/{number}/bundle/")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    receipt = Paper.objects.get(kind="receipt")
    assert set(archive.namelist()) == {f"{number}_journal.csv", f"{number}_yayoi.csv", receipt.file_name}
    assert archive.read(receipt.file_name).startswith(b"%PDF-")
    assert receipt.facts["receipt_number"] in archive.read(f"{number}_yayoi.csv").decode("cp932")
    entry = AuditEntry.objects.filter(action="books.downloaded").latest("id")
    assert (entry.object_id, entry.detail) == (number, {"form": "bundle", "by_month": False})


def test_free_cover_has_no_books(people: cast.Cast, browser: Client) -> None:
    free = give_free_cover(people.member, date(2025, 12, 1))
    assert browser.get(address(free)).status_code == 404


def test_a_form_of_software_that_is_not_known_is_not_there(browser: Client, certificate: Certificate) -> None:
    assert browser.get(address(certificate, "freee/")).status_code == 404


def test_the_page_names_the_rule_on_short_prepaid_expenses_and_the_tax_adviser(
    browser: Client, certificate: Certificate
) -> None:
    page = words_of(browser, address(certificate))
    assert "法人税基本通達2-2-14" in page
    assert "どちらにするかは、税理士にご確認ください。" in page


def test_a_receipt_of_another_certificate_is_not_taken(
    people: cast.Cast, browser: Client, certificate: Certificate
) -> None:
    version = certificate.scheme_year.product_version
    issue_paper(
        key=f"receipt:{certificate.number}9:1", kind="receipt", member=people.member, product_version=version,
        language="ja", file_name="other.pdf", facts={"receipt_number": "R2026-000009-9"}, now=clock.now(),
    )  # fmt: skip
    assert {one["領収書番号"] for one in lines(browser, certificate)} == {""}


def test_a_reader_sees_the_split_and_chooses_no_month(people: cast.Cast, certificate: Certificate) -> None:
    reading = browser_of(people.reader)
    page = reading.get(address(certificate)).content.decode()
    assert "月ごとの内訳" in page
    assert 'name="closing_month"' not in page
    assert reading.post(address(certificate), {"closing_month": "6"}).status_code == 403
    with pytest.raises(MayNotAct):
        choose_closing_month(member=people.member, closing_month=6, user=people.reader, now=clock.now())
    assert not BooksClosing.objects.exists()


def test_a_dearer_plan_weighs_on_its_own_months(people: cast.Cast, browser: Client) -> None:
    """64,940 a year for four months, 105,200 for eight: 21,646.67 and 70,133.33, together 91,780."""
    certificate = give_cover(people.member)
    with clock.at(IN_MARCH):
        pay_for(ask(certificate, wish(Kind.CHANGE, date(2027, 4, 1), plan="P300"), user=people.owner))
        page = words_of(browser, address(certificate))
    assert "2027年3月31日 4か月 21,647円 70,133円" in page
    assert "2028年3月31日 8か月 70,133円 0円" in page
    assert "異動のあった日からは新しい保険料" in page
