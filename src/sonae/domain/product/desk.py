"""What a product says for the people at the contact window: which calls can be booked, and by which script they talk."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How calls are booked. ``places`` are those of one slot; with none, no calls are booked: so in a version that was published
    before they could be. Notice is the time between booking and the beginning of a slot.
    """

    slot_minutes: int = 30
    places: int = 0
    open_days_ahead: int = 0
    notice_minutes: int = 0

    @property
    def are_booked(self) -> bool:
        return self.places > 0


@dataclass(frozen=True, slots=True)
class Script:
    """How a talk goes: how it begins, what is said or done in turn, what is not."""

    title: Text
    opening: Text
    steps: tuple[Text, ...]
    not_to_do: tuple[Text, ...]


NO_SCRIPT = Script(Text("", ""), Text("", ""), (), ())


@dataclass(frozen=True, slots=True)
class DeskRules:
    """``administrative`` is for everybody, ``soliciting`` for registered solicitors alone (law: soliciting needs a registration).
    ``leaflets`` are papers that may be handed out on instruction, by their codes.
    """

    callbacks: CallbackRules = CallbackRules()
    administrative: Script = NO_SCRIPT
    soliciting: Script = NO_SCRIPT
    leaflets: tuple[str, ...] = ()
