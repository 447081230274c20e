"""How large a workbook may be inside. A million members in ten columns fit, within a gibibyte of memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The library holds the sheet's whole rectangle, and each cell's text by itself: both have to be bounded."""

    entries: int = 1_000  # files in the container
    unpacked: int = 512_000_000  # bytes of the parts that are read
    ratio: int = 200  # bytes that one packed byte may become
    ratio_from: int = 1_000_000  # bytes from which on that is asked
    cells: int = 12_000_000  # rows × columns, from the first cell to the last
    text: int = 1_500_000_000  # cells × the longest shared text
    tag: int = 1_000_000  # bytes from one tag to the next


LIMITS = Limits()
