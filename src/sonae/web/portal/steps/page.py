"""What every step of the application has: a form, its answers, and words for what was saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from sonae.apps.enrolment.steps import Progress, StepCode

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class StepPage:
    """One step for one application and one request."""

    request: HttpRequest
    progress: Progress

    code: ClassVar[StepCode]
    template: ClassVar[str]

    def form(self, data: Any = None) -> forms.Form:
        """With what was posted, or else with what was saved."""
        raise NotImplementedError

    def check(self, form: forms.Form) -> None:
        """Add the errors of a valid form that only the whole page can see."""

    def answers(self, form: forms.Form) -> dict[str, Any]:
        """What is saved of a valid form: only fields that this step names."""
        raise NotImplementedError

    def rows(self, answers: Mapping[str, Any]) -> Rows:
        """Saved answers as pairs of a name and a value, in the active language."""
        raise NotImplementedError

    def help_out(self, data: Any) -> forms.Form | None:  # for steps with a button that only helps to fill in
        """The form with something filled in, where that was asked for; nothing is saved then."""
        return None

    def facts(self, form: forms.Form) -> dict[str, Any]:  # for steps that show more than their form
        """What the page shows beside the form."""
        return {}
