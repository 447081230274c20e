"""What every register of the desk asks when a step is noted of one of its entries: what happened, and on which day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from django import forms

from sonae.web.desk.act_views import SeenForm
from sonae.web.shared.cover_form import DayField
from sonae.web.shared.language import say

CHOOSE = say("一覧から選んでください。", "Please choose from the list.")
NO_DAY = say("受け付けた日から今日までの日付を入れてください。", "A day from when it came in to today, please.")


def chosen(label: Any, *, look: type[forms.Widget] = forms.Select) -> forms.ChoiceField:
    """One of several; the choices come with the form."""
    return forms.ChoiceField(label=label, widget=look, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE})


class Stepped(Protocol):
    """An entry of a register, with the steps that were noted of it."""

    @property
    def steps(self) -> Sequence[object]: ...


class EntryStepForm(SeenForm):
    """``seen`` is how many steps the page knew of."""

    kind = chosen(say("何を記録しますか", "What to note"), look=forms.RadioSelect)
    happened_on = DayField(label=say("その日", "On"))

    def __init__(self, *given: Any, entry: Stepped, today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.initial.update(seen=len(entry.steps), happened_on=today.isoformat())
