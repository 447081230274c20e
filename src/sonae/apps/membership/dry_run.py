"""What stands in ``Feed.dry_run``: what applying the feed would change, by reason and count, with examples.

``counts`` counts rows by what they change on their own day; a row that changes class, name and contact counts in each.
``totals`` counts members on ``day``, the latest day in the feed: ``before`` + ``joined`` - ``left`` = ``after``.
"""

from __future__ import annotations

from typing import Final, Literal, NotRequired, TypedDict

Reason = Literal["joined", "rejoined", "left", "class_changed", "name_changed", "contact_changed", "unchanged", "kept"]
# In the order in which they are shown. "kept": on file, and its row was set aside, so it stays as it is.
REASONS: Final[tuple[Reason, ...]] = (
    "joined", "rejoined", "left", "class_changed", "name_changed", "contact_changed", "unchanged", "kept",
)  # fmt: skip
EXAMPLES = 10  # of each reason, at most

# ``Feed.refusal`` is {"code": …, "details": {…}}: the codes of ``domain.membership_feed.refusals``; this one is found out here.
OLDER_THAN_APPLIED = "older_than_applied"  # details: "newest", the day of the newest list that was applied


class Example(TypedDict):
    """One row: the member's number and name; ``before`` and ``after`` are classes, names, or empty."""

    number: str
    name: str
    before: str
    after: str
    on: str  # ISO day


class ClassMove(TypedDict):
    """How many members go from one class to another."""

    before: str
    after: str
    count: int


class Totals(TypedDict):
    """Members on ``day``: in all, and by class code."""

    members: int
    by_class: dict[str, int]


class Control(TypedDict):
    """Members on ``day`` before and after, and who comes and goes between."""

    before: Totals
    joined: int
    left: int
    after: Totals


class BrakeReason(TypedDict):
    """``ends_too_many``: ``before`` members, ``after`` those that would remain, ``ended`` how many it would end.
    ``class_halved``: the members of ``member_class`` before and after. ``limit`` is the share in words: "2 %", "50 %"."""

    code: Literal["ends_too_many", "class_halved"]
    limit: str
    before: int
    after: int
    ended: NotRequired[int]
    member_class: NotRequired[str]


class DryRun(TypedDict):
    """All of it."""

    day: str  # ISO; the latest day in the feed
    good_rows: int
    set_aside_rows: int
    overtaken_rows: (
        int  # of the good ones: says the same as another (list), or a later line speaks of the same day (changes)
    )
    counts: dict[Reason, int]
    class_moves: list[ClassMove]
    examples: dict[Reason, list[Example]]
    set_aside: dict[str, int]  # by reason
    totals: Control
    brake: list[BrakeReason]
    facts: int  # how many would be recorded
    known_to: int  # the newest fact that it was compared with
    newest_list: str | None  # the day of the newest list that was applied then
    absent: list[str]  # fields that the file has no column for; what is known of them stays
