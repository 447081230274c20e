"""What a product version explains beside its cover, as immutable values: what isn't covered, scenarios, answers."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class NotCovered:
    """What people expect of such cover and no cost line names; ``instead`` says what there is in its place."""

    code: str
    name: Text
    explanation: Text
    instead: Text


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that happens and what it costs, as an example: ``cost_line`` is the line that it falls under."""

    code: str
    name: Text
    story: Text
    cost_line: str
    cost_yen: int


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """Data of a member that must be kept even when it asks for deletion. ``years`` is None where no number of years is set."""

    code: str
    what: Text
    years: int | None
    why: Text


@dataclass(frozen=True, slots=True)
class Keeping:
    """What must be kept, and what a member that keeps books should know of a premium paid in advance."""

    kept: tuple[KeptRecord, ...] = ()
    prepaid_note: Text = Text("", "")  # noqa: RUF009  # immutable


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question that people ask before joining, with its answer. ``slug`` is its address for good."""

    slug: str
    group: str
    question: Text
    answer: tuple[Text, ...]
    related: tuple[str, ...]
    on_first_page: bool


@dataclass(frozen=True, slots=True)
class AnsweredGroup:
    """Questions of one kind, in the order in which they are shown."""

    code: str
    name: Text
    questions: tuple[AnsweredQuestion, ...]
