"""What a product version says in sentences: before consent, for information, and around the contact window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sonae.domain.text import Text

SectionKind = Literal["plain", "steps", "not_to_do"]


@dataclass(frozen=True, slots=True)
class WordingSection:
    """One heading of a text. ``kind`` says what its points are: a list, steps in their order, or what not to do. ``code`` is
    filled where another page shows the section too."""

    heading: Text
    paragraphs: tuple[Text, ...]
    points: tuple[Text, ...]
    kind: SectionKind = "plain"
    code: str = ""


@dataclass(frozen=True, slots=True)
class InformationText:
    """A text that anybody may read and nobody agrees to: claims guide, 勧誘方針, who is who."""

    code: str
    title: Text
    lead: Text
    sections: tuple[WordingSection, ...]


@dataclass(frozen=True, slots=True)
class WordingDocument(InformationText):
    """A text shown before consent: 契約概要, 注意喚起情報, 個人情報の取扱い, electronic delivery."""

    consent: Text
    must_be_opened: bool

    def find_section(self, code: str) -> WordingSection | None:
        """None in a version that was published before the section had a code."""
        return next((section for section in self.sections if section.code == code), None)


@dataclass(frozen=True, slots=True)
class NotHere:
    """What the contact window may not do, and who does it instead (law: soliciting needs a registration)."""

    what: Text
    instead: Text


@dataclass(frozen=True, slots=True)
class PassedItem:
    """One thing that a referral passes on: what, to the party in which role, what for."""

    code: str
    item: Text
    recipient: str
    purpose: Text


@dataclass(frozen=True, slots=True)
class ReferralTexts:
    """What is shown before somebody consents to being passed on, word for word, and what withdrawing means."""

    title: Text
    lead: Text
    items: tuple[PassedItem, ...]
    consent: Text
    withdrawal: Text


@dataclass(frozen=True, slots=True)
class ConsultationTexts:
    """What the contact window is for, and what it does with what is sent to it."""

    purpose: Text
    at_hand: tuple[Text, ...]
    may_ask: tuple[Text, ...]
    not_here: tuple[NotHere, ...]
    referral: ReferralTexts

    @property
    def are_there(self) -> bool:
        """Not in a version that was published before the window could be asked on the web."""
        return bool(self.purpose.ja)
