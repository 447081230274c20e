"""From an incident and its size to the lines of its loss, each with a low and a high end in whole yen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sonae.domain.incident_costs.definition import EnteredLoss, Example, Figure, Incident, LossFacts
from sonae.domain.money import round_half_up


@dataclass(frozen=True, slots=True)
class LossLine:
    """One line of a loss. ``cost_line`` is the product's line that it counts to, empty for what the programme doesn't name."""

    code: str
    cost_line: str
    low: int
    high: int


def loss_lines(facts: LossFacts, incident: Incident, sizes: Mapping[str, int]) -> tuple[LossLine, ...]:
    """What the incident costs at these sizes, in the incident's order; lines that do not occur at this size are left out.

    A figure for so many of a size is taken in exact proportion and rounded half up to a whole yen, once a line. Sums are
    then sums of whole yen. KeyError if a size that the incident asks for is missing.
    """
    lines = []
    for code in incident.lines:
        figure = facts.find_figure(code)
        if figure is None:
            lines.append(_entered(facts.entered_loss(code), sizes))
        elif not figure.occurs_with or sizes[figure.occurs_with] >= figure.occurs_from:
            lines.append(_of_figure(figure, sizes))
    lines += [_entered(loss, sizes) for loss in _with_a_sum(facts, incident)]
    return tuple(line for line in lines if line.high)


def example_lines(examples: Iterable[Example]) -> tuple[LossLine, ...]:
    """The programme's own examples, as if they had happened together. Low and high end are the one sum that stands there."""
    return tuple(LossLine(example.code, example.cost_line, example.yen, example.yen) for example in examples)


def _with_a_sum(facts: LossFacts, incident: Incident) -> list[EnteredLoss]:
    losses = [facts.entered_loss(code) for code in incident.not_named]
    return [loss for loss in losses if loss.days]


def _of_figure(figure: Figure, sizes: Mapping[str, int]) -> LossLine:
    share = Fraction(sizes[figure.size], figure.per) if figure.size else Fraction(1)
    return LossLine(
        figure.code, figure.cost_line, round_half_up(figure.low * share), round_half_up(figure.high * share)
    )


def _entered(loss: EnteredLoss, sizes: Mapping[str, int]) -> LossLine:
    yen = sizes[loss.days] * sizes[loss.yen_a_day]
    return LossLine(loss.code, loss.cost_line, yen, yen)
