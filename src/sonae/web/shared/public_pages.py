"""Which pages everybody may find: the list that the sitemap, the head of a page and its picture for sharing read.

A page that is not on the list tells search engines to leave it out. A page whose address has parts of its own (one question,
one legal text) stands in ``FAMILIES``: there the product says which addresses there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from sonae.domain.product.definition import Product
from sonae.domain.text import Text

LANGUAGES = ("ja", "en")
HOME = "site:home"

PAGES: dict[str, Text] = {  # the page's address by name, and what its picture for sharing says
    HOME: Text("もしもの日の段取りを、今日のうちに", "Arrange for the bad day today"),
    "site:calculator": Text("保険料を計算する", "Work out a premium"),
    "site:cover": Text("補償内容と支払限度額", "Cover and limits"),
    "site:incident_costs": Text("自社で起きたら、いくらかかる？", "What would it cost us?"),
    "site:questions": Text("よくある質問", "Questions"),
    "site:documents": Text("資料ダウンロード", "Papers to download"),
    "site:consultation": Text("加入の相談", "Ask before you join"),
    "site:emergency": Text("事故のとき", "If something has happened"),
    "site:legal": Text("制度についての表示", "About this programme and this site"),
    "site:outside": Text("有料プランの対象とならない方へ", "If the paid plans are not open to you"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Pages under one name. They share the picture of the page that leads to them."""

    picture_of: str
    arguments: Callable[[Product], Iterable[dict[str, str]]]


PRODUCTS_OWN_WORDS = frozenset({"parties", "solicitation", "commerce"})  # statements that not every version has
STATEMENTS = ("parties", "solicitation", "privacy", "commerce", "accessibility", "cookies")


def _statements_of(product: Product) -> Iterator[dict[str, str]]:
    there = {text.code for text in product.information}
    return ({"slug": slug} for slug in STATEMENTS if slug not in PRODUCTS_OWN_WORDS or slug in there)


FAMILIES: dict[str, Family] = {
    "site:question": Family(
        "site:questions", lambda product: ({"slug": asked.slug} for asked in product.answered_questions)
    ),
    "site:legal_page": Family("site:legal", _statements_of),
}


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page with its address in each language, for people elsewhere: with scheme and host."""

    addresses: dict[str, str]

    @classmethod
    def of(cls, name: str, arguments: dict[str, Any] | None = None) -> PublicPage:
        return cls({language: address_of(name, language, arguments) for language in LANGUAGES})


def is_public(name: str) -> bool:
    """Whether everybody may find the pages of that name."""
    return name in PAGES or name in FAMILIES


def picture_of(name: str) -> str:
    """The name of the page whose picture is shown where a page of this name is shared."""
    return name if name in PAGES else FAMILIES[name].picture_of


def public_pages(product: Product | None) -> Iterator[PublicPage]:
    """All of them. Before a product is published only the single pages."""
    for name in PAGES:
        yield PublicPage.of(name)
    if product is not None:
        for name, family in FAMILIES.items():
            for arguments in family.arguments(product):
                yield PublicPage.of(name, arguments)


def address_of(name: str, language: str, arguments: dict[str, Any] | None = None) -> str:
    """The whole address in that language, with the site's own scheme and host, whatever name it was asked under."""
    with override(language):
        return f"{settings.SONAE_SITE_ADDRESS}{reverse(name, kwargs=arguments)}"
