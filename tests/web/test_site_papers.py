"""Papers to download: which there are, for which cover, that the digest is the file's, and that strangers find nothing else."""

from __future__ import annotations

import hashlib
import io
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from sonae.apps.documents.product_papers import PRODUCT_PAPERS
from sonae.apps.programmes.models import ProductVersion, Programme
from tests.domain.versions import AFTER, BEFORE, product

pytestmark = pytest.mark.django_db
SLUGS = [paper.slug for paper in PRODUCT_PAPERS]


def page(client: Client, address: str = "/documents/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def addresses_on(html: str) -> list[str]:
    return re.findall(r'href="((?:/en)?/papers/[^"]+)"', html)


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_paper_is_listed_in_both_languages_with_its_name_and_use(
    client: Client, programme: Programme, prefix: str
) -> None:
    html = page(client, f"{prefix}/documents/")
    language = "en" if prefix else "ja"
    for paper in PRODUCT_PAPERS:
        document = product().document(paper.document)
        assert document.name.in_language(language) in html
        assert document.explanation.in_language(language) in html
    expected = [f"{start}/papers/{AFTER}/{slug}.pdf" for slug in SLUGS for start in ("", "/en")]
    assert [address.partition("?")[0] for address in addresses_on(html)] == expected


@pytest.mark.parametrize("version", [BEFORE, AFTER])
def test_what_the_page_says_of_a_file_is_true_of_the_file(client: Client, programme: Programme, version: str) -> None:
    html = page(client, f"/documents/?version={version}")
    for address in addresses_on(html):
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "application/pdf"
        digest = hashlib.sha256(answer.content).hexdigest()
        assert f">{digest}</td>" in html
        row = html[html.index(address) : html.index("</li>", html.index(address))]
        assert digest[:12] in row
        assert f"PDF {pages_of(answer.content)}ページ・{-(-len(answer.content) // 1000)} KB" in row


def test_the_page_shows_the_products_digest_that_the_papers_print(client: Client, programme: Programme) -> None:
    digest = ProductVersion.objects.get(effective_date=AFTER).digest
    assert f"<code>{digest[:12]}</code>" in page(client)
    pdf = client.get("/papers/points-to-note.pdf").content
    assert digest[:12] in "".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf)).pages)


def test_the_papers_of_an_older_version_stay_within_reach(client: Client, programme: Programme) -> None:
    html = page(client)
    assert f'href="/documents/?version={BEFORE}"' in html
    assert "2025年12月1日から、2026年12月1日より前に始まる補償" in re.sub(r"<[^>]+>", "", html)
    older = page(client, f"/documents/?version={BEFORE}")
    assert {address.split("/")[-2] for address in addresses_on(older)} == {BEFORE}
    assert '<meta name="robots" content="noindex">' in older
    assert '<meta name="robots"' not in html
    old, new = (client.get(f"/papers/{version}/plan-table.pdf").content for version in (BEFORE, AFTER))
    assert "68,670円" in PdfReader(io.BytesIO(old)).pages[1].extract_text()
    assert "82,410円" in PdfReader(io.BytesIO(new)).pages[1].extract_text()


@pytest.mark.parametrize("slug", SLUGS)
def test_the_address_without_a_version_serves_the_current_one(client: Client, programme: Programme, slug: str) -> None:
    current = client.get(f"/papers/{slug}.pdf")
    assert current.content == client.get(f"/papers/{AFTER}/{slug}.pdf").content
    assert f"_{AFTER}.pdf" in current.headers["Content-Disposition"]
    assert client.get(f"/en/papers/{slug}.pdf").headers["Content-Disposition"].endswith(f'"{slug}_{AFTER}.pdf"')


@pytest.mark.parametrize(
    "address",
    [
        "/papers/price-list.pdf",
        "/papers/plan_table.pdf",
        f"/papers/{AFTER}/price-list.pdf",
        "/papers/2024-12-01/plan-table.pdf",
        "/papers/20261201/plan-table.pdf",
        "/papers/2026-W49-2/plan-table.pdf",
        "/papers/2026-12-32/plan-table.pdf",
        "/papers/２０２６-12-01/plan-table.pdf",
        f"/papers/{'9' * 5000}/plan-table.pdf",
        "/papers/../plan-table.pdf",
        "/documents/?version=2024-12-01",
        "/documents/?version=20261201",
        f"/documents/?version={'あ' * 5000}",
        "/documents/?version=",
    ],
)
def test_an_unknown_paper_or_version_is_not_found(client: Client, programme: Programme, address: str) -> None:
    assert client.get(address).status_code == 404


def test_before_anything_is_published_there_are_no_papers(client: Client, db: None) -> None:
    assert "ただいま準備中です" in page(client)
    assert client.get("/papers/plan-table.pdf").status_code == 404
    assert client.get(f"/papers/{AFTER}/plan-table.pdf").status_code == 404


def test_a_copy_is_kept_for_good_only_where_the_address_names_its_bytes(client: Client, programme: Programme) -> None:
    pinned = next(address for address in addresses_on(page(client)) if "plan-table" in address)
    assert client.get(pinned).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for address in (pinned[:-1] + "x", pinned.partition("?")[0], "/papers/plan-table.pdf"):
        assert client.get(address).headers["Cache-Control"] == "public, max-age=300"


def test_whoever_has_the_same_copy_gets_none_again(client: Client, programme: Programme) -> None:
    first = client.get("/papers/claims-guide.pdf")
    assert first.headers["ETag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    again = client.get("/papers/claims-guide.pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/papers/claims-guide.pdf", headers={"If-None-Match": '"other"'}).status_code == 200


def test_papers_of_older_versions_are_left_out_of_search(client: Client, programme: Programme) -> None:
    assert client.get(f"/papers/{BEFORE}/claims-guide.pdf").headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/papers/claims-guide.pdf").headers


def test_the_page_and_a_paper_ask_the_database_twice_at_most(client: Client, programme: Programme) -> None:
    for address, times in (("/documents/", 1), (f"/documents/?version={BEFORE}", 2), ("/papers/plan-table.pdf", 2)):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) == times, address  # the page itself is kept


def test_no_stranger_makes_the_press_run_twice(client: Client, programme: Programme, monkeypatch: Any) -> None:
    client.get("/papers/plan-table.pdf")
    monkeypatch.setattr("sonae.web.site.paper_shelf.paper_press", _no_press)
    for query in ("", "?sha256=0", "?x=1&x=2", f"?sha256={'f' * 5000}"):
        assert client.get(f"/papers/plan-table.pdf{query}").status_code == 200


def _no_press() -> None:
    raise AssertionError("the press ran again")
