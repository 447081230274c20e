"""What one member is found by, from what the organiser's list and its paid certificates have said of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sonae.apps.search.question import contact_grams, text_grams
from sonae.domain.certificate.log import flat
from sonae.domain.name_folding import digits_of, fold

IN_COVER = ("insured.name", "insured.kana", "applicant.name", "applicant.kana", "applicant.representative")
PLACE = ("applicant.prefecture", "applicant.city", "applicant.street", "applicant.building")
MOST_LETTERS = 2_000  # of all texts of a kind: whoever changes its name every day is found by the latest ones


class ListFact(NamedTuple):
    """What one fact says, where it can be asked for."""

    fact_id: int
    name: str
    kana: str
    email: str
    telephone: str


@dataclass(frozen=True, slots=True)
class FoldedMember:
    """A row of ``FindableMember`` before it is written."""

    member_id: int
    name: str
    kana: str
    other_names: str
    cover_names: str
    addresses: str
    contacts: str
    grams: frozenset[str]
    fact_id: int
    act_id: int


def fold_member(
    member_id: int, *, number: str, facts: Sequence[ListFact], patches: Iterable[tuple[int, Mapping[str, object]]]
) -> FoldedMember:
    """``facts`` and ``patches`` (of acts on paid certificates, by the number of their rows) come newest first."""
    acts = [(act_id, flat(patch)) for act_id, patch in patches]
    said = [{name: str(value) for name, value in patch.items() if value} for _, patch in acts]
    newest = facts[0] if facts else ListFact(0, "", "", "", "")
    name, kana = fold(newest.name), fold(newest.kana)
    other_names = _lines([fact.name for fact in facts] + [fact.kana for fact in facts], without={name, kana})
    cover_names = _lines((patch[field] for patch in said for field in IN_COVER if field in patch), without={name, kana})
    emails = {_plain(fact.email) for fact in facts} - {""}
    telephones = {digits_of(fact.telephone) for fact in facts} | {
        digits_of(patch.get("applicant.telephone", "")) for patch in said
    }
    telephones.discard("")
    postcodes = {digits_of(patch.get("applicant.postcode", "")) for patch in said} - {""}
    addresses = _lines([*(place for patch in said for place in _places(patch)), *sorted(postcodes)], without=set())
    return FoldedMember(
        member_id=member_id,
        name=name,
        kana=kana,
        other_names=other_names,
        cover_names=cover_names,
        addresses=addresses,
        contacts="\n".join(sorted(emails | telephones)),
        grams=frozenset(
            text_grams(name, kana, other_names, cover_names, addresses)
            | contact_grams(emails=emails, telephones=telephones, postcodes=postcodes, number=number)
        ),
        fact_id=max((fact.fact_id for fact in facts), default=0),
        act_id=max((act_id for act_id, _ in acts), default=0),
    )


def _places(patch: Mapping[str, str]) -> list[str]:
    """The applicant's address in one line, as far as an act sets it, and the insured's."""
    return ["".join(patch.get(field, "") for field in PLACE), patch.get("insured.address", "")]


def _lines(texts: Iterable[str], *, without: set[str]) -> str:
    """Folded, each once, in their order."""
    folded = dict.fromkeys(fold(text) for text in texts)
    lines = "\n".join(text for text in folded if text and text not in without)
    return lines[:MOST_LETTERS]


def _plain(email: str) -> str:
    """As e-mail addresses are compared."""
    plain = unicodedata.normalize("NFKC", email).strip().casefold()
    return "".join(sign for sign in plain if sign.isprintable())
