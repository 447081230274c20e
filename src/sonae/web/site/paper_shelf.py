"""The papers of published versions, printed once for each process and kept while they are wanted.

A stranger can ask for nothing but the papers of published versions in two languages, and only one is printed at a time:
however many ask at once, the press runs once for each.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from sonae.apps.documents.product_papers import ProductPaper
from sonae.apps.documents.rendering import PaperFailed, paper_press
from sonae.apps.programmes.product_files import product_with

KEPT = 96  # papers of eight versions in both languages, some ten megabytes
_PAGES = re.compile(rb"/Type/Pages/Count (\d{1,4})")


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """The file with what a page says about it. ``digest`` is the SHA-256 of its bytes."""

    pdf: bytes
    digest: str
    pages: int

    @property
    def kilobytes(self) -> int:
        return -(-len(self.pdf) // 1000)

    @classmethod
    def of(cls, pdf: bytes) -> PrintedPaper:
        """Raises ``PaperFailed`` for a file that doesn't say how many pages it has."""
        pages = _PAGES.search(pdf)
        if pages is None:
            raise PaperFailed("the file does not say how many pages it has")
        return cls(pdf, hashlib.sha256(pdf).hexdigest(), int(pages[1]))


Key = tuple[str, str, str]


class PaperShelf:
    """The papers that were wanted last. ``make`` prints one that is not there."""

    def __init__(self, make: Callable[[ProductPaper, str, str], PrintedPaper], kept: int = KEPT) -> None:
        self._make, self._kept = make, kept
        self._papers: OrderedDict[Key, PrintedPaper] = OrderedDict()
        self._order, self._printing = Lock(), Lock()

    def take(self, paper: ProductPaper, *, digest: str, language: str) -> PrintedPaper:
        """The paper of the version with that digest. Raises ``PaperFailed``."""
        key = (paper.slug, digest, language)
        found = self._find(key)
        if found is not None:
            return found
        with self._printing:
            found = self._find(key)  # somebody else may have waited for the same one
            if found is None:
                found = self._make(paper, digest, language)
                self._keep(key, found)
            return found

    def _find(self, key: Key) -> PrintedPaper | None:
        with self._order:
            found = self._papers.get(key)
            if found is not None:
                self._papers.move_to_end(key)
            return found

    def _keep(self, key: Key, paper: PrintedPaper) -> None:
        with self._order:
            self._papers[key] = paper
            while len(self._papers) > self._kept:
                self._papers.popitem(last=False)


def print_paper(paper: ProductPaper, digest: str, language: str) -> PrintedPaper:
    """From the version's files to the PDF."""
    facts = paper.facts(product_with(digest), digest).as_dict()
    return PrintedPaper.of(paper_press().render(template=paper.template, facts=facts, language=language))


SHELF = PaperShelf(print_paper)
