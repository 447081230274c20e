"""The product as its files came with the program: for the pages that must name a telephone while the database is away."""

from __future__ import annotations

import logging
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from sonae.apps.programmes.version_folder import FolderUnreadable, read_folder
from sonae.domain.product.definition import Product
from sonae.domain.product.parse import ProductInvalid, parse_product

log = logging.getLogger("sonae.pages")


def shipped_product(*, today: date) -> Product | None:
    """The version that is in effect on that day, or the first one before there is any; None where no files are at hand."""
    folder = Path(settings.SONAE_PRODUCTS) / settings.SONAE_PROGRAMME
    versions = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    in_effect = [path for path in versions if path.name <= today.isoformat()]
    chosen = in_effect[-1:] or versions[:1]
    return _parsed(chosen[0]) if chosen else None


@cache
def _parsed(folder: Path) -> Product | None:
    try:
        return parse_product(read_folder(folder))
    except (FolderUnreadable, ProductInvalid, OSError) as problem:
        log.warning("no product can be read from %s: %s", folder.name, type(problem).__name__)
        return None
