"""Publish a product version: checked whole, digested, and from then on immutable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.programmes.models import ProductVersion, Programme
from sonae.apps.programmes.product_files import encode_files
from sonae.domain.product.check import check_product
from sonae.domain.product.digest import product_digest
from sonae.domain.product.parse import ProductInvalid, parse_product


class DayTaken(Exception):
    """Another version of the product is already published for that day."""

    def __init__(self, effective_date: date) -> None:
        self.effective_date = effective_date
        super().__init__(
            f"A version effective {effective_date} is published already and can't be changed. "
            "Publish the change as a version of a later day."
        )


@transaction.atomic
def publish_product(*, files: Mapping[str, bytes], actor: str, now: datetime) -> tuple[ProductVersion, bool]:
    """The version, and whether it is new: publishing the same files again changes nothing.

    Raises ``ProductInvalid`` with every finding, and ``DayTaken``.
    """
    findings = check_product(files)
    if findings:
        raise ProductInvalid(findings)
    product = parse_product(files)
    digest = product_digest(files)
    programme, _ = Programme.objects.get_or_create(code=product.programme)
    known = ProductVersion.objects.filter(programme=programme, effective_date=product.effective_date).first()
    if known is not None:
        if known.digest == digest:
            return known, False
        raise DayTaken(product.effective_date)
    version = ProductVersion.objects.create(
        programme=programme,
        effective_date=product.effective_date,
        digest=digest,
        files=encode_files(files),
        published_at=now,
        published_by=actor,
    )
    record(
        now=now,
        actor=actor,
        action="product.published",
        object_kind="product_version",
        object_id=version,
        digest=digest,
    )
    return version, True
