"""Bytes in blocks of one size, whatever pieces they come in: so what is read never depends on how a file was cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

BLOCK_BYTES = 65_536


def even_blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of ``BLOCK_BYTES``; the last one holds the rest. Nothing for no bytes."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= BLOCK_BYTES:
            whole = len(held) - len(held) % BLOCK_BYTES
            with memoryview(held) as view:
                yield from [bytes(view[start : start + BLOCK_BYTES]) for start in range(0, whole, BLOCK_BYTES)]
            del held[:whole]
    if held:
        yield bytes(held)
