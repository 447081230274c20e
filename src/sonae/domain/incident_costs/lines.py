"""From an incident and its size to the lines of its loss, each with a low and a high end in whole yen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sonae.domain.drawing_on_limits import Loss
from sonae.domain.incident_costs.definition import EnteredLoss, Figure, Incident, LossFacts
from sonae.domain.money import round_half_up

End = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class LossLine:
    """One line of a loss. ``cost_line`` is the product's line that it counts to, empty for what the programme doesn't name."""

    code: str
    cost_line: str
    low: int
    high: int

    def at(self, end: End) -> Loss:
        """The loss at one end of its range, as it draws on a limit."""
        return Loss(self.code, self.cost_line, self.low if end == "low" else self.high)


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
