"""A CSV for keeping: with its name as RFC 6266 writes it, and kept by no cache on the way. Its cells: domain/csv_cells.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from sonae.domain.csv_cells import Cell, in_code_page, write_rows

MARK = "\ufeff"  # by which spreadsheets know UTF-8


def csv_bytes(rows: Iterable[Sequence[Cell]], encoding: str = "utf-8") -> bytes:
    """The file; UTF-8 has its mark in front."""
    text = "".join(write_rows(rows))
    return in_code_page(MARK + text if encoding == "utf-8" else text, encoding)


def file_download(content: bytes, file_name: str, content_type: str) -> HttpResponse:
    """The answer that a browser saves under ``file_name``."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
