"""The page behind the QR code: yes or no for a day, plan and limits, and nothing personal."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import unescape

import pytest
from django.test import Client

from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.use_cases.issue_certificate import Schedule, issue_certificate
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.cast import call_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(programme: Programme) -> Certificate:
    """青木工務店's cover from 1 March 2027, in the 3億円プラン."""
    someone = {"name": "青木工務店", "address": "東京都千代田区千代田1-1", "telephone": "03-1234-0017"}
    schedule = Schedule(
        plan_code="P300", industry="construction", annual_sales=48_000_000, applicant=someone, insured=someone,
        annual_premium=192_840, term_premium=144_630,
    )  # fmt: skip
    return issue_certificate(
        member=call_in().member, scheme_year=SchemeYear.objects.get(start_on=date(2026, 12, 1)), section="paid",
        starts_on=date(2027, 3, 1), schedule=schedule, charge=None, actor="system:test", reason="", now=clock.now(),
    )  # fmt: skip


def ask(client: Client, certificate: Certificate, prefix: str = "", **day: str) -> str:
    response = client.get(f"{prefix}/verify/{certificate.verification_code}/", day)
    assert response.status_code == 200
    return unescape(response.content.decode())


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_it_answers_for_today_unless_another_day_is_asked_for(client: Client, certificate: Certificate) -> None:
    assert "この日の補償は、ありません" in ask(client, certificate)
    with clock.at(datetime(2027, 4, 1, 9, tzinfo=JAPAN)):
        html = ask(client, certificate)
    assert "この日の補償は、有効です" in html
    for said in ("3億円プラン", "3億円", "5,000万円", "2027年4月1日"):
        assert said in html
    english = ask(client, certificate, "/en", year="2027", month="4", day="1")
    assert "Yes, in force on this day" in english
    assert "300 million yen" in english


def test_the_first_and_the_last_day_say_from_and_until_when(client: Client, certificate: Certificate) -> None:
    first = words(ask(client, certificate, year="２０２７", month="３", day="１"))
    last = words(ask(client, certificate, year="2027", month="12", day="1"))
    assert "2027年3月1日 午後4時から有効です" in first
    assert "2027年12月1日 午後4時まで有効です" in last
    assert "ありません" in ask(client, certificate, year="2027", month="12", day="2")


def test_nothing_personal_is_shown(client: Client, certificate: Certificate) -> None:
    html = ask(client, certificate, year="2027", month="4", day="1")
    main = html[html.index("<main") : html.index("</main>")]
    for private in ("青木", "千代田", "03-1234", "建設", "48,000,000", "4,800万", "192,840", "144,630", "10000017"):
        assert private not in main
    assert certificate.number not in html


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [("2026", "2", "30"), ("", "1", "1"), ("2027", "13", "1"), ("x", "1", "1"), ("99999999", "1", "1"), ("0", "0", "0"),
     ("\x00", "1", "1"), ("2027", "1億", "1"), ("9" * 500, "1", "1")],
)  # fmt: skip
def test_a_day_that_isn_t_one_is_said_so_and_stays_typed(
    client: Client, certificate: Certificate, year: str, month: str, day: str
) -> None:
    html = ask(client, certificate, year=year, month=month, day=day)
    assert "その日付は暦にありません" in html
    assert re.search(rf'name="month"[^>]* value="{month}"', html)


def test_an_unknown_code_gets_the_same_page_for_every_wrong_code(client: Client, certificate: Certificate) -> None:
    code = certificate.verification_code
    pages = []
    for wrong in (code[:-1], code + "x", certificate.number, "%00", "é", "x" * 900, "%ff"):
        response = client.get(f"/verify/{wrong}/")
        assert response.status_code == 404
        assert response.headers["X-Robots-Tag"] == "noindex"
        html = re.sub(r'href="[^"]*"', "", response.content.decode())
        pages.append(html)
    assert len(set(pages)) == 1
    assert "このコードの加入者証は、見つかりません" in pages[0]
    assert "0120-008588" in pages[0]


def test_no_search_engine_and_no_cache_keeps_it(client: Client, certificate: Certificate) -> None:
    response = client.get(f"/verify/{certificate.verification_code}/")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "no-store"
    assert client.post(f"/verify/{certificate.verification_code}/").status_code == 405
