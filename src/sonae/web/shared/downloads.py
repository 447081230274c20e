"""A PDF for keeping: with its name as RFC 6266 writes it, and kept by no cache on the way."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def pdf_download(pdf: bytes, file_name: str) -> HttpResponse:
    """The answer that a browser saves under ``file_name``."""
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
