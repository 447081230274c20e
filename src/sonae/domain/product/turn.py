"""What a product says of the turn of the scheme year for paid cover: its days, and the words for those who get no offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sonae.domain.text import Text

LateStart = Literal["next_start", "expiry"]


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """Why there is no offer, and what comes next."""

    message: Text
    next_step: Text


_CALL = Text("相談窓口へお電話ください。", "Please call the contact window.")


@dataclass(frozen=True, slots=True)
class TurnRules:
    """Days are counted from the expiry of the scheme year that ends. The defaults stand for versions published before it was
    written down.

    ``late_start``: with which start an offer is taken up after the deadline. ``next_start``: the first that an application of
    that day has. ``expiry``: still at the expiry, while that lies ahead.
    """

    rehearsal_days_before: int = 75
    offers_days_before: int = 60
    reminders_days_before: tuple[int, ...] = (30, 18, 12)
    warnings_days_before: tuple[int, ...] = (7,)
    notices_days_after: tuple[int, ...] = (1, 20)
    late_days: int = 41
    late_start: LateStart = "next_start"
    left: ReasonWords = ReasonWords(
        Text("会員でなくなる方は、継続できません。", "Who leaves the membership can’t renew."), _CALL
    )
    not_rated: ReasonWords = ReasonWords(
        Text("保険料を自動では計算できません。", "The premium can’t be worked out by itself."), _CALL
    )
