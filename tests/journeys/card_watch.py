"""Watches everything that the windows of a browser send, and tells of card numbers on their way to anybody but the processor.

Read are the address, all headers with the cookies, and the body: as a form, a form with files, JSON, or plain text. What is
hidden in another way, in base64 for example, is not seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from playwright.sync_api import BrowserContext, Request

from tests.journeys.card_numbers import ASKS_FOR_A_CARD, card_numbers_in, is_corporate_number

# Staff hand in files there, which the browser doesn't show; the page asks for nothing but the file, its kind and its day.
FILES_COME_TO = ("/upload/", "/desk/products/new/")


class Piece(NamedTuple):
    """Something that was sent: where it stood, what it was called, what it said."""

    place: str
    name: str
    text: str


class CardWatch:
    """On duty from now on, in every window of ``context``; what goes to ``processor`` is none of its business."""

    def __init__(self, context: BrowserContext, *, processor: str) -> None:
        self._processor = urlsplit(processor).netloc
        self._sent: list[Request] = []
        self._headers: dict[Request, dict[str, str]] = {}
        context.on("request", self._note_sent)
        context.on("requestfinished", self._note_answered)

    def _note_sent(self, request: Request) -> None:
        self._sent.append(request)

    def _note_answered(self, request: Request) -> None:
        self._headers[request] = request.all_headers()  # read at once: when its window is closed it can't be asked

    def requests(self) -> list[Request]:
        """What went to others than the processor."""
        return [request for request in self._sent if urlsplit(request.url).netloc != self._processor]

    def findings(self) -> list[str]:
        """One line for each card number, each field that asks for one, and each body that could not be read."""
        return [
            f"{request.method} {urlsplit(request.url).path}: {finding}"
            for request in self.requests()
            for finding in findings_in(self._pieces_of(request))
        ]

    def _pieces_of(self, request: Request) -> Iterator[Piece]:
        # The cookies are known when the answer is there; what is still on its way is read without them.
        headers = self._headers.get(request, request.headers)
        yield from pieces_of(request.url, headers, request.post_data_buffer)


def findings_in(pieces: Iterator[Piece]) -> Iterator[str]:
    """What is wrong with what was sent."""
    for place, name, text in pieces:
        if place in {"query", "body"} and ASKS_FOR_A_CARD.search(name):
            yield f"{place} asks for a card: {name}"
        if is_corporate_number(name, text):
            continue
        yield from (f"{place} {name}".strip() + f": {number}" for number in card_numbers_in(text))
        yield from (f"{place}, as a name: {number}" for number in card_numbers_in(name))


def pieces_of(address: str, headers: dict[str, str], body: bytes | None) -> Iterator[Piece]:
    """The request taken apart: the path, each field of the query, each header, each field of the body."""
    parts = urlsplit(address)
    yield Piece("path", "", unquote(parts.path))
    yield from _form("query", parts.query)
    for name, text in headers.items():
        yield Piece("header", name, unquote(text))
    if body:
        yield from _body(headers.get("content-type", ""), body)
    elif int(headers.get("content-length", "0")) and not parts.path.endswith(FILES_COME_TO):
        raise AssertionError(f"{parts.path}: a body was sent that the browser does not show")


def _body(kind: str, body: bytes) -> Iterator[Piece]:
    text = body.decode("utf-8", "replace")
    if kind.startswith("application/x-www-form-urlencoded"):
        yield from _form("body", text)
    elif kind.startswith("multipart/form-data"):
        yield from _with_files(kind, body)
    elif "json" in kind:
        yield from _json("", json.loads(text))
    else:
        yield Piece("body", "", unquote_plus(text))


def _form(place: str, text: str) -> Iterator[Piece]:
    for name, value in parse_qsl(text, keep_blank_values=True):
        yield Piece(place, name, value)


def _with_files(kind: str, body: bytes) -> Iterator[Piece]:
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    for part in whole.walk():
        if not part.is_multipart():
            yield from _one_part(part)


def _one_part(part: Message) -> Iterator[Piece]:
    content = part.get_payload(decode=True)
    name = str(part.get_param("name", "", header="content-disposition"))
    yield Piece("body", name, content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content))
    yield Piece("body", name, part.get_filename() or "")


def _json(name: str, value: object) -> Iterator[Piece]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _json(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _json(name, inner)
    else:
        yield Piece("body", name, str(value))
