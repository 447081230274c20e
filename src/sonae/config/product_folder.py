"""``sonae product check`` and ``publish``: folders of files in, findings in words out."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sonae.config.starting import USAGE_ERROR
from sonae.domain.product.check import check_product, check_versions
from sonae.domain.product.findings import Finding, ProductInvalid
from sonae.domain.product.parse import parse_product


def check_folder(path: Path) -> int:
    """Print every finding; 0 without findings, 1 with, 2 when the folder can't be read."""
    from sonae.apps.programmes.version_folder import FolderUnreadable, read_folder

    folders = [path] if (path / "product.toml").exists() else sorted(p for p in path.glob("*") if p.is_dir())
    try:
        versions = {folder.resolve().name: read_folder(folder) for folder in folders or [path]}
    except FolderUnreadable as problem:
        print(f"sonae: {problem}", file=sys.stderr)
        return USAGE_ERROR
    findings = {name: check_product(files) for name, files in versions.items()}
    sound = {name: parse_product(files) for name, files in versions.items() if not findings[name]}
    # A folder that is checked alone may have any name; among its like the name is the day it takes effect.
    days = [(name, product.effective_date) for name, product in sound.items()]
    between = check_versions(days) if len(versions) > 1 else []
    for name, found in findings.items():
        _print(found, prefix=f"{name}/" if len(versions) > 1 else "")
    _print(between, prefix="")
    total = sum(map(len, findings.values())) + len(between)
    print(f"{len(versions)} version(s), {total} finding(s)")
    return 1 if total else 0


def publish_folder(path: Path, *, now: datetime) -> int:
    """Publish and print the digest; 1 with findings, 2 when the day is taken or the folder can't be read."""
    from sonae.apps.programmes.use_cases.publish_product import DayTaken, publish_product
    from sonae.apps.programmes.version_folder import FolderUnreadable, read_folder

    try:
        version, is_new = publish_product(files=read_folder(path), actor="system:command_line", now=now)
    except ProductInvalid as invalid:
        _print(invalid.findings, prefix="")
        return 1
    except (DayTaken, FolderUnreadable) as problem:
        print(f"sonae: {problem}", file=sys.stderr)
        return USAGE_ERROR
    print(f"{version} {'published' if is_new else 'was published already, unchanged'}: {version.digest}")
    return 0


def _print(findings: Sequence[Finding], *, prefix: str) -> None:
    for finding in findings:
        print(f"{prefix}{finding}")
