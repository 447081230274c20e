"""A text in blocks becomes lines with their ends, however they end; a line without end is never held."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from sonae.domain.membership_feed.refusals import FeedRefused

LONGEST_LINE = 1_000_000


def split_lines(blocks: Iterable[str]) -> Iterator[str]:
    r"""Lines that end in \n, \r\n or \r, the last one perhaps in nothing. Raises FeedRefused: line_too_long."""
    rest, line = "", 0
    for block in blocks:
        text = rest + block
        # The \r at the very end waits: the next block may begin with its \n.
        cut = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
        for one in io.StringIO(text[:cut], newline=""):
            line += 1
            _check_length(one, line)
            yield one
        rest = text[cut:]
        _check_length(rest, line + 1)
    yield from io.StringIO(rest, newline="")


def _check_length(text: str, line: int) -> None:
    if len(text) > LONGEST_LINE:
        raise FeedRefused("line_too_long", line=line, most=LONGEST_LINE)
