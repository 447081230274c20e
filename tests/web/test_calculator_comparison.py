"""Under the premiums: how each cover differs from the next in words, and the first premium for every month it can start in."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme
from sonae.domain.proration import term_premium

pytestmark = pytest.mark.django_db
ASKED = {"industry": "professional", "sales": "4800", "start": "2027-03-01"}


def part(client: Client, begin: str, end: str, *, address: str = "/premium/", **asked: str) -> str:
    html = unescape(client.get(address, {**ASKED, **asked}).content.decode())
    at = html.index(begin)
    return html[at : html.index(end, at)]


def sentences(html: str) -> list[str]:
    """Line by line, without the inner lists' tags."""
    return re.findall(r"<li>([^<]+)</li>", html)


def test_each_step_up_says_what_it_costs_and_what_it_brings(client: Client, programme: Programme) -> None:
    said = sentences(part(client, 'class="differences"', "</ol>"))
    assert said == [
        "今回のお支払いは89,280円です。",
        "賠償の限度額が50万円から1億円に上がります。",
        "自社の費用も1,000万円まで対象になります。",
        "緊急ホットラインとベンチマークレポート（サイバーリスク総合支援サービス）が付きます。",
        "今回のお支払いは55,350円増えます。",  # 144,630 − 89,280
        "賠償の限度額が1億円から3億円に上がります。",
        "自社の費用の限度額が1,000万円から5,000万円に上がります。",
        "付くサービスは同じです。",
        "今回のお支払いは17,850円増えます。",  # 162,480 − 144,630
        "賠償の限度額が3億円から5億円に上がります。",
        "自社の費用の限度額は5,000万円のままです。",
        "付くサービスは同じです。",
    ]


def test_english_says_the_same(client: Client, programme: Programme) -> None:
    said = sentences(part(client, 'class="differences"', "</ol>", address="/en/premium/"))
    assert said[:4] == [
        "You pay ¥89,280 now.",
        "The liability limit rises from ¥500,000 to 100 million yen.",
        "Your own costs are covered too, up to 10 million yen.",
        "It comes with the emergency hotline and the benchmark report (cyber risk support service).",
    ]
    assert said[4] == "You pay ¥55,350 more now."
    assert said[10:] == ["The own-cost limit stays at 50 million yen.", "The services are the same."]


def test_every_start_of_the_year_that_can_still_be_had_has_its_row(client: Client, programme: Programme) -> None:
    """The tests stand in November 2026, so the first of them is January 2027: eleven months, then one less each month."""
    table = part(client, 'class="start-table"', "</table>")
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, flags=re.DOTALL)[1:]
    assert len(rows) == 11
    for months, row in zip(range(11, 0, -1), rows, strict=True):
        assert f"<small>{months}か月分</small>" in row
        sums = [f"{term_premium(annual, months, 10):,}円" for annual in (119_040, 192_840, 216_640)]
        assert re.findall(r'<td class="number">([^<]+)</td>', row) == sums


def test_each_row_leads_to_its_own_calculation_and_the_shown_one_is_marked(
    client: Client, programme: Programme
) -> None:
    table = part(client, 'class="start-table"', "</table>")
    ways = re.findall(r'href="([^"]+)"', table)
    assert len(ways) == 10  # all but the one that is shown
    assert table.count('class="chosen"') == 1
    for way in ways:
        assert "industry=professional" in way
        assert "sales=4800" in way
    answer = unescape(client.get(next(way for way in ways if "2027-11-01" in way)).content.decode())
    assert "2027年11月1日" in answer[answer.index('class="chosen"') :][:300]


def test_a_start_of_the_past_is_still_a_row_of_its_year(client: Client, programme: Programme) -> None:
    """A shared address may ask for a start that can't be had any more: the page shows it, and the others of that year."""
    table = part(client, 'class="start-table"', "</table>", start="2026-12-01")
    assert "<small>12か月分</small>" in table
    assert table.count("<tr") == 1 + 12
