"""A drawn page as numbers, so that a test can read the code on it or look for ink in the margin."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy


def grey_pixels(png: bytes) -> numpy.ndarray[Any, Any]:
    """The green part of an 8-bit RGBA picture, rows by columns: dark where there is ink."""
    place, packed, width, height = 8, b"", 0, 0
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        body = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", body)
            assert (depth, colour) == (8, 6)
        elif kind == b"IDAT":
            packed += body
        place += 12 + length
    rows = numpy.frombuffer(zlib.decompress(packed), numpy.uint8).reshape(height, 1 + width * 4)
    picture = numpy.zeros((height, width * 4), numpy.uint8)
    for line, row in enumerate(rows):
        picture[line] = _unfiltered(row, picture[line - 1] if line else numpy.zeros(width * 4, numpy.uint8))
    return numpy.ascontiguousarray(picture.reshape(height, width, 4)[:, :, 1])


def _unfiltered(row: numpy.ndarray[Any, Any], above: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    kind, given = int(row[0]), row[1:].tolist()
    if kind == 0:
        return row[1:]
    if kind == 2:
        return row[1:] + above
    up, done = above.tolist(), [0] * len(given)
    for index, value in enumerate(given):
        left, corner = (done[index - 4], up[index - 4]) if index >= 4 else (0, 0)
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up[index]) // 2
        else:
            estimate = left + up[index] - corner
            guess = min((left, up[index], corner), key=lambda near, estimate=estimate: abs(estimate - near))
        done[index] = (value + guess) & 255
    return numpy.array(done, numpy.uint8)
