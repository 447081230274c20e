"""The body of a feed: taken to the disk piece by piece, weighed and its digest taken on the way, never held whole."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadhandler import TemporaryFileUploadHandler, UploadFileException
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError

from sonae.domain.text import Text
from sonae.web.api.problems import refuse

PIECE_BYTES = 1 << 16
MEGABYTE = 1 << 20
FORM = "multipart/form-data"
FIELD = "file"

NOT_PACKED = Text(
    "Content-Encoding は使えません。圧縮せずに送ってください。",
    "no Content-Encoding is expected: send the file unpacked.",
)
BROKEN_OFF = Text("本文が最後まで届いていません。", "the body is expected to its end.")
ONE_FILE = Text(
    f"フォームで送るときは、{FIELD} という名前のファイル1つだけにしてください。",
    f"a form with one file, named {FIELD}, and nothing else is expected.",
)


@dataclass(frozen=True, slots=True)
class Body:
    """What came, from its start, and its digest."""

    file: IO[bytes]
    sha256: bytes


@contextmanager
def taken_in(request: HttpRequest) -> Iterator[Body]:
    """The body as it came. Raises ``Refused`` when it is packed, too large, or breaks off."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise refuse(415, "Content-Encoding", request.headers["Content-Encoding"], NOT_PACKED)
    if int(request.META.get("CONTENT_LENGTH") or 0) > largest():
        raise too_large()
    with tempfile.SpooledTemporaryFile(max_size=MEGABYTE) as file:
        digest = hashlib.sha256()
        size = 0
        for piece in _pieces(request):
            size += len(piece)
            if size > largest():
                raise too_large()
            digest.update(piece)
            file.write(piece)
        file.seek(0)
        yield Body(file, digest.digest())


@contextmanager
def file_in(request: HttpRequest, body: Body) -> Iterator[IO[bytes]]:
    """The organiser's file: the body itself, or the one file of a form. Raises ``Refused``."""
    if request.content_type != FORM:
        yield body.file
        return
    try:
        parser = MultiPartParser(request.META, body.file, [TemporaryFileUploadHandler(request)], "utf-8")  # type: ignore[arg-type]  # any file with read()
        fields, files = parser.parse()
    except (MultiPartParserError, UploadFileException, TooManyFilesSent, RequestDataTooBig, BadRequest) as error:
        raise refuse(400, "body", "", ONE_FILE) from error
    found: Any = files.getlist(FIELD)
    try:
        if len(found) != 1 or len(files) != 1 or fields:
            raise refuse(422, "body", "", ONE_FILE)
        yield found[0].file
    finally:
        for _, several in files.lists():
            for one in several:
                one.close()


def largest() -> int:
    """Of a body: the largest file, and the form around it."""
    return int(settings.SONAE_FEED_LIMIT_BYTES) + MEGABYTE


def too_large() -> Exception:
    """``Refused``, with the limit."""
    megabytes = settings.SONAE_FEED_LIMIT_BYTES // MEGABYTE
    return refuse(413, "body", "", Text(f"{megabytes:,} MBまでです。", f"at most {megabytes:,} MB are expected."))


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    try:
        while piece := request.read(PIECE_BYTES):
            yield piece
    except UnreadablePostError as error:
        raise refuse(400, "body", "", BROKEN_OFF) from error
