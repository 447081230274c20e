"""Controls that are written directly come out exactly as Django's own templates draw them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from sonae.web.shared.form_renderer import WRITERS, DirectRenderer
from sonae.web.shared.language import say

EVIL = """<b>"'&</b>"""
CHOICES = [
    ("", say("選んでください", "Please choose")),
    ("a", "An <option> & more"),
    (2, mark_safe("<safe>")),
    (EVIL, EVIL),
    (None, "nothing"),
    ("Group <1>", [("b", "Inside"), ("c", EVIL)]),
]
ATTRS: dict[str, Any] = {
    "id": "id_x",
    "required": True,
    "disabled": False,
    "class": EVIL,
    "maxlength": 1234567,
    EVIL: "x",
}
WIDGETS = [
    (forms.TextInput(), ""),
    (forms.TextInput(), None),
    (forms.TextInput(), EVIL),
    (forms.TextInput({"inputmode": "numeric"}), 4_800_000),
    (forms.TextInput(), say("日本語", "English")),
    (forms.EmailInput(), "a@b.example"),
    (forms.HiddenInput(), EVIL),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), "on"),
    (forms.CheckboxInput(), False),
    (forms.Select(choices=CHOICES), None),
    (forms.Select(choices=CHOICES), "a"),
    (forms.Select(choices=CHOICES), 2),
    (forms.Select(choices=CHOICES), EVIL),
    (forms.Select(choices=CHOICES), "c"),
    (forms.Select(), "a"),
]


@pytest.mark.parametrize("attrs", [None, {}, ATTRS])
@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_control_is_the_one_that_django_draws(
    widget: forms.Widget, value: object, attrs: dict[str, Any] | None
) -> None:
    assert widget.template_name in WRITERS
    name = f"field{EVIL}"
    drawn = widget.render(name, value, attrs, DjangoTemplates())
    assert _lines(widget.render(name, value, attrs, DirectRenderer())) == _lines(drawn)


def test_a_control_that_is_not_known_goes_the_way_of_django() -> None:
    widget = forms.Textarea()
    assert widget.template_name not in WRITERS
    assert widget.render("x", EVIL, None, DirectRenderer()) == widget.render("x", EVIL, None, DjangoTemplates())


def _lines(html: str) -> list[str]:
    """Django's list of choices has an empty line after each."""
    return [line for line in html.splitlines() if line]


def test_the_forms_of_the_site_are_drawn_with_it() -> None:
    assert isinstance(forms.Form().renderer, DirectRenderer)
