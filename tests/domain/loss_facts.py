"""The shipped loss facts, and incidents with sizes that a visitor may enter, for tests that need no database."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from sonae.domain.incident_costs.definition import Incident, LossFacts
from sonae.domain.incident_costs.parse import parse_loss_facts

FOLDER = Path(__file__).resolve().parents[2] / "loss-facts"


def shipped_files() -> dict[str, bytes]:
    """The files of the shipped folder by their name."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir()}


@cache
def shipped() -> LossFacts:
    return parse_loss_facts(shipped_files())


def first_sizes(incident: Incident) -> dict[str, int]:
    """The values that stand in the fields at first."""
    return {asked.size: asked.value for asked in incident.sizes}


incidents = st.sampled_from(shipped().incidents)


@st.composite
def any_case(draw: st.DrawFn) -> tuple[Incident, dict[str, int]]:
    """An incident with sizes that a visitor may enter."""
    incident = draw(incidents)
    sizes = {asked.size: shipped().size(asked.size) for asked in incident.sizes}
    return incident, {code: draw(st.integers(size.least, size.most)) for code, size in sizes.items()}
