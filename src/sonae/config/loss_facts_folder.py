"""``sonae loss-facts check``: the folder of loss facts in, findings in words out."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import sys
from pathlib import Path

from sonae.config.starting import USAGE_ERROR
from sonae.domain.incident_costs.check import check_against_product
from sonae.domain.incident_costs.parse import FACTS, check_loss_facts, parse_loss_facts
from sonae.domain.product.findings import ProductInvalid
from sonae.domain.product.parse import parse_product


def check_folder(path: Path, product_folder: Path | None) -> int:
    """Print every finding; 0 without findings, 1 with, 2 when a folder can't be read or holds no product.

    With a version folder of a product it is also checked that this product knows every cost line.
    """
    from sonae.apps.programmes.version_folder import FolderUnreadable, read_folder

    try:
        files = read_folder(path)
        product = parse_product(read_folder(product_folder)) if product_folder else None
    except FolderUnreadable as problem:
        print(f"sonae: {problem}", file=sys.stderr)
        return USAGE_ERROR
    except ProductInvalid as invalid:
        print(f"sonae: {product_folder} is no sound product: {invalid.findings[0]}", file=sys.stderr)
        return USAGE_ERROR
    findings = check_loss_facts(files)
    if product and not findings:
        findings = check_against_product(parse_loss_facts(files), product, FACTS)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)")
    return 1 if findings else 0
