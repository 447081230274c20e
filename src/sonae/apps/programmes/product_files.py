"""The files of a product version as the database keeps them, parsed once for each digest."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache

from sonae.apps.programmes.models import ProductVersion
from sonae.domain.product.definition import Product
from sonae.domain.product.parse import parse_product


def encode_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """As kept in the database."""
    return {name: base64.b64encode(content).decode("ascii") for name, content in files.items()}


def decode_files(stored: Mapping[str, str]) -> dict[str, bytes]:
    """Back to the bytes that were checked."""
    return {name: base64.b64decode(content) for name, content in stored.items()}


@lru_cache(maxsize=64)
def product_with(digest: str) -> Product:
    """The product of that digest. Published versions never change, so each is parsed once for each process."""
    version = ProductVersion.objects.get(digest=digest)
    return parse_product(decode_files(version.files))


def product_of(version: ProductVersion) -> Product:
    """The product of a published version."""
    return product_with(version.digest)
