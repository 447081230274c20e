"""What happens in a case, event by event, and what may be known of it."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """``HEARD`` is the member's own word, by whichever channel; ``NOTE`` is for those who handle the case."""

    MOVED = "moved"  # one track came to another state
    FACTS = "facts"  # something was found out, or found to be otherwise
    PRIORITY = "priority"
    HEARD = "heard"
    ANSWERED = "answered"  # a person spoke with the member, or wrote to them
    CARD_READ = "card_read"  # the first-hour card was read out, or shown
    TAKEN = "taken"
    NOTE = "note"
    PAUSED = "paused"  # one clock stands still, with the reason
    RESUMED = "resumed"
    TIED = "tied"  # to an outside event that touches other firms as well
    UNTIED = "untied"
    MERGED = "merged"  # another case goes on in this one
    SPLIT = "split"  # part of this one goes on in another


class Channel(StrEnum):
    """By which way it came in, or somebody was reached."""

    TELEPHONE = "telephone"
    PORTAL = "portal"
    API = "api"
    MAIL = "mail"
    DESK = "desk"


class Priority(StrEnum):
    """How soon the clocks are due."""

    P1 = "p1"  # spreading, a leak that goes on, business stands still
    P2 = "p2"
    P3 = "p3"


class OutsideKind(StrEnum):
    """What ties the cases of many firms together."""

    VENDOR = "vendor"  # a shared service leaks or stops
    VULNERABILITY = "vulnerability"
    CAMPAIGN = "campaign"  # one attacker goes through many firms
