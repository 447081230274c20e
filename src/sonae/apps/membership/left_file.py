"""One file that somebody left for us: taken in and read. What became of it decides where it is put, and what is laid beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sonae.apps.membership.file_names import NamedFile
from sonae.apps.membership.models import Feed
from sonae.apps.membership.refusal_texts import refusal_words
from sonae.apps.membership.use_cases.receive_feed import DayOutOfReach, FeedTooLarge, receive_feed
from sonae.apps.membership.use_cases.take_further import take_further
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the file goes (``taken`` or ``refused``), under which name, and for a refused one why, in both languages."""

    place: str
    name: str
    reason: str = ""


@dataclass
class Found:
    """Control totals of one round."""

    taken: int = 0
    refused: int = 0
    waiting: int = 0  # not complete yet

    def count(self, outcome: Outcome | None) -> None:
        """One more. None: it waits."""
        if outcome is None:
            self.waiting += 1
        elif outcome.place == "taken":
            self.taken += 1
        else:
            self.refused += 1

    def __str__(self) -> str:
        return f"taken {self.taken}, refused {self.refused}, waiting {self.waiting}"


def take_in(file: BinaryIO, named: NamedFile, *, channel: str, now: datetime) -> Feed:
    """The feed of that file. Raises ``FeedTooLarge`` or ``DayOutOfReach``."""
    return receive_feed(
        file=file, file_name=named.name, form=named.form, effective_date=named.effective_date, channel=channel,
        actor=f"system:{channel}", now=now,
    )  # fmt: skip


def read_in(feed: Feed, named: NamedFile, *, now: datetime) -> Outcome:
    """What reading says of it. Raises what ``take_further`` raises."""
    feed = take_further(feed_id=feed.pk, now=now)
    if feed.state == Feed.State.REFUSED and feed.refusal:
        return Outcome("refused", f"{feed.pk}_{named.name}", _both(refusal_words(feed.refusal)))
    return Outcome("taken", f"{feed.pk}_{named.name}")


def turned_away(error: FeedTooLarge | DayOutOfReach, named: NamedFile, *, now: datetime) -> Outcome:
    """For what is not even kept."""
    return Outcome("refused", f"{now:%Y%m%d%H%M%S}_{named.name}", _both(_why(error)))


def _why(error: FeedTooLarge | DayOutOfReach) -> Text:
    if isinstance(error, FeedTooLarge):
        return Text(
            f"ファイルが大きすぎます（{error.limit:,}バイトまで）。",
            f"The file is too large: at most {error.limit:,} bytes are taken.",
        )
    return Text(
        f"名前の日付が範囲の外です（{error.earliest} から {error.latest} まで）。",
        f"The day in its name is out of reach: from {error.earliest} to {error.latest}.",
    )


def _both(text: Text) -> str:
    return f"{text.ja}\n{text.en}\n"
