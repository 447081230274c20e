"""Two product versions → every difference between them. Nothing is passed over: what has no words of its own is shown by its
field's name and its value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from sonae.domain.product.definition import Product
from sonae.domain.product_differences.difference import GROUP_NAMES, GROUPS, Difference, Group
from sonae.domain.product_differences.names import PARTS
from sonae.domain.product_differences.premiums import MOST_CELLS, compare_premiums, count_cells
from sonae.domain.product_differences.values import Names, called, field_name, in_words, key_of, names_in
from sonae.domain.text import Text

RATED_BY = ("base_premium", "rounding_unit", "industries", "sales_bands", "plans", "eligibility")
ORDER = Text("順番", "order")
TOO_MANY = Text(
    "区分が多いため、保険料は並べていません。係数の違いをご覧ください。",
    "There are too many cells to lay premiums side by side; see how the factors differ.",
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: the heading, what was passed on the way, and the words for codes on either side."""

    group: Group
    passed: tuple[Text, ...]
    field: str
    old_names: Names
    new_names: Names

    def below(self, name: Text, field: str = "") -> _Place:
        return _Place(self.group, (*self.passed, name), field or self.field, self.old_names, self.new_names)

    def said(self, before: Any, after: Any) -> Difference:
        what = Text("、".join(name.ja for name in self.passed), ", ".join(name.en for name in self.passed))
        return Difference(
            self.group, what, in_words(before, self.field, self.old_names), in_words(after, self.field, self.new_names)
        )


def compare_products(old: Product, new: Product) -> list[Difference]:
    """By heading, in the order of ``GROUPS``. Empty exactly where both say the same."""
    found = [*_premiums(old, new), *compare_content(old, new)]
    return sorted(found, key=lambda one: GROUPS.index(one.group))


def compare_content(old: Product, new: Product) -> Iterator[Difference]:
    """All but the premiums that come out: what stands in the files."""
    old_names, new_names = names_in(old), names_in(new)
    for part, (group, name) in PARTS.items():
        place = _Place(group, (name,), part, old_names, new_names)
        yield from _walk(getattr(old, part), getattr(new, part), place)


def _premiums(old: Product, new: Product) -> Iterable[Difference]:
    if all(getattr(old, part) == getattr(new, part) for part in RATED_BY):
        return ()
    if count_cells(old, new) > MOST_CELLS:
        return (Difference("premium", GROUP_NAMES["premium"], None, TOO_MANY),)
    return compare_premiums(old, new)


def _walk(before: Any, after: Any, place: _Place) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Text) or type(before) is not type(after):
        yield place.said(before, after)
    elif is_dataclass(before):
        for one in fields(before):
            below = place.below(field_name(one.name, place.new_names), one.name)
            yield from _walk(getattr(before, one.name), getattr(after, one.name), below)
    elif isinstance(before, Mapping):
        for key in [*after, *(key for key in before if key not in after)]:
            below = place.below(field_name(str(key), place.new_names))
            yield from _walk(before.get(key), after.get(key), below)
    elif isinstance(before, tuple) and _are_things((*before, *after)):
        yield from _things(_by_key(before), _by_key(after), place)
    elif isinstance(before, tuple) and all(isinstance(one, Text) for one in (*before, *after)):
        yield from _sentences(before, after, place)
    else:
        yield place.said(before, after)


def _are_things(values: tuple[Any, ...]) -> bool:
    return all(is_dataclass(one) and not isinstance(one, Text) for one in values)


def _by_key(things: tuple[Any, ...]) -> dict[tuple[str, int], Any]:
    """Two of one key are told apart by their order."""
    seen: Counter[str] = Counter()
    keyed = {}
    for thing in things:
        key = key_of(thing)
        keyed[key, seen[key]] = thing
        seen[key] += 1
    return keyed


def _things(
    before: dict[tuple[str, int], Any], after: dict[tuple[str, int], Any], place: _Place
) -> Iterator[Difference]:
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        below = place.below(called(old if new is None else new))
        if old is None or new is None:
            yield below.said(old, new)
        else:
            yield from _walk(old, new, below)
    kept_before, kept_after = [key for key in before if key in after], [key for key in after if key in before]
    if kept_before != kept_after:
        orders = (
            tuple(called(things[key]) for key in keys) for things, keys in ((before, kept_before), (after, kept_after))
        )
        yield place.below(ORDER).said(*orders)


def _sentences(before: tuple[Text, ...], after: tuple[Text, ...], place: _Place) -> Iterator[Difference]:
    """Sentence by sentence, so that one that is put in doesn't make all that follow look changed."""
    matched = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matched.get_opcodes():
        if kind == "equal":
            continue
        for step in range(max(old_to - old_from, new_to - new_from)):
            old = before[old_from + step] if old_from + step < old_to else None
            new = after[new_from + step] if new_from + step < new_to else None
            number = (new_from if new else old_from) + step + 1
            yield place.below(Text(f"{number}番目", f"no. {number}")).said(old, new)
