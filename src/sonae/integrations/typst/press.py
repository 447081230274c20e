"""Prints papers: facts in, PDF/UA-1 and PDF/A-2a out, the standards enforced by the compiler itself.

Facts reach the template as JSON text and are set as text; nothing a person typed is ever read as markup. The compiler
stays warm, one for each thread, over one set of fonts; bench/papers.py says what a fresh one for each paper would cost.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import typst
import zxingcpp

from sonae.apps.documents.rendering import PaperFailed
from sonae.integrations.typst.letters import FONT_FILES, GETA, printable

TEMPLATES = Path(__file__).with_name("templates")
TEMPLATE_NAMES = frozenset(
    {"estimate", "certificate", "free_certificate", "receipt", "important_matters", "disclosure_copy", "endorsement"}
    | {"text_paper", "plan_table", "claims_guide", "renewal_offer", "renewal_refused"}
)
PICTURE_NAMES = frozenset({"share", "icon"})
LANGUAGES = frozenset({"ja", "en"})
STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]


class TypstPress:
    """The press of the papers. One for the process; every thread gets a compiler of its own."""

    def __init__(self) -> None:
        self._compilers = threading.local()

    @cached_property
    def _fonts(self) -> typst.Fonts:
        """Looking through them takes half a second, so it waits until something is printed."""
        return typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(path.parent) for path in FONT_FILES],
        )

    @cached_property
    def edition(self) -> str:
        """Another one whenever a template is another: for the addresses of what is kept for long."""
        sources = (path.read_bytes() for path in sorted(TEMPLATES.glob("*.typ")))
        return hashlib.sha256(b"".join(sources)).hexdigest()

    def render(self, *, template: str, facts: dict[str, object], language: str) -> bytes:
        """The paper as PDF. Its creation time is the facts' ``made_at``. Raises ``PaperFailed``."""
        source, inputs, made_at = self._prepare(template, facts, language)
        with _failures_named(template, language):
            pdf = self._compiler().compile(
                source, format="pdf", sys_inputs=inputs, pdf_standards=list(STANDARDS), timestamp=made_at
            )
        if not isinstance(pdf, bytes):
            raise PaperFailed(f"{template} ({language}): the compiler returned no file")
        return pdf

    def draw(self, *, template: str, facts: dict[str, object], language: str, dots_per_inch: int = 144) -> list[bytes]:
        """The same paper as one PNG a page, to be looked at. Raises ``PaperFailed``."""
        source, inputs, made_at = self._prepare(template, facts, language)
        with _failures_named(template, language):
            pages = self._compiler().compile(
                source, format="png", ppi=dots_per_inch, sys_inputs=inputs, timestamp=made_at
            )
        return pages if isinstance(pages, list) else [pages] if pages is not None else []

    def picture(self, *, template: str, facts: dict[str, object], language: str) -> bytes:
        """A PNG whose size in dots is the template's page in points. Raises ``PaperFailed``."""
        source, inputs = self._source(template, facts, language, PICTURE_NAMES)
        with _failures_named(template, language):
            page = self._compiler().compile(source, format="png", ppi=72, sys_inputs=inputs)
        if not isinstance(page, bytes):
            raise PaperFailed(f"{template} ({language}): a picture is one page")
        return page

    def _compiler(self) -> typst.Compiler:
        compiler: typst.Compiler | None = getattr(self._compilers, "compiler", None)
        if compiler is None:
            compiler = typst.Compiler(root=str(TEMPLATES), font_paths=self._fonts, ignore_system_fonts=True)
            self._compilers.compiler = compiler
        return compiler

    def _prepare(self, template: str, facts: dict[str, object], language: str) -> tuple[str, dict[str, str], datetime]:
        source, inputs = self._source(template, facts, language, TEMPLATE_NAMES)
        for address in ("verification_url", "renewal_url"):
            if address in facts:
                inputs["code_svg"] = verification_code_svg(str(facts[address]))
        return source, inputs, _made_at(facts, template)

    def _source(
        self, template: str, facts: dict[str, object], language: str, names: frozenset[str]
    ) -> tuple[str, dict[str, str]]:
        if template not in names:
            raise PaperFailed(f"there is no paper {template!r}; there are {', '.join(sorted(names))}")
        if language not in LANGUAGES:
            raise PaperFailed(f"{template}: papers are in ja or en, not {language!r}")
        text = json.dumps(_printable_facts(facts, template), ensure_ascii=False, sort_keys=True)
        inputs = {"facts": text, "language": language, "letters_missing": "yes" if GETA in text else "no"}
        return str(TEMPLATES / f"{template}.typ"), inputs


@contextmanager
def _failures_named(template: str, language: str) -> Iterator[None]:
    """What the compiler refuses, or dies of, becomes ``PaperFailed``."""
    try:
        yield
    except typst.TypstError as error:
        raise PaperFailed(f"{template} ({language}): {error.message}") from error
    except BaseException as error:
        # A panic inside the compiler is no Exception in Python and would take the worker's thread with it.
        if type(error).__name__ == "PanicException":
            raise PaperFailed(f"{template} ({language}): the compiler broke down: {error}") from error
        raise


def verification_code_svg(url: str) -> str:
    """The two-dimensional code of an http(s) address as SVG, four modules of quiet around it. PaperFailed for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or not url.isascii():
        raise PaperFailed(f"the address on the paper is not an http address: {url!r}")
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(code.to_svg(add_quiet_zones=True))


def _made_at(facts: dict[str, object], template: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(facts["made_at"]))
    except (KeyError, ValueError) as error:
        raise PaperFailed(f"{template}: the facts need made_at as an ISO moment") from error
    if moment.tzinfo is None:
        raise PaperFailed(f"{template}: made_at needs its time zone")
    return moment


def _printable_facts(value: object, template: str) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {str(name): _printable_facts(item, template) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable_facts(item, template) for item in value]
    if value is None or isinstance(value, int):
        return value
    raise PaperFailed(f"{template}: {type(value).__name__} is not a plain value; pass what as_dict() gives")
