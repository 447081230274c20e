"""Every figure of the desk: from which rows it is counted, by what it can be divided, and what it adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sonae.apps.reporting.figures import relations

# How a row says to which part it belongs. ``reached`` narrows a list down and divides nothing: each step has all later ones in it.
GROUPS: Mapping[str, str] = {
    "all": "''",
    "month": "to_char(on_date, 'YYYY-MM')",
    "week": "to_char(date_trunc('week', on_date::timestamp), 'YYYY-MM-DD')",
    "plan": "plan",
    "class": "member_class",
    "industry": "industry",
    "language": "language",
    "step": "detail",
    "outcome": "detail",
    "reason": "reason",
    "kind": "detail",
    "window": "reason",
    "weekday": "extract(isodow FROM moment)::text",
    "hour": "to_char(moment, 'HH24')",
}
KEPT_GROUPS: Mapping[str, str] = {
    "all": "''",
    "month": "to_char(month, 'YYYY-MM')",
    "plan": "plan_code",
    "class": "member_class",
    "industry": "industry",
    "week": "to_char(week, 'YYYY-MM-DD')",
    "language": "language",
    "step": "detail",
    "reason": "reason",
}


class When(StrEnum):
    """What of the address a figure goes by."""

    PERIOD = "period"  # the months from and to
    DAY = "day"  # the day that was asked for
    ROUND = "round"  # the day of the last round


@dataclass(frozen=True, slots=True)
class Figure:
    """``where`` narrows the rows of the relation down. ``kept``: its counts by month are kept, the list reads the rows; those of a
    figure that is ``part_of`` another one are read from what is kept of that, by detail and reason."""

    code: str
    relation: str
    where: str = "true"
    when: When = When.PERIOD
    in_yen: bool = False  # the sum is the figure, not the number of rows
    has_yen: bool = False  # a sum is worth showing beside the number
    kept: bool = False
    part_of: str = ""

    @property
    def rows(self) -> str:
        """The statement, with what it is narrowed down to."""
        return f"SELECT * FROM ({self.relation}) AS thing WHERE {self.where}"  # noqa: S608  # our own names alone


@dataclass(frozen=True, slots=True)
class Topic:
    """One page. The first group is that by which it is divided where nothing else is asked for."""

    code: str
    figures: tuple[Figure, ...]
    groups: tuple[str, ...]
    filters: tuple[str, ...]
    months_back: int = 11
    months_ahead: int = 1  # the present one

    def figure(self, code: str) -> Figure | None:
        """The figure of that code; None if there is none."""
        return next((one for one in self.figures if one.code == code), None)


APPLICATIONS = Topic(
    "applications",
    (
        Figure("started", relations.APPLICATIONS, kept=True),
        Figure("living", relations.APPLICATIONS, "reason = 'living'", kept=True, part_of="started"),
        Figure("closed", relations.APPLICATIONS, "reason = 'closed'", kept=True, part_of="started"),
        Figure("covered", relations.APPLICATIONS, "reason = 'issued'", has_yen=True, kept=True, part_of="started"),
    ),
    ("step", "week", "month", "plan", "language"),
    ("plan", "language"),
    months_back=1,
)
CERTIFICATES = Topic(
    "certificates",
    (
        Figure("issued", relations.ISSUED, has_yen=True),
        Figure("in_force", relations.IN_FORCE, when=When.DAY, has_yen=True),
        Figure("cancelled", relations.CANCELLED),
    ),
    ("plan", "class", "industry", "month"),
    ("plan", "class", "industry"),
)
PREMIUM = Topic(
    "premium",
    (
        Figure("written", relations.WRITTEN, in_yen=True, kept=True),
        Figure("earned", relations.EARNED, in_yen=True, kept=True),
    ),
    ("month", "plan", "class", "industry"),
    ("plan", "class", "industry"),
    months_back=12,
    months_ahead=0,
)
OFFERED = "detail IN ('renewed', 'waiting', 'lapsed')"
RENEWALS = Topic(
    "renewals",
    (
        Figure("answered", relations.OFFERS, kept=True),
        Figure("offered", relations.OFFERS, OFFERED, has_yen=True, kept=True, part_of="answered"),
        Figure("renewed", relations.OFFERS, "detail = 'renewed'", kept=True, part_of="answered"),
        Figure("waiting", relations.OFFERS, "detail = 'waiting'", kept=True, part_of="answered"),
        Figure("lapsed", relations.OFFERS, "detail = 'lapsed'", kept=True, part_of="answered"),
        Figure("no_offer", relations.OFFERS, "detail IN ('no_offer', 'cancelled')", kept=True, part_of="answered"),
    ),
    ("plan", "class", "industry", "reason", "month"),
    ("plan", "class", "industry"),
    months_ahead=13,
)
FREE_COVER = Topic(
    "free-cover",
    (
        Figure("members", relations.MEMBERS, when=When.ROUND, kept=True),
        Figure("free_in_force", relations.FREE_IN_FORCE, when=When.ROUND, kept=True),
        Figure("joined", relations.JOINED, kept=True),
        Figure("left", relations.LEFT, kept=True),
        Figure("free_begun", relations.FREE_BEGUN, kept=True),
        Figure("free_ended", relations.FREE_ENDED, kept=True),
    ),
    ("month", "class"),
    ("class",),
)
RECONCILIATION = Topic(
    "reconciliation",
    (
        Figure("charged", relations.CHARGED, in_yen=True, has_yen=True, kept=True),
        Figure("refunded", relations.REFUNDED, in_yen=True, has_yen=True, kept=True),
        Figure("paid_out", relations.PAID_OUT, in_yen=True, has_yen=True, kept=True),
        Figure("costs", relations.PROCESSOR_COSTS, in_yen=True, has_yen=True, kept=True),
    ),
    ("month",),
    (),
)
CONSULTATIONS = Topic(
    "consultations",
    (
        Figure("received", relations.CONSULTATIONS),
        Figure("in_window", relations.CONSULTATIONS, "reason = 'open'"),
        Figure("questions", relations.CONSULTATIONS, "detail = 'question'"),
        Figure("callbacks", relations.CONSULTATIONS, "detail = 'callback'"),
        Figure("referrals", relations.CONSULTATIONS, "detail = 'referral'"),
    ),
    ("hour", "weekday", "kind", "window", "week", "month", "language"),
    ("kind", "window", "language"),
    months_back=2,
)
TOPICS = {
    one.code: one for one in (APPLICATIONS, CERTIFICATES, PREMIUM, RENEWALS, FREE_COVER, RECONCILIATION, CONSULTATIONS)
}
