"""What a round over members found and did, in numbers that have to add up."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Self

ACTOR = "system:free_cover"


@dataclass(frozen=True, slots=True)
class Tally:
    """``members`` of the day = ``newly_covered`` + ``covered_before`` + ``not_entitled``; the others count acts."""

    members: int = 0
    newly_covered: int = 0
    covered_before: int = 0
    not_entitled: int = 0  # the organiser has ended the free cover, or the product starts it later
    issued: int = 0
    cancelled: int = 0
    reinstated: int = 0
    noted: int = 0
    by_rule: int = 0  # members whose history went through the rule one by one

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        )

    @classmethod
    def of(cls, stored: dict[str, int]) -> Self:
        return cls(**stored)

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @property
    def acts(self) -> int:
        """How many acts on certificates there were."""
        return self.issued + self.cancelled + self.reinstated + self.noted

    @property
    def acts_only(self) -> Tally:
        """Without the members, for rounds that don't go by a day of their own."""
        return replace(self, members=0, newly_covered=0, covered_before=0, not_entitled=0)

    @property
    def adds_up(self) -> bool:
        """Whether every member of the day is accounted for once."""
        return self.members == self.newly_covered + self.covered_before + self.not_entitled
