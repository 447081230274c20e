"""/desk/products/compare/: two versions laid side by side in words, and the same as a table to take away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from sonae.apps.audit.record import record
from sonae.apps.programmes.draft_files import check_files
from sonae.apps.programmes.drafts import (
    DRAFTS_A_PAGE,
    files_of,
    find_draft,
    find_revision,
    latest_revision,
    list_drafts,
)
from sonae.apps.programmes.drafts import list_versions as published
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.product_files import decode_files, product_of
from sonae.domain.date_in_words import date_in_words
from sonae.domain.product.definition import Product
from sonae.domain.product_differences.compare import compare_products
from sonae.domain.product_differences.difference import GROUP_NAMES, GROUPS, Difference
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there
from sonae.web.shared.csv_download import csv_bytes, file_download
from sonae.web.shared.language import active_language, in_language
from sonae.web.shared.moment import now

SHOWN_OF_A_GROUP = 150
_DRAFT = re.compile(r"draft-(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)
HEADINGS = (
    Text("区分", "Heading"),
    Text("何が", "What"),
    Text("前", "Before"),
    Text("後", "After"),
    Text("差（円）", "Difference (JPY)"),
    Text("増減", "By"),
)


@dataclass(frozen=True)
class Side:
    """One of the two: how addresses and people call it, its product where it can be read as one, and its files."""

    code: str
    name: Text
    product: Product | None
    files: dict[str, bytes]


@for_staff("GET", right=Right.SEE_PRODUCT)
def compare(request: HttpRequest) -> HttpResponse:
    """``before`` and ``after`` name a published version by its day, or a draft, or one of its revisions."""
    before, after = (_side(request, request.GET.get(side, "")) for side in ("before", "after"))
    found = _differences(before, after)
    facts = {
        "before": before,
        "after": after,
        "unreadable": [side for side in (before, after) if side.product is None],
        "count": len(found),
        "groups": [_group(group, found) for group in GROUPS if any(one.group == group for one in found)],
        "files": _only_written_otherwise(before, after, found),
        "choices": _choices(before, after),
        "shown_of_a_group": SHOWN_OF_A_GROUP,
    }
    return desk_page(request, "desk/products/compare.html", facts)


@for_staff("GET", right=Right.SEE_PRODUCT)
def compare_file(request: HttpRequest) -> HttpResponse:
    """All of it, in the language of the page."""
    before, after = (_side(request, request.GET.get(side, "")) for side in ("before", "after"))
    language = active_language()
    rows: list[Sequence[str | int | None]] = [[heading.in_language(language) for heading in HEADINGS]]
    rows += [_row(one, language) for one in _differences(before, after)]
    record(now=now(request), actor=actor_of(request), action="product.differences_taken", object_kind="product_version",
           object_id=f"{before.code}/{after.code}")  # fmt: skip
    return file_download(csv_bytes(rows), f"differences-{before.code}-{after.code}.csv", "text/csv; charset=utf-8")


def differences_by_group(before: Product, after: Product) -> list[tuple[Text, int]]:
    """How many there are under each heading."""
    found = compare_products(before, after)
    counted = [(GROUP_NAMES[group], sum(one.group == group for one in found)) for group in GROUPS]
    return [(name, count) for name, count in counted if count]


def _differences(before: Side, after: Side) -> list[Difference]:
    if before.product is None or after.product is None:
        return []
    return compare_products(before.product, after.product)


def _row(one: Difference, language: str) -> list[str | int | None]:
    before, after, change = (
        words.in_language(language) if words else "" for words in (one.before, one.after, one.change)
    )
    group, what = GROUP_NAMES[one.group].in_language(language), one.what.in_language(language)
    return [group, what, before, after, one.difference_yen, change]


def _group(group: str, found: list[Difference]) -> tuple[str, Text, int, list[Difference]]:
    of_group = [one for one in found if one.group == group]
    return group, GROUP_NAMES[of_group[0].group], len(of_group), of_group[:SHOWN_OF_A_GROUP]


def _only_written_otherwise(before: Side, after: Side, found: list[Difference]) -> list[str]:
    """Files whose bytes differ: remarks and notes are no part of the product, and have no line above."""
    names = sorted(before.files.keys() | after.files.keys())
    return [name for name in names if before.files.get(name) != after.files.get(name)]


def _side(request: HttpRequest, code: str) -> Side:
    """404 for what there is not."""
    version = next((one for one in published() if f"{one}" == code), None)
    if version is not None:
        return published_side(version)
    side = _draft_side(code)
    if side is None:
        raise not_there(request, "product_version", code[:80])
    return side


def published_side(version: ProductVersion) -> Side:
    """A published version."""
    day = date_in_words(version.effective_date)
    name = Text(f"{day.ja}の改定版", f"version of {day.en}")
    return Side(f"{version}", name, product_of(version), decode_files(version.files))


def _draft_side(code: str) -> Side | None:
    found = _DRAFT.fullmatch(code)
    draft = find_draft(draft_id=int(found[1])) if found else None
    if found is None or draft is None:
        return None
    revision = find_revision(draft, int(found[2])) if found[2] else latest_revision(draft)
    if revision is None:
        return None
    files = files_of(revision)
    name = Text(f"下書き「{draft.name}」保存{revision.number}", f"draft “{draft.name}”, revision {revision.number}")
    return Side(code, name, check_files(files).product, files)


def _choices(*sides: Side) -> list[tuple[str, str]]:
    """What can be compared: versions, the newest drafts, and what is compared now."""
    found = {side.code: in_language(side.name) for side in sides}
    for version in published():
        day = date_in_words(version.effective_date)
        found.setdefault(f"{version}", in_language(Text(f"{day.ja}の改定版", f"version of {day.en}")))
    for draft in list_drafts()[:DRAFTS_A_PAGE]:
        found.setdefault(f"draft-{draft.pk}", in_language(Text(f"下書き「{draft.name}」", f"draft “{draft.name}”")))
    return list(found.items())
