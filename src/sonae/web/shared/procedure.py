"""The steps of a procedure as a page shows them: what is done, where the person is, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sonae.domain.text import Text

State = Literal["done", "current", "to_come"]


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """One step. ``address`` leads back to a finished step; empty where it may not be opened again."""

    title: Text
    state: State
    address: str = ""


def lay_out_steps(titles: Sequence[Text], current: int, addresses: Sequence[str] = ()) -> tuple[ProcedureStep, ...]:
    """Steps from their titles; ``current`` counts from 0. Only finished steps keep their addresses."""
    steps = []
    for place, title in enumerate(titles):
        state: State = "done" if place < current else "current" if place == current else "to_come"
        address = addresses[place] if state == "done" and place < len(addresses) else ""
        steps.append(ProcedureStep(title, state, address))
    return tuple(steps)
