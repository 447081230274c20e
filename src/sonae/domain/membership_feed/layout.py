"""How the organiser's file of members may look: which headings and values are understood, and what holds a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

Owner = TypeVar("Owner", bound=str)
Form = Literal["list", "changes"]
Act = Literal["listed", "joined", "changed", "left"]
Field = Literal[
    "number", "member_class", "name", "name_kana", "email", "telephone", "act", "effective_date"
]  # fmt: skip

FIELDS: tuple[Field, ...] = get_args(Field)
ACTS: tuple[Act, ...] = ("joined", "changed", "left")  # what a row of changes may say
# A list says who is a member: what happened, and when, has no place in it.
FIELDS_OF: Mapping[Form, tuple[Field, ...]] = MappingProxyType({"list": FIELDS[:6], "changes": FIELDS})
NEEDED: Mapping[Form, tuple[Field, ...]] = MappingProxyType(
    {"list": ("number", "member_class", "name"), "changes": ("number", "member_class", "name", "act")}
)
# Letters that fit the tables; a longer value sets its row aside.
LONGEST: Mapping[Field, int] = MappingProxyType(
    {"number": 20, "member_class": 20, "name": 120, "name_kana": 160, "email": 254, "telephone": 20}
)

# What is understood where a product version leaves it open.
HEADINGS: Mapping[Field, tuple[str, ...]] = MappingProxyType(
    {
        "number": ("会員番号", "member number"),
        "member_class": ("会員種別", "member class"),
        "name": ("会員名", "name"),
        "name_kana": ("フリガナ", "name in kana"),
        "email": ("メールアドレス", "e-mail"),
        "telephone": ("電話番号", "telephone"),
        "act": ("異動区分", "change"),
        "effective_date": ("異動日", "effective date"),
    }
)
ACT_VALUES: Mapping[Act, tuple[str, ...]] = MappingProxyType(
    {"joined": ("入会", "joined"), "changed": ("変更", "changed"), "left": ("退会", "left")}
)


@dataclass(frozen=True, slots=True)
class Brake:
    """From where on a file is held for a second person: more ended than this, or a class shrunk by this or more."""

    ended_permille: int = 20
    class_halved_percent: int = 50


@dataclass(frozen=True)
class FeedLayout:
    """Headings and values as the product data writes them. They are compared by ``folded``."""

    classes: Mapping[str, tuple[str, ...]]  # member class → values that mean it
    headings: Mapping[Field, tuple[str, ...]] = field(default_factory=lambda: HEADINGS)
    acts: Mapping[Act, tuple[str, ...]] = field(default_factory=lambda: ACT_VALUES)
    number_digits_least: int = 8
    number_digits_most: int = 8
    brake: Brake = Brake()

    def find_field(self, heading: str) -> Field | None:
        """The field that stands under that heading; None if it isn't one of ours."""
        return self._fields.get(folded(heading))

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {folded(heading): field for field, known in self.headings.items() for heading in known}

    def class_values(self) -> dict[str, str]:
        """Folded value → code of the member class. A class's own code is understood always."""
        values = {folded(value): code for code, known in self.classes.items() for value in known}
        return {**{folded(code): code for code in self.classes}, **values}

    def act_values(self) -> dict[str, Act]:
        """Folded value → act."""
        return {folded(value): act for act, known in self.acts.items() for value in known}


def folded(text: str) -> str:
    """What two ways of writing the same heading or value have in common: no width, case, space or line break."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def find_shared_values(values: Mapping[Owner, Iterable[str]]) -> list[tuple[str, Owner, Owner]]:
    """Values that would mean two things: (value, first owner, second owner), as they come."""
    owners: dict[str, Owner] = {}
    shared = []
    for owner, known in values.items():
        for value in known:
            first = owners.setdefault(folded(value), owner)
            if first != owner:
                shared.append((value, first, owner))
    return shared
