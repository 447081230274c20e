"""What is wrong with a product's files: each finding with its file, its place and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """``place`` is a key path (plans[1].cost_limit_yen) or a line and column of a table (line 3, factor_times)."""

    file: str
    place: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}" if self.place else self.file
        return f"{where}: {self.message}" + (f" {self.suggestion}" if self.suggestion else "")


class ProductInvalid(Exception):
    """The files make no product; ``findings`` says everything that is wrong."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Did you mean "x"? – or what there is to choose from, when nothing is near."""
    choices = sorted(known)
    near = difflib.get_close_matches(given, choices, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known here: {', '.join(choices)}." if choices else ""
