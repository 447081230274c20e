"""What a run over expiring certificates found and did, in numbers that have to add up."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Self

ACTOR = "system:renewal"


@dataclass(frozen=True, slots=True)
class Tally:
    """``seen`` = ``offered`` + ``left`` + ``referred`` + ``already`` + ``renewed`` + ``cancelled`` + ``parked``.

    ``mails`` were written; the yen are annual premiums of what is offered, last year's and this year's.
    """

    seen: int = 0
    offered: int = 0
    left: int = 0
    referred: int = 0
    already: int = 0  # had their answer before
    renewed: int = 0  # have cover of the next year without one
    cancelled: int = 0  # end before the expiry
    parked: int = 0
    by_rule: int = 0  # have a history, and went through the domain's fold one by one
    mails: int = 0
    yen_before: int = 0
    yen_after: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @classmethod
    def of(cls, stored: dict[str, int]) -> Self:
        return cls(**stored)

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @property
    def made(self) -> int:
        """Answers that were written."""
        return self.offered + self.left + self.referred

    @property
    def adds_up(self) -> bool:
        """Whether every certificate that was seen is accounted for once."""
        return self.seen == self.made + self.already + self.renewed + self.cancelled + self.parked
