"""The few parts of a workbook that matter, measured while they are unpacked and put into a new container.

The library that reads workbooks has a reader of containers of its own. It sees only what went through here, so it doesn't matter
how it would have understood a container that says two things, or sizes that aren't true.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.integrations.spreadsheet.limits import Limits
from sonae.integrations.spreadsheet.measuring import Measures, measured, too_large

CONTENT_TYPES, WORKBOOK = "[content_types].xml", "xl/workbook.xml"
_SHARED = "xl/sharedstrings.xml"
_READ = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels|xl/(workbook|sharedstrings|styles)\.xml|xl/worksheets/[^/]+\.xml"
)
_BLOCK = 1 << 20


def repack(source: IO[bytes], target: IO[bytes], limits: Limits) -> None:
    """Writes the parts of the workbook in ``source`` that are read to ``target``.

    Raises FeedRefused: not_a_workbook, workbook_encrypted, workbook_macros, workbook_too_large, workbook_unsafe, workbook_broken.
    """
    try:
        with zipfile.ZipFile(source) as container:
            parts = _parts(container, limits)
            with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
                _copy(container, parts, clean, limits)
    except zipfile.BadZipFile as error:
        raise FeedRefused("workbook_broken", part="zip") from error


def _parts(container: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """What the container says of itself, before anything is unpacked."""
    entries = container.infolist()
    if len(entries) > limits.entries:
        raise too_large(limits)
    parts: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.filename.lower()
        if entry.flag_bits & 1:
            raise FeedRefused("workbook_encrypted")
        if name.endswith("vbaproject.bin"):
            raise FeedRefused("workbook_macros")
        # Workbooks know these two; the others are unpacked without a bound on what one block becomes.
        if name in parts or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise FeedRefused("workbook_broken", part=_shown(name))
        if _READ.fullmatch(name):
            parts[name] = entry
    if CONTENT_TYPES not in parts or WORKBOOK not in parts:
        raise FeedRefused("not_a_workbook")
    _check_sizes(parts, limits)
    return parts


def _check_sizes(parts: dict[str, zipfile.ZipInfo], limits: Limits) -> None:
    if sum(entry.file_size for entry in parts.values()) > limits.unpacked:
        raise too_large(limits)
    for entry in parts.values():
        if entry.file_size > max(limits.ratio_from, limits.ratio * entry.compress_size):
            raise too_large(limits)


def _copy(
    container: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], clean: zipfile.ZipFile, limits: Limits
) -> None:
    measures = Measures(limits)
    for name, entry in sorted(parts.items(), key=lambda part: part[0] != _SHARED):
        with clean.open(zipfile.ZipInfo(entry.filename), "w", force_zip64=True) as written:
            for block in measured(name, _unpacked(container, entry), measures):
                if name == CONTENT_TYPES and b"macroEnabled" in block:
                    raise FeedRefused("workbook_macros")
                written.write(block)


def _unpacked(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Never more than the size that the container states; CRC-32 tells when there was more, or something else."""
    try:
        with container.open(entry) as part:
            while block := part.read(_BLOCK):
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FeedRefused("workbook_broken", part=_shown(entry.filename)) from error


def _shown(name: str) -> str:
    """For a message: what can't be seen, or is too long, isn't repeated."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:60])
