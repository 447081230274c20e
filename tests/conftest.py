"""What every test may stand on: the published programme, and members to act with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.utils import translation
from pytest_django import DjangoDbBlocker

from sonae.apps.audit.models import AuditEntry
from sonae.apps.programmes.models import ProductVersion, Programme, SchemeYear
from sonae.apps.programmes.use_cases.open_scheme_year import open_scheme_year
from sonae.apps.programmes.use_cases.publish_product import publish_product
from sonae.apps.programmes.version_folder import read_folder
from sonae.web.shared.kept_pages import KEPT
from tests import clock

PRODUCT_FOLDERS = sorted(p for p in (Path(settings.SONAE_PRODUCTS) / "cyber").iterdir() if p.is_dir())


def publish_programme() -> Programme:
    """Both versions published, both scheme years open."""
    for folder in PRODUCT_FOLDERS:
        publish_product(files=read_folder(folder), actor="system:test", now=clock.now())
    for on in (date(2025, 12, 1), date(2026, 12, 1)):
        open_scheme_year(programme="cyber", on=on, actor="system:test", now=clock.now())
    return Programme.objects.get(code="cyber")


@pytest.fixture(scope="session")
def published_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[Sequence[Model]]:
    """What publishing writes down, table by table. It is taken back at once, so that a test begins with an empty database.

    Publishing checks every text and premium, which takes longer than most tests: it is done once, for all of them.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        publish_programme()
        rows = [list(table.objects.all()) for table in (Programme, ProductVersion, SchemeYear, AuditEntry)]
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def programme(db: None, published_rows: list[Sequence[Model]]) -> Programme:
    """The programme as it stands on 24 November 2026: an application of that day starts on 1 January 2027."""
    for rows in published_rows:
        type(rows[0])._default_manager.bulk_create(rows)
    return Programme.objects.get(code="cyber")


@pytest.fixture(autouse=True)
def _nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    uses_db = "db" in request.fixturenames
    if uses_db:
        request.getfixturevalue("db")  # asked for first, so that the database is still there when the cache is cleared
    yield
    translation.deactivate()  # a page in English leaves its language to whatever this thread does next
    KEPT.forget()
    if uses_db:
        cache.clear()
