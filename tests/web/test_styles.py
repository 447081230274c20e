"""The styles as data: every pair of colours can be read, every file is used, nothing inline gets past the policy."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from sonae.web.shared import styles

WEB = Path(__file__).resolve().parents[2] / "src" / "sonae" / "web"
CSS = WEB / "shared" / "static" / "sonae" / "css"
TEMPLATES = sorted(path for path in WEB.rglob("templates/**/*") if path.suffix in (".html", ".svg"))

TEXT_PAIRS = [  # text, ground, at least
    ("text", "paper", 7.0),
    ("text", "plaster", 7.0),
    ("text-soft", "paper", 4.5),
    ("text-soft", "plaster", 4.5),
    ("text-faint", "paper", 4.5),
    ("text-faint", "plaster", 4.5),
    ("text-soft", "tile-100", 4.5),
    ("accent-strong", "paper", 4.5),
    ("accent-strong", "plaster", 4.5),
    ("accent-strong", "accent-soft", 4.5),
    ("accent-deep", "accent-faint", 4.5),
    ("text-on-dark", "accent", 4.5),
    ("text-on-dark", "danger", 4.5),
    ("danger-strong", "paper", 4.5),
    ("danger-strong", "danger-soft", 4.5),
    ("danger-strong", "danger-faint", 4.5),
    ("warning", "warning-soft", 4.5),
    ("success", "success-soft", 4.5),
    ("success", "paper", 4.5),
    ("info", "info-soft", 4.5),
    ("tile-300", "tile-900", 4.5),
    ("nando-200", "tile-900", 4.5),
    ("paper", "tile-900", 7.0),
]
EDGES = [  # what only has to be seen: edges of controls, marks, parts of pictures
    ("control-line", "paper"),
    ("control-line", "plaster"),
    ("accent", "paper"),
    ("danger", "paper"),
    ("warning-mark", "warning-soft"),
    ("success-mark", "success-soft"),
    ("info-mark", "info-soft"),
    ("tile-400", "paper"),
    ("tile-950", "paper"),
    ("yamabuki-300", "tile-900"),
]


def tokens(text: str) -> dict[str, str]:
    """The first value of each custom property, with references followed down to a colour."""
    found: dict[str, str] = {}
    for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", text):
        found.setdefault(name, value.strip())

    def follow(value: str) -> str:
        reference = re.fullmatch(r"var\(--([\w-]+)\)", value)
        return follow(found[reference.group(1)]) if reference else value

    return {name: follow(value) for name, value in found.items()}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


COLOURS = tokens((CSS / "tokens.css").read_text())


def test_the_contrast_formula_gives_the_known_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "ground", "least"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(text: str, ground: str, least: float) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= least


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_marks_can_be_seen(edge: str, ground: str) -> None:
    assert contrast(COLOURS[edge], COLOURS[ground]) >= 3


def used_properties(text: str) -> set[str]:
    return set(re.findall(r"var\(--([\w-]+)", text))


def test_every_custom_property_that_is_used_is_defined() -> None:
    used = {name for path in CSS.glob("*.css") for name in used_properties(path.read_text())}
    assert used - set(COLOURS) == set()


def test_every_style_file_belongs_to_a_bundle_and_every_bundle_to_a_page() -> None:
    listed = {name for files in styles.BUNDLES.values() for name in files} | {styles.PRINT}
    assert listed == {path.stem for path in CSS.glob("*.css")}
    asked_for = {
        name
        for path in TEMPLATES
        for call in re.findall(r"{% styles ([^%]*)%}", path.read_text())
        for name in re.findall(r'"([\w-]+)"', call)
    }
    assert asked_for <= set(styles.BUNDLES)
    assert {file for name in asked_for for file in styles.BUNDLES[name]} | {styles.PRINT} == listed


def test_every_behaviour_is_loaded_by_a_page() -> None:
    asked_for = {name for path in TEMPLATES for name in re.findall(r'{% script "([\w-]+)"', path.read_text())}
    assert asked_for - {"htmx"} == {path.stem for path in WEB.rglob("static/sonae/js/*.js")}


def test_an_unknown_bundle_is_an_error() -> None:
    with pytest.raises(KeyError):
        styles.files_of("carousel")


def test_a_file_asked_for_twice_is_linked_once() -> None:
    names = styles.files_of("premium", "plans", "premium")
    assert len(names) == len(set(names))


def inline_findings(source: str) -> list[str]:
    """What the policy would block: style attributes and elements, scripts without src, handlers, javascript: addresses."""
    markup = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source, flags=re.S)
    rules = {
        "style attribute": r"<[^>]*\sstyle\s*=",
        "style element": r"<style[\s>]",
        "inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
        "handler attribute": r"<[^>]*\son[a-z]+\s*=",
        "script address": r"javascript:",
    }
    return [name for name, rule in rules.items() if re.search(rule, markup, re.I)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_a_template_holds_nothing_inline(path: Path) -> None:
    assert inline_findings(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color: red">',
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        '<a href="#" onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_inline_code_is_found(source: str) -> None:
    assert len(inline_findings(source)) == 1


def test_the_greys_run_from_ink_to_mist() -> None:
    greys = [int(COLOURS[f"tile-{step}"][1:3], 16) for step in (950, 900, 800, 700, 600, 500, 400, 300, 200, 100, 50)]
    assert all(darker < lighter for darker, lighter in pairwise(greys))
