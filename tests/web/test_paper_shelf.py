"""The shelf of printed papers: each printed once, one at a time, and no more kept than is meant."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from sonae.apps.documents.product_papers import PRODUCT_PAPERS, ProductPaper
from sonae.apps.documents.rendering import PaperFailed
from sonae.web.site.paper_shelf import PaperShelf, PrintedPaper

PAPER, OTHER = PRODUCT_PAPERS[:2]


class SlowPress:
    """Counts what it prints, and how many print at once."""

    def __init__(self) -> None:
        self.printed: list[tuple[str, str, str]] = []
        self.at_work = self.most_at_work = 0

    def make(self, paper: ProductPaper, digest: str, language: str) -> PrintedPaper:
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        time.sleep(0.01)
        self.printed.append((paper.slug, digest, language))
        self.at_work -= 1
        return PrintedPaper(f"{paper.slug} {digest} {language}".encode(), digest, 1)


def test_a_paper_is_printed_once_however_many_ask_at_once() -> None:
    press, barrier = SlowPress(), Barrier(8)
    shelf = PaperShelf(press.make)

    def ask(language: str) -> bytes:
        barrier.wait()
        return shelf.take(PAPER, digest="d", language=language).pdf

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, ["ja", "en"] * 4))
    assert sorted(press.printed) == [(PAPER.slug, "d", "en"), (PAPER.slug, "d", "ja")]
    assert press.most_at_work == 1
    assert set(answers) == {f"{PAPER.slug} d {language}".encode() for language in ("ja", "en")}


def test_the_paper_that_was_not_wanted_for_longest_makes_room() -> None:
    press = SlowPress()
    shelf = PaperShelf(press.make, kept=2)
    for paper, digest in ((PAPER, "1"), (OTHER, "1"), (PAPER, "1"), (PAPER, "2"), (PAPER, "1"), (OTHER, "1")):
        shelf.take(paper, digest=digest, language="ja")
    assert [(slug, digest) for slug, digest, _ in press.printed] == [
        (PAPER.slug, "1"),
        (OTHER.slug, "1"),
        (PAPER.slug, "2"),
        (OTHER.slug, "1"),
    ]


def test_a_paper_that_fails_is_not_kept_and_does_not_block_the_next() -> None:
    tries = []

    def make(paper: ProductPaper, digest: str, language: str) -> PrintedPaper:
        tries.append(digest)
        if len(tries) == 1:
            raise PaperFailed("out of paper")
        return PrintedPaper(b"x", digest, 1)

    shelf = PaperShelf(make)
    with pytest.raises(PaperFailed):
        shelf.take(PAPER, digest="1", language="ja")
    assert shelf.take(PAPER, digest="1", language="ja").pdf == b"x"


def test_a_file_that_does_not_say_its_pages_is_refused() -> None:
    with pytest.raises(PaperFailed, match="how many pages"):
        PrintedPaper.of(b"%PDF-1.7 nothing")
