"""Which encoding a file has, decided from all of its bytes before a row of it is read.

UTF-8 strictly, else CP932 (what Windows in Japan calls Shift_JIS), else refused; UTF-16 by its byte order mark only. A file that is
UTF-8 but for a few bytes is refused rather than read as CP932, where its names would turn into other letters.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sonae.domain.membership_feed.blocks import BLOCK_BYTES, even_blocks
from sonae.domain.membership_feed.refusals import FeedRefused

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "cp932"]
CALLED: dict[Encoding, str] = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp932": "CP932"}
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MOSTLY = 10  # letters that are well-formed UTF-8 for each that isn't, from which on a file was meant as UTF-8


@dataclass(slots=True)
class _Trial:
    """How far the bytes can be read in one encoding."""

    encoding: Encoding
    line: int = 1  # on which the trial ended
    letters: int = 0  # beyond ASCII, read well
    ends_in_cr: bool = False
    failed: Literal["", "middle", "end"] = ""
    rest: bytearray = field(default_factory=bytearray)  # from the first bad byte on, one block at most


def find_encoding(chunks: Iterable[bytes]) -> Encoding:
    """The encoding of the whole file, whose bytes are gone through up to three times.

    Raises FeedRefused: empty, binary, truncated, wrong_encoding.
    """
    first = next(even_blocks(chunks), None)
    if first is None:
        raise FeedRefused("empty")
    marked = next((encoding for mark, encoding in _MARKS if first.startswith(mark)), None)
    if marked != "utf-16":
        # A NUL near the beginning says more of a file than an odd letter before it.
        _count(_Trial("utf-8"), first.decode("latin-1"))
    utf8 = _try(chunks, marked or "utf-8")
    if not utf8.failed:
        return utf8.encoding
    if marked or (utf8.failed == "end" and utf8.letters):
        raise _refusal(utf8)
    if _is_damaged_utf8(utf8):
        raise _refusal(utf8)
    cp932 = _try(chunks, "cp932")
    if not cp932.failed:
        return "cp932"
    # Whichever reads further is what the file was meant to be.
    raise _refusal(max(utf8, cp932, key=lambda trial: (trial.line, trial is cp932)))


def decoded(chunks: Iterable[bytes], encoding: Encoding) -> Iterator[str]:
    """The file's text, block after block; for bytes that ``find_encoding`` has passed."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for block in even_blocks(chunks):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _try(chunks: Iterable[bytes], encoding: Encoding) -> _Trial:
    trial = _Trial(encoding)
    decoder = codecs.getincrementaldecoder(encoding)()
    for block in even_blocks(chunks):
        if trial.failed:
            trial.rest += block[: BLOCK_BYTES - len(trial.rest)]
            return trial
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            # ``error.object`` is the block with what the decoder had held back of the one before.
            trial.failed, trial.rest = "middle", bytearray(error.object[error.start :])
            text = error.object[: error.start].decode(encoding, "replace")
        _count(trial, text)
    if not trial.failed:
        _try_end(trial, decoder)
    return trial


def _try_end(trial: _Trial, decoder: codecs.IncrementalDecoder) -> None:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        trial.failed = "end"


def _count(trial: _Trial, text: str) -> None:
    """Lines and letters. No text has a NUL in it, so a file with one is none."""
    before, nul, _ = text.partition("\0")
    trial.line += before.count("\n") + before.count("\r") - before.count("\r\n")
    trial.line -= trial.ends_in_cr and before.startswith("\n")
    trial.ends_in_cr = before.endswith("\r")
    trial.letters += _beyond_ascii(before)
    if nul:
        raise FeedRefused("binary", line=trial.line)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _is_damaged_utf8(trial: _Trial) -> bool:
    """Hardly any letter of CP932 is well-formed UTF-8 by chance, so many of them are no chance."""
    sample = trial.rest.decode("utf-8", "replace")
    bad = sample.count("\ufffd")
    good = trial.letters + _beyond_ascii(sample) - bad
    return good > MOSTLY * bad


def _refusal(trial: _Trial) -> FeedRefused:
    if trial.failed == "end":
        return FeedRefused("truncated", line=trial.line)
    return FeedRefused("wrong_encoding", line=trial.line, encoding=CALLED[trial.encoding])
