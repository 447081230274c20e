"""Reading the folder of a product version from a zip that somebody sent, bounded: nothing of it touches the disk.

What the container says of itself is looked at first; then each file is unpacked no further than a file may be long, so that sizes
that aren't true gain nothing.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from sonae.apps.programmes.draft_files import (
    LARGEST_DRAFT_BYTES,
    LARGEST_FILE_BYTES,
    MOST_FILES,
    FilesRefused,
    check_files_fit,
    check_name,
)
from sonae.domain.text import Text

LARGEST_ZIP_BYTES = 1_500_000  # packed; the shipped versions take about a twentieth of it
_ENCRYPTED = 1
_KNOWN_PACKING = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}

TOO_LARGE = Text(
    f"zipファイルは{LARGEST_ZIP_BYTES // 1_000:,} KBまでです。",
    f"A zip may have {LARGEST_ZIP_BYTES // 1_000:,} KB at most.",
)
NO_ZIP = Text(
    "zipファイルとして読めません。フォルダーをzipにまとめ直してください。",
    "It can’t be read as a zip. Please pack the folder again.",
)
UNPACKED_TOO_LARGE = Text(
    f"ひらくと大きすぎます。1つのファイルは{LARGEST_FILE_BYTES // 1_000:,} KB、全部で{LARGEST_DRAFT_BYTES // 1_000:,} KBまでです。",
    f"Unpacked it is too large: {LARGEST_FILE_BYTES // 1_000:,} KB for a file and {LARGEST_DRAFT_BYTES // 1_000:,} KB for all.",
)


def read_zip(content: bytes) -> dict[str, bytes]:
    """Every file, by its name below the folder that holds ``product.toml``. Raises ``FilesRefused``."""
    if len(content) > LARGEST_ZIP_BYTES:
        raise FilesRefused(TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            entries = _entries(container)
            files = {entry.filename: _unpacked(container, entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FilesRefused(NO_ZIP) from error
    files = _below_one_folder(files)
    check_files_fit(files)
    return files


def _entries(container: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files, as far as the container's own words are sound."""
    every = container.infolist()
    if len(every) > 2 * MOST_FILES:
        raise FilesRefused(_too_many())
    seen: set[str] = set()
    for entry in every:
        _check_entry(entry)
        if entry.filename.casefold() in seen:
            raise FilesRefused(
                Text(f"同じ名前のファイルが2つあります：{entry.filename}", f"Two files have one name: {entry.filename}")
            )
        seen.add(entry.filename.casefold())
    files = [entry for entry in every if not entry.is_dir() and not _is_hidden(entry.filename)]
    if len(files) > MOST_FILES:
        raise FilesRefused(_too_many())
    if sum(entry.file_size for entry in files) > LARGEST_DRAFT_BYTES:
        raise FilesRefused(UNPACKED_TOO_LARGE)
    return files


def _check_entry(entry: zipfile.ZipInfo) -> None:
    check_name(entry.filename.rstrip("/") if entry.is_dir() else entry.filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise FilesRefused(Text(f"リンクは入れられません：{entry.filename}", f"Links are not taken: {entry.filename}"))
    if entry.flag_bits & _ENCRYPTED:
        raise FilesRefused(Text("パスワードの付いたzipは読めません。", "A zip with a password can’t be read."))
    if entry.compress_type not in _KNOWN_PACKING:
        raise FilesRefused(NO_ZIP)


def _unpacked(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with container.open(entry) as part:
        content = part.read(LARGEST_FILE_BYTES + 1)
    if len(content) > LARGEST_FILE_BYTES:
        raise FilesRefused(UNPACKED_TOO_LARGE)
    return content


def _is_hidden(name: str) -> bool:
    """What file managers put in beside the files."""
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _below_one_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """The folder that was packed, where all files lie in one, is left out of their names."""
    tops = {name.partition("/")[0] for name in files}
    if len(tops) != 1 or not all("/" in name for name in files):
        return files
    return {name.partition("/")[2]: content for name, content in files.items()}


def _too_many() -> Text:
    return Text(f"ファイルは{MOST_FILES}個までです。", f"At most {MOST_FILES} files are taken.")
