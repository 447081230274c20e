"""Feeds as lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sonae.apps.membership.models import Feed
from sonae.domain.text import Text
from sonae.web.desk.feed_words import CHANNELS, FORMS, STATES, actor_names


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed with its words."""

    feed: Feed
    form: Text
    channel: Text
    state: Text
    look: str
    received_by: Text

    @property
    def joined(self) -> int | None:
        """None before the dry run."""
        return self._total("joined")

    @property
    def left(self) -> int | None:
        return self._total("left")

    def _total(self, name: str) -> int | None:
        kept: Any = self.feed.dry_run
        return kept["totals"][name] if kept else None


def rows_of(feeds: Sequence[Feed]) -> list[FeedLine]:
    """One query for the names of all who brought them."""
    names = actor_names(feed.received_by for feed in feeds)
    return [line_of(feed, names[feed.received_by]) for feed in feeds]


def line_of(feed: Feed, received_by: Text) -> FeedLine:
    """The feed with its words."""
    state, look = STATES[feed.state]
    return FeedLine(feed, FORMS[feed.form], CHANNELS[feed.channel], state, look, received_by)
