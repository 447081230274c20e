"""What the page on incident costs asks: which incident, and the sizes that matter for it. Everything typed is kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from sonae.domain.figures import FigureInvalid, read_yen
from sonae.domain.incident_costs.definition import Incident, LossFacts, Size
from sonae.domain.money import MAN, yen_in_words
from sonae.domain.product.explanations import Scenario
from sonae.domain.text import Text
from sonae.web.shared.language import in_language, say
from sonae.web.shared.sales_field import LONGEST_TYPED
from sonae.web.site.calculator_form import printable

COUNTERS = ("人", "名", "台", "日間", "日", "か月", "ヶ月", "カ月", "people", "devices", "days", "months")


@dataclass(frozen=True)
class Asked:
    """What the address asks: an incident with its sizes as typed, or scenarios of the product, or nothing yet."""

    incident_code: str
    incident: Incident | None
    sizes: Mapping[str, str]
    scenarios: tuple[Scenario, ...]

    @property
    def query(self) -> str:
        """The same question as an address that can be shared."""
        if self.incident_code:
            return urlencode({"incident": self.incident_code, **self.sizes})
        return urlencode([("example", scenario.code) for scenario in self.scenarios])


def read_asked(given: QueryDict, facts: LossFacts, scenarios: Iterable[Scenario]) -> Asked:
    """Sizes belong to the incident they were typed for (``of``): another incident begins with its own."""
    code = printable(given.get("incident", ""))
    incident = next((one for one in facts.incidents if one.code == code), None)
    if code:
        kept = given if given.get("of", code) == code else {}
        return Asked(code, incident, _sizes(kept, incident, facts), ())
    wanted = set(given.getlist("example"))
    return Asked("", None, {}, tuple(one for one in scenarios if one.code in wanted))


def _sizes(given: Mapping[str, Any], incident: Incident | None, facts: LossFacts) -> dict[str, str]:
    if incident is None:
        return {}
    first = {asked.size: _as_typed(facts.size(asked.size), asked.value) for asked in incident.sizes}
    return {code: printable(str(given[code])) if code in given else value for code, value in first.items()}


def _as_typed(size: Size, value: int) -> str:
    if size.kind == "count":
        return f"{value:,}"
    return f"{value // MAN:,}" if value % MAN == 0 else f"{value}円"


class SizeField(forms.Field):
    """One size, as people write it: 1万 · ３００人 · 50万円. Cleaned to a whole number within its bounds."""

    def __init__(self, size: Size, **options: Any) -> None:
        self.size = size
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> int:
        text = str(value or "")
        if not text:
            raise forms.ValidationError(say("数を入れてください。", "Please enter a number."))
        if len(text) > LONGEST_TYPED:
            raise forms.ValidationError(say("長すぎて読めません。", "This is too long to read."))
        number = self._read(text)
        if not self.size.least <= number <= self.size.most:
            raise forms.ValidationError(in_language(bounds_words(self.size)))
        return number

    def _read(self, text: str) -> int:
        if self.size.kind == "yen":
            try:
                return read_yen(text, unit=MAN)
            except FigureInvalid as problem:
                raise forms.ValidationError(in_language(problem.message)) from problem
        try:
            return read_yen(_without_counter(text))
        except FigureInvalid as problem:
            raise forms.ValidationError(
                say(
                    "数として読めません。300 や 1万 のように入れてください。",
                    "This can't be read as a number. Write it like 300 or 10,000.",
                )
            ) from problem


def _without_counter(text: str) -> str:
    tidy = unicodedata.normalize("NFKC", text).strip()
    if "円" in tidy or "¥" in tidy:  # money where a count is asked for is no count
        return ""
    return next((tidy.removesuffix(word) for word in COUNTERS if tidy.endswith(word)), tidy)


def bounds_words(size: Size) -> Text:
    """The least and the most that may be entered, with their unit."""
    if size.kind == "yen":
        least, most = yen_in_words(size.least), yen_in_words(size.most)
        return Text(f"{least.ja}から{most.ja}までの額を入れてください。", f"Please enter {least.en} to {most.en}.")
    return Text(
        f"{size.least:,}から{size.most:,}{size.unit.ja}までの数を入れてください。",
        f"Please enter {size.least:,} to {size.most:,} {size.unit.en}.",
    )


class IncidentForm(forms.Form):
    """The incident as cards; beneath it the sizes of the chosen one."""

    incident = forms.ChoiceField(
        label=say("どの事故ですか", "Which incident?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": say("事故を選んでください。", "Please choose an incident."),
            "invalid_choice": say("一覧から事故を選んでください。", "Please choose an incident from the list."),
        },
    )

    def __init__(self, facts: LossFacts, asked: Asked) -> None:
        super().__init__({"incident": asked.incident_code, **asked.sizes} if asked.incident_code else None)
        cards: Any = self.fields["incident"]
        cards.choices = [(one.code, in_language(one.name)) for one in facts.incidents]
        self.yen = {size.code for size in facts.sizes if size.kind == "yen"}
        for one in asked.incident.sizes if asked.incident else ():
            size = facts.size(one.size)
            self.fields[size.code] = SizeField(size, label=in_language(size.name), help_text=in_language(one.why))

    @property
    def size_fields(self) -> list[tuple[forms.BoundField, str, bool, int | None]]:
        """Field, unit, whether what was understood is echoed as a sum, and that sum."""
        found = []
        for name, field in self.fields.items():
            if isinstance(field, SizeField):
                understood = self.cleaned_data.get(name) if self.is_bound and name not in self.errors else None
                found.append((self[name], in_language(field.size.unit), name in self.yen, understood))
        return found

    @property
    def sizes(self) -> dict[str, int]:
        """What was understood, once the form is valid."""
        return {name: self.cleaned_data[name] for name, field in self.fields.items() if isinstance(field, SizeField)}
