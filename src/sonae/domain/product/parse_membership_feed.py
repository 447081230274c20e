"""[membership_feed] of product.toml: what the organiser's file of members may look like, and what holds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sonae.domain.membership_feed.layout import ACTS, FIELDS, LONGEST, Brake, FeedLayout, find_shared_values
from sonae.domain.product.definition import MemberClass
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.reading import Table

KEY = "membership_feed"
Owner = TypeVar("Owner", bound=str)


def read_membership_feed(top: Table, classes: tuple[MemberClass, ...]) -> FeedLayout:
    """The layout. A version that leaves it open understands the plain headings, and the names of its member classes."""
    names = {one.code: (one.name.ja, one.name.en) for one in classes}
    if not top.has(KEY):
        return FeedLayout(classes=names)
    table = top.table(KEY)
    values = _class_values(table.table("classes"), names)
    layout = FeedLayout(
        classes=values,
        headings=_known(table.table("headings"), FIELDS),
        acts=_known(table.table("acts"), ACTS),
        number_digits_least=table.number("number_digits_least", least=1, most=LONGEST["number"]),
        number_digits_most=table.number("number_digits_most", least=1, most=LONGEST["number"]),
        brake=Brake(
            ended_permille=table.number("ended_permille", least=1, most=1000),
            class_halved_percent=table.number("class_halved_percent", least=1, most=100),
        ),
    )
    if layout.number_digits_least > layout.number_digits_most:
        table.slip("number_digits_least", "it is more than number_digits_most.")
    table.finish()
    return layout


def _class_values(table: Table, names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What means which class: its code and names always, and what the table lists."""
    for code in table.values:
        if code not in names:
            table.slip(code, f'the member class "{code}" is not known.', did_you_mean(code, names))
    values = {code: (*known, *table.strings(code, optional=True)) for code, known in names.items()}
    _check_shared(table, {code: (code, *known) for code, known in values.items()})
    return values


def _known(table: Table, owners: tuple[Owner, ...]) -> dict[Owner, tuple[str, ...]]:
    """What is understood for each of the owners; each needs one way of writing at least."""
    values = {owner: table.strings(owner) for owner in owners}
    for owner, known in values.items():
        if table.has(owner) and not any(map(str.strip, known)):
            table.slip(owner, "at least one text is needed.")
    _check_shared(table, values)
    table.finish()
    return values


def _check_shared(table: Table, values: Mapping[Owner, tuple[str, ...]]) -> None:
    for value, first, second in find_shared_values(values):
        table.slip(second, f'"{value}" means {first} already.')
