"""見積書をつくる: one press keeps the premiums, an address of their own shows them, and a PDF takes them along."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from urllib.parse import unquote

import pytest
from django.test import Client
from pytest_django import Settings

from sonae.apps.documents.models import PaperFile
from sonae.apps.programmes.models import Programme
from sonae.apps.quotes.models import Quote
from sonae.domain.calendar import JAPAN
from sonae.web.site import calculator
from tests import clock

pytestmark = pytest.mark.django_db

FACTS = {"industry": "professional", "sales": "４，８００", "start": "2027-03-01"}


def keep(client: Client, **facts: str) -> str:
    """The address of the quote that was kept."""
    response = client.post("/premium/", {**FACTS, **facts})
    assert response.status_code == 302
    return str(response.headers["Location"])


def test_pressing_the_button_keeps_the_quote_and_shows_it(client: Client, programme: Programme) -> None:
    address = keep(client)
    html = unescape(client.get(address).content.decode())
    quote = Quote.objects.get()
    assert address == f"/quotes/{quote.token}/"
    assert (quote.industry, quote.annual_sales) == ("professional", 48_000_000)
    for said in (quote.number, "48,000,000円", "144,630円", "192,840円", "16,070円", "3億円", "5,000万円"):
        assert said in html
    assert "2026年12月24日</time>まで有効です" in html
    assert "/apply/?industry=professional&sales=48000000%E5%86%86&plan=P300" in html
    assert "/premium/?industry=professional&sales=48000000%E5%86%86&start=2027-03-01" in html


def test_looking_at_the_calculator_keeps_nothing(client: Client, programme: Programme) -> None:
    client.get("/premium/", FACTS)
    client.head("/premium/", FACTS)
    assert not Quote.objects.exists()


def test_the_pdf_has_its_name_and_is_made_once(client: Client, programme: Programme) -> None:
    address = keep(client)
    first, second = client.get(f"{address}estimate.pdf"), client.get(f"{address}estimate.pdf")
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content
    assert PaperFile.objects.count() == 1
    disposition = first.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert unquote(disposition).endswith(f"見積書_{Quote.objects.get().number}.pdf")
    english = client.get(f"/en{address}estimate.pdf")
    assert f'filename="estimate_{Quote.objects.get().number}.pdf"' in english.headers["Content-Disposition"]


def test_the_page_is_found_by_nobody_without_its_address(client: Client, programme: Programme) -> None:
    address = keep(client)
    page = client.get(address)
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    number = Quote.objects.get().number
    for wrong in (f"/quotes/{number}/", f"{address[:-2]}/", "/quotes/%00/", "/quotes/é/", f"/quotes/{'x' * 500}/"):
        assert client.get(wrong).status_code == 404
        assert client.get(f"{wrong}estimate.pdf").status_code == 404


def test_an_expired_quote_says_so_and_leads_to_today_s_premium(client: Client, programme: Programme) -> None:
    address = keep(client)
    with clock.at(datetime(2026, 12, 24, 23, 59, tzinfo=JAPAN)):
        assert "有効期限は過ぎました" not in client.get(address).content.decode()
    with clock.at(datetime(2026, 12, 25, 0, 0, tzinfo=JAPAN)):
        html = unescape(client.get(address).content.decode())
    assert "この見積書の有効期限は過ぎました" in html
    assert "/premium/?industry=professional&sales=48000000%E5%86%86" in html
    assert "/apply/?" not in html
    assert "144,630円" in html  # what was promised stays to be seen


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"industry": "medical"}, "医療機関の方は"),
        ({"sales": "1億"}, "申告売上高が1億円以上"),
        ({"sales": ""}, "金額を入れてください。"),
        ({"start": "2026-12-01"}, "締め切りました"),
        ({"start": "2026-12-02"}, "一覧から、補償を始める日を選んでください。"),
    ],
)
def test_what_can_t_be_promised_is_not_kept_and_the_page_says_why(
    client: Client, programme: Programme, facts: dict[str, str], said: str
) -> None:
    response = client.post("/premium/", {**FACTS, **facts})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Quote.objects.exists()


def test_a_foreign_page_can_t_make_quotes(programme: Programme) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/premium/", FACTS).status_code == 403
    page = strict.get("/premium/", FACTS).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    assert strict.post("/premium/", {**FACTS, "csrfmiddlewaretoken": token[1]}).status_code == 302


def test_too_many_quotes_of_one_client_are_refused_for_a_while(
    client: Client, programme: Programme, settings: Settings
) -> None:
    settings.SONAE_QUOTES_A_MINUTE = 2
    statuses = [client.post("/premium/", FACTS).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    assert client.post("/premium/", FACTS).headers["Retry-After"] == "60"
    assert Quote.objects.count() == 2


def test_without_the_limit_one_caller_could_fill_the_table(
    client: Client, programme: Programme, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SONAE_QUOTES_A_MINUTE = 2
    monkeypatch.setattr(calculator, "allow", lambda **_: True)
    assert [client.post("/premium/", FACTS).status_code for _ in range(9)] == [302] * 9
    assert Quote.objects.count() == 9


def test_the_figures_are_those_that_were_kept_not_new_ones(client: Client, programme: Programme) -> None:
    keep(client)
    other = Quote.objects.get()
    other.answers["ja"]["plans"][1]["term_premium"] = 123_450
    other.pk, other.token, other.number = None, "a" * 43, "Q2026-999999-9"
    other.save(force_insert=True)
    assert "123,450円" in client.get(f"/quotes/{other.token}/").content.decode()
