"""The loss facts as immutable values: sources, figures, sizes, incidents. Built by parse.py from the files of one folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from sonae.domain.text import Text

SizeKind = Literal["count", "yen"]
Mark = Literal["read", "programme", "assumed"]
Coded = TypeVar("Coded", bound="Figure | Size | EnteredLoss | Incident")


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures were read. ``address`` is empty where there is none to give."""

    number: int
    publisher: Text
    title: Text
    year: int
    where: Text
    address: str


@dataclass(frozen=True, slots=True)
class Size:
    """One thing that is asked about the incident's size; a count, or whole yen."""

    code: str
    kind: SizeKind
    name: Text
    unit: Text
    unit_of_one: Text
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What one thing costs, from ``low`` to ``high`` yen for every ``per`` of ``size``; for each case where size is empty.

    It occurs from ``occurs_from`` of the size ``occurs_with`` on. ``note`` says how the figure came about.
    """

    code: str
    cost_line: str
    name: Text
    low: int
    high: int
    size: str
    per: int
    occurs_with: str
    occurs_from: int
    sources: tuple[int, ...]
    mark: Mark
    as_of: date
    note: Text


@dataclass(frozen=True, slots=True)
class EnteredLoss:
    """A loss that follows from what was entered: so many days at so much a day. Both are empty where no sum is put to it.

    ``cost_line`` is empty for what the programme does not name.
    """

    code: str
    cost_line: str
    name: Text
    note: Text
    days: str
    yen_a_day: str


@dataclass(frozen=True, slots=True)
class SizeAsked:
    """A size as one incident asks for it: the value that stands in the field at first, and why, citing sources as [n]."""

    size: str
    value: int
    why: Text

    @property
    def cited(self) -> frozenset[int]:
        """The sources that ``why`` names in either language."""
        return frozenset(int(number) for number in re.findall(r"\[(\d{1,3})\]", self.why.ja + self.why.en))


@dataclass(frozen=True, slots=True)
class Incident:
    """What may happen: which costs occur, which losses nobody pays, and which sizes matter."""

    code: str
    name: Text
    sentence: Text
    lines: tuple[str, ...]
    not_named: tuple[str, ...]
    sizes: tuple[SizeAsked, ...]


@dataclass(frozen=True, slots=True)
class LossFacts:
    """Everything that one folder says. Equal files give equal facts."""

    sources: tuple[Source, ...]
    sizes: tuple[Size, ...]
    figures: tuple[Figure, ...]
    entered: tuple[EnteredLoss, ...]
    not_named: tuple[EnteredLoss, ...]
    incidents: tuple[Incident, ...]
    scenario_sources: tuple[int, ...]  # where the scenarios of the product were read

    def size(self, code: str) -> Size:
        """KeyError if there is no such size."""
        return _find(self.sizes, code)

    def incident(self, code: str) -> Incident:
        """KeyError if there is no such incident."""
        return _find(self.incidents, code)

    def find_figure(self, code: str) -> Figure | None:
        """None for a loss that follows from what was entered."""
        return next((figure for figure in self.figures if figure.code == code), None)

    def entered_loss(self, code: str) -> EnteredLoss:
        """KeyError if there is no such loss."""
        return _find((*self.entered, *self.not_named), code)


def _find(things: tuple[Coded, ...], code: str) -> Coded:
    for thing in things:
        if thing.code == code:
            return thing
    raise KeyError(f"no {code!r}; there are {', '.join(thing.code for thing in things)}")
