"""Whoever looks at a page for a journey finds what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys import conftest
from tests.journeys.conftest import TELEPHONE, axe_problems, look_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
SOUND = "<!doctype html><html lang=ja><title>見本</title><main><h1>見本</h1>{}</main>"
FAULTY = {
    "color-contrast": "<p style='color: #ddd; background: #fff'>読みにくい文字</p>",
    "label": "<input type=text>",
    "image-alt": "<img src='data:,'>",
}
TOO_WIDE = "<p style='width: 500px'>はみ出す段落</p>"


@pytest.fixture
def page(
    open_browser: Callable[..., Page], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Page:
    """A window whose pictures are kept apart from those of our pages."""
    monkeypatch.setattr(conftest, "SCREENS", tmp_path_factory.mktemp("screens"))
    return open_browser(TELEPHONE)


def test_a_sound_page_passes_and_leaves_its_picture(page: Page) -> None:
    page.set_content(SOUND.format("<p>読める文字</p>"))
    look_at(page, "sound")
    assert [picture.name for picture in conftest.SCREENS.iterdir()] == ["sound-ja-390.jpg"]


@pytest.mark.parametrize("rule", FAULTY)
def test_a_fault_is_told_by_the_name_of_its_rule(page: Page, rule: str) -> None:
    page.set_content(SOUND.format(FAULTY[rule]))
    with pytest.raises(AssertionError, match=f"faulty at 390 px .*{rule}: "):
        look_at(page, "faulty")
    look_at(page, "faulty", with_axe=False)


def test_a_fault_that_comes_later_is_found_at_the_second_look(page: Page) -> None:
    page.set_content(SOUND.format("<p>読める文字</p>"))
    assert axe_problems(page) == []
    page.locator("p").evaluate("(words) => { words.style.color = '#ddd'; }")
    assert [problem.partition(":")[0] for problem in axe_problems(page)] == ["color-contrast"]


def test_sideways_scrolling_is_told_in_pixels(page: Page) -> None:
    page.set_content(SOUND.format(TOO_WIDE))
    with pytest.raises(AssertionError, match=r"wide: \d+ px of sideways scrolling at 390 px"):
        look_at(page, "wide")
