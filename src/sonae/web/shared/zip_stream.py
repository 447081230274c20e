"""A ZIP that is sent while it is made: one file at a time is in memory, however many there are."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, cast

from sonae.web.shared.moment import JAPAN


class _Outgoing:
    """What the archive has written and nobody has taken yet. It can't be wound back, which tells zipfile to stream."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to be done: whatever was written is taken after each file."""

    def take(self) -> bytes:
        taken, self._waiting = b"".join(self._waiting), []
        return taken


def zip_stream(files: Iterable[tuple[str, bytes]], *, at: datetime) -> Iterator[bytes]:
    """The archive of the files (name, content), each dated to the moment, in pieces."""
    outgoing = _Outgoing()
    dated = at.astimezone(JAPAN)
    stream = cast(IO[bytes], outgoing)  # write and flush are all that a ZIP that is only written needs
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, dated.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
            yield outgoing.take()
    yield outgoing.take()
