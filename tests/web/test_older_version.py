"""A version that was published before the public pages explained so much still has all its pages, without what it can't say."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from sonae.apps.programmes.use_cases import publish_product
from sonae.apps.programmes.use_cases.open_scheme_year import open_scheme_year
from tests import clock
from tests.domain.versions import AFTER, before_the_pages_explained

pytestmark = pytest.mark.django_db
PAGES = (
    *("/", "/cover/", "/premium/?industry=retail&sales=900", "/incident-costs/", "/questions/", "/questions/?q=card"),
    *("/documents/", "/consultation/", "/outside/?industry=medical&sales=900", "/legal/", "/legal/privacy/"),
    *("/papers/important-matters.pdf", "/emergency/"),
)


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Published when less was asked for."""
    monkeypatch.setattr(publish_product, "check_product", lambda files: [])
    files = before_the_pages_explained(AFTER)
    publish_product.publish_product(files=files, actor="system:test", now=clock.now())
    open_scheme_year(programme="cyber", on=date(2026, 12, 1), actor="system:test", now=clock.now())


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_shown(client: Client, older: None, page: str, prefix: str) -> None:
    assert client.get(f"{prefix}{page}").status_code == 200


@pytest.mark.parametrize("page", ["/legal/commerce/", "/papers/claims-guide.pdf", "/questions/how-to-pay/"])
def test_a_text_that_it_does_not_have_is_not_there(client: Client, older: None, page: str) -> None:
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("page", ["/consultation/", "/outside/"])
def test_without_words_for_a_form_the_telephone_is_the_way(client: Client, older: None, page: str) -> None:
    html = client.get(page).content.decode()
    assert "0120-008588" in html
    assert "<form" not in html[html.index("<main") :]
    assert client.post(page, {"name": "見本 花子"}).status_code == 200
