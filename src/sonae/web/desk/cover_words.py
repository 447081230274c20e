"""Certificates, the acts on them and what waits to be done to them, in the desk's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sonae.apps.certificates.as_at import AsAt
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.log import Kind, flat
from sonae.domain.certificate.words import KIND_NAMES, field_name, field_value, in_shown_order
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.desk.feed_words import actor_names

REQUEST_STATES: Mapping[str, tuple[Text, str]] = {
    ChangeRequest.State.WAITING: (Text("追加保険料の支払い待ち", "Waits for its payment"), "waiting"),
    ChangeRequest.State.DONE: (Text("記録済み", "Recorded"), "good"),
    ChangeRequest.State.CLOSED: (Text("取りやめ", "Not recorded"), "ended"),
}
CLOSED_REASONS: Mapping[str, Text] = {
    "given_up": Text("取りやめました", "given up"),
    "refunded": Text("返金しました", "given back"),
    "not_paid": Text("支払いがないまま期限が過ぎました", "not paid in time"),
}

# As the system itself gives the reason of an issue; people give theirs in their own words.
OF_AN_APPLICATION = re.compile(r"application (\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One certificate and where it stands on a day; ``look`` is how the chip looks."""

    certificate: Certificate
    state: Text
    look: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One entry of the log with its words. ``undone_by`` is the act that took it back, where one that counts did."""

    entry: Transaction
    kind: Text
    fields: tuple[tuple[Text, Text], ...]
    by: Text
    reason: Text | str
    reverses: int | None
    is_undone: bool
    may_be_reversed: bool


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Something that was asked for."""

    asked: ChangeRequest
    kind: Text
    state: Text
    look: str
    closed: Text | None
    fields: tuple[tuple[Text, Text], ...]


def cover_line(certificate: Certificate | None, day: date) -> CoverLine | None:
    """None for no certificate."""
    if certificate is None:
        return None
    year = certificate.scheme_year
    ends_on = min(certificate.cancelled_on or year.expiry_on, year.expiry_on)
    if ends_on <= certificate.starts_on:
        return CoverLine(certificate, Text("始期で解約", "Cancelled from its start"), "ended")
    if day < certificate.starts_on:
        return CoverLine(certificate, Text("始まる前", "To begin"), "waiting")
    if day > ends_on:
        ended = Text("解約で終了", "Cancelled") if certificate.cancelled_on else Text("満期で終了", "Expired")
        return CoverLine(certificate, ended, "ended")
    if certificate.cancelled_on:
        return CoverLine(certificate, Text("補償中（解約の予定）", "In force, to be cancelled"), "soon")
    return CoverLine(certificate, Text("補償中", "In force"), "good")


def line_as_at(found: AsAt) -> CoverLine:
    """The same of a certificate as it was known, on the day that is looked at."""
    certificate, day = found.certificate, found.on
    if found.ends_on <= certificate.starts_on:
        return CoverLine(certificate, Text("始期で解約", "Cancelled from its start"), "ended")
    if day < certificate.starts_on:
        return CoverLine(certificate, Text("始まる前", "To begin"), "waiting")
    if day > found.ends_on:
        ended = Text("解約で終了", "Cancelled") if found.is_cancelled else Text("満期で終了", "Expired")
        return CoverLine(certificate, ended, "ended")
    if found.is_cancelled:
        return CoverLine(certificate, Text("補償中（解約の予定）", "In force, to be cancelled"), "soon")
    return CoverLine(certificate, Text("補償中", "In force"), "good")


def act_lines(found: AsAt) -> list[ActLine]:
    """The newest first; one statement for the names of all who recorded them."""
    names = actor_names(entry.actor for entry in found.entries)
    reverses = {act.seq: act.reverses for act in found.log}
    return [
        ActLine(
            entry=entry,
            kind=KIND_NAMES[Kind(entry.kind)],
            fields=fields_in_words(found.product, entry.patch),
            by=names[entry.actor],
            reason=reason_of(entry),
            reverses=reverses[entry.seq],
            is_undone=entry.seq in found.undone,
            may_be_reversed=entry.kind in {Kind.CHANGE, Kind.CANCELLATION},
        )
        for entry in reversed(found.entries)
    ]


def reason_of(entry: Transaction) -> Text | str:
    """Why it was recorded, as whoever did so said it."""
    found = OF_AN_APPLICATION.fullmatch(entry.reason) if entry.kind == Kind.NEW else None
    return Text(f"申込み {found[1]}", f"application {found[1]}") if found else entry.reason


def request_line(asked: ChangeRequest) -> RequestLine:
    """The request with its words."""
    state, look = REQUEST_STATES[asked.state]
    return RequestLine(
        asked=asked,
        kind=KIND_NAMES[Kind(asked.kind)],
        state=state,
        look=look,
        closed=CLOSED_REASONS.get(asked.closed_reason) if asked.closed_reason else None,
        fields=fields_in_words(product_of(asked.certificate.scheme_year.product_version), asked.patch),
    )


def content_rows(found: AsAt) -> list[tuple[Text, Text]]:
    """What holds on the day, field by field."""
    return list(fields_in_words(found.product, {name: value for name, value in found.fields.items() if value != ""}))


def fields_in_words(product: Product, patch: Mapping[str, object]) -> tuple[tuple[Text, Text], ...]:
    """Without the premium that older first acts keep: what a year costs stands with the months."""
    fields = {name: value for name, value in flat(patch).items() if name != "annual_premium"}
    return tuple(
        (field_name(name), field_value(product, name, fields[name])) for name in sorted(fields, key=in_shown_order)
    )
