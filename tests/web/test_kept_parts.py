"""What is drawn once and kept by the process shows nothing of a person, is drawn for each language, and never goes stale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from django.utils.safestring import mark_safe
from django.utils.translation import override

from sonae.apps.parties.models import Organisation
from sonae.domain.text import Text
from sonae.web.shared.templatetags import kept as kept_tag
from tests import cast

LOAD = "{% load kept language %}"


@dataclass(frozen=True)
class Frozen:
    name: str


@dataclass
class Changing:
    name: str


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every drawing that was really made, by its values."""
    made: list[object] = []
    draw: Callable[..., Any] = kept_tag.KeptBlock._draw

    def draw_and_note(block: Any, *values: object) -> Any:
        made.append(values)
        return draw(block, *values)

    monkeypatch.setattr(kept_tag.KeptBlock, "_draw", draw_and_note)
    return made


def test_equal_values_are_drawn_once(drawings: list[object]) -> None:
    page = Template(LOAD + "{% kept firm=firm %}<b>{{ firm.name }}</b>{% endkept %}")
    shown = [page.render(Context({"firm": Frozen(name)})) for name in ("A", "B", "A", "B")]
    assert shown == ["<b>A</b>", "<b>B</b>", "<b>A</b>", "<b>B</b>"]
    assert len(drawings) == 2


def test_each_language_has_its_own_drawing() -> None:
    page = Template(LOAD + '{% kept name=name %}{% say "こんにちは" "Hello" %} {{ name|in_language }}{% endkept %}')
    for _ in range(2):
        for language, said in (("ja", "こんにちは 青木"), ("en", "Hello Aoki")):
            with override(language):
                assert page.render(Context({"name": Text("青木", "Aoki")})) == said


def test_the_block_sees_nothing_but_the_values_that_it_names() -> None:
    page = Template(
        LOAD
        + "{% kept a=a %}{{ a }}|{{ person }}|{{ request.path }}|{{ user }}|{% csrf_token %}{{ csrf_token }}{% endkept %}"
    )
    request = RequestFactory().get("/secret/")
    assert page.render(RequestContext(request, {"a": 1, "person": "青木"})) == "1||||"


def test_a_name_that_the_block_sets_does_not_leave_it() -> None:
    page = Template(LOAD + '{% kept a=a %}{% say "中" "in" as a %}{{ a }}{% endkept %}{{ a }}')
    assert page.render(Context({"a": "外"})) == "中外"


def test_a_safe_text_does_not_pass_for_one_that_must_be_escaped() -> None:
    page = Template(LOAD + "{% kept a=a %}{{ a }}{% endkept %}")
    assert page.render(Context({"a": mark_safe("<b>")})) == "<b>"
    assert page.render(Context({"a": "<b>"})) == "&lt;b&gt;"


def test_one_and_true_are_drawn_apart() -> None:
    page = Template(LOAD + "{% kept a=a %}{{ a }}{% endkept %}")
    assert [page.render(Context({"a": value})) for value in (1, True, 1)] == ["1", "True", "1"]


@pytest.mark.parametrize("value", [Changing("A"), (Frozen("A"), Changing("B")), ["A"], {"a": 1}, 1.5, object()])
def test_a_value_that_can_change_is_refused(value: object) -> None:
    page = Template(LOAD + "{% kept a=a %}{{ a }}{% endkept %}")
    with pytest.raises(TypeError):
        page.render(Context({"a": value}))


def test_a_row_of_the_database_is_refused() -> None:
    """Two of them are equal by their key, whatever they hold."""
    page = Template(LOAD + "{% kept a=a %}{{ a }}{% endkept %}")
    with pytest.raises(TypeError, match="a can change"):
        page.render(Context({"a": Organisation(pk=1, name_ja="A")}))


@pytest.mark.parametrize("value", ["A", 1, None, True, date(2026, 12, 1), Text("あ", "a"), (), (Frozen("A"), ("B", 2))])
def test_a_value_that_stands_still_is_taken(value: object) -> None:
    assert kept_tag.stands_still(value)


def test_no_more_is_kept_than_has_room(drawings: list[object]) -> None:
    page = Template(LOAD + "{% kept a=a %}{{ a }}{% endkept %}")
    for number in range(kept_tag.KEPT + 1):
        page.render(Context({"a": number}))
    page.render(Context({"a": kept_tag.KEPT}))
    assert len(drawings) == kept_tag.KEPT + 1
    page.render(Context({"a": 0}))  # the oldest has made room
    assert len(drawings) == kept_tag.KEPT + 2


@pytest.mark.parametrize(
    "words", ['"日本語"', '"日本語" english', 'ja "English"', '"日本語" "English" as', '"a" "b" "c"', ""]
)
def test_a_saying_without_both_languages_does_not_compile(words: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="expected"):
        Template(f"{LOAD}{{% say {words} %}}")


def test_a_saying_stands_as_it_is_written_and_can_be_given_a_name() -> None:
    page = Template(LOAD + '{% say "あ<b>" "a<b>" %}{% say "い" "b" as title %}[{{ title }}]')
    assert page.render(Context()) == "あ<b>[い]"
    with override("en"):
        assert page.render(Context()) == "a<b>[b]"


@pytest.mark.django_db
def test_a_visitor_sees_nothing_of_the_person_who_was_here_before(programme: object) -> None:
    people = cast.call_in()
    person, visitor = Client(), Client()
    person.force_login(people.owner)
    before = visitor.get("/premium/?industry=retail&sales=900").content.decode()
    theirs = person.get("/premium/?industry=retail&sales=900").content.decode()
    after = visitor.get("/premium/?industry=retail&sales=900").content.decode()
    assert "加入者ログイン" in before
    assert "加入者ログイン" not in theirs
    assert _without_tokens(after) == _without_tokens(before)


def _without_tokens(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)
