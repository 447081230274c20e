"""What the files of a draft may be, and what the check finds in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sonae.domain.product.check import check_product
from sonae.domain.product.definition import Product
from sonae.domain.product.digest import product_digest
from sonae.domain.product.findings import Finding, ProductInvalid
from sonae.domain.product.parse import parse_product
from sonae.domain.product.reading import LARGEST_FILE_BYTES
from sonae.domain.text import Text

__all__ = ["LARGEST_FILE_BYTES", "CheckedFiles", "FilesRefused", "check_files", "check_files_fit", "check_name"]

LARGEST_DRAFT_BYTES = 4_000_000  # all files together
MOST_FILES = 200
LONGEST_NAME = 120


class FilesRefused(Exception):
    """These files can't become a draft; ``said`` says why."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


@dataclass(frozen=True)
class CheckedFiles:
    """What the check says of a draft. ``product`` is there as soon as the files can be read as one, whether it holds or not."""

    digest: str
    findings: tuple[Finding, ...]
    product: Product | None


@dataclass(frozen=True)
class _Files:
    """Known again by their digest alone."""

    digest: str
    files: Mapping[str, bytes] = field(compare=False)


def check_files(files: Mapping[str, bytes]) -> CheckedFiles:
    """Findings and product; the same files are checked once for each process."""
    return _checked(_Files(product_digest(files), files))


@lru_cache(maxsize=8)
def _checked(given: _Files) -> CheckedFiles:
    try:
        product = parse_product(given.files)
    except ProductInvalid:
        product = None
    return CheckedFiles(given.digest, tuple(check_product(given.files)), product)


def check_name(name: str) -> None:
    """A path below the folder, as every system reads it. Raises ``FilesRefused``."""
    parts = name.split("/")
    is_plain = 0 < len(name) <= LONGEST_NAME and all(unicodedata.category(letter)[0] != "C" for letter in name)
    if not is_plain or "\\" in name or ":" in name or any(part.strip() in {"", ".", ".."} for part in parts):
        shown = "".join(letter if letter.isprintable() else "?" for letter in name[:60])
        raise FilesRefused(Text(f"ファイルの名前が使えません：{shown}", f"A file can’t have this name: {shown}"))


def check_files_fit(files: Mapping[str, bytes]) -> None:
    """At least one file, not too many, none too large, nor all together. Raises ``FilesRefused``."""
    if not files:
        raise FilesRefused(Text("ファイルがありません。", "There is no file."))
    if len(files) > MOST_FILES:
        raise FilesRefused(Text(f"ファイルは{MOST_FILES}個までです。", f"At most {MOST_FILES} files are taken."))
    for name, content in files.items():
        check_name(name)
        if len(content) > LARGEST_FILE_BYTES:
            raise FilesRefused(_too_large(name, LARGEST_FILE_BYTES))
    if sum(map(len, files.values())) > LARGEST_DRAFT_BYTES:
        raise FilesRefused(_too_large("", LARGEST_DRAFT_BYTES))


def _too_large(name: str, most: int) -> Text:
    ja, en = (name, name) if name else ("ファイル全部", "All files together")
    return Text(
        f"{ja}が大きすぎます。{most // 1_000:,} KBまでです。", f"{en}: too large; {most // 1_000:,} KB at most."
    )
