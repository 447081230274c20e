"""The folder into which the organiser's systems lay their files. No link is followed: what is opened stands in it itself."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.cache import cache

from sonae.apps.audit.milestones import reached
from sonae.apps.membership.file_names import NamedFile, read_name
from sonae.apps.membership.left_file import Found, Outcome, read_in, take_in, turned_away
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.receive_feed import DayOutOfReach, FeedTooLarge
from sonae.apps.membership.use_cases.withdraw_feed import withdraw_feed

PLACES = ("taken", "refused")
DONE = ".done"  # laid beside a file, it says that the file is complete
REMEMBERED_SECONDS = 3_600
SYSTEM = "system:folder"

log = logging.getLogger("sonae.feeds")


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder and its two places, held open so that nobody can put a link in their stead meanwhile."""

    itself: int
    places: dict[str, int]

    def has(self, name: str) -> bool:
        """Whether something of that name stands in it."""
        try:
            os.stat(name, dir_fd=self.itself, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True


def look_into(path: Path, *, now: datetime) -> Found:
    """One round: every file that is complete is taken in, read and moved away. One that fails keeps no other waiting."""
    found = Found()
    with _opened(path) as folder:
        names = [named for name in os.listdir(folder.itself) if (named := read_name(name))]  # noqa: PTH208  # no path: a folder held open
        for named in sorted(names, key=lambda one: one.order):
            try:
                found.count(_take(folder, named, now=now))
            except FileNotFoundError:
                continue  # another worker was quicker
            except Exception:  # whatever it is, it stands in the log, and the file is tried again with the next round
                log.exception("the file %s could not be taken", named.name)
    return found


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Folder]:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    with contextlib.ExitStack() as stack:
        itself = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, itself)
        places = {}
        for place in PLACES:
            with contextlib.suppress(FileExistsError):
                os.mkdir(place, mode=0o750, dir_fd=itself)
            places[place] = os.open(place, flags, dir_fd=itself)
            stack.callback(os.close, places[place])
        yield Folder(itself, places)


def _take(folder: Folder, named: NamedFile, *, now: datetime) -> Outcome | None:
    """What became of the file; None when it isn't complete yet, or is no plain file."""
    descriptor = _plain_file(folder, named.name)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as file:
        before = _stamp(file.fileno())
        if not folder.has(f"{named.name}{DONE}") and not _rests(named.name, before):
            return None
        try:
            feed = take_in(file, named, channel=Feed.Channel.FOLDER, now=now)
        except (FeedTooLarge, DayOutOfReach) as error:
            return _put(folder, named, turned_away(error, named, now=now))
        if _stamp(file.fileno()) != before:  # somebody is writing after all
            withdraw_feed(feed_id=feed.pk, actor=SYSTEM, reason="changed while it was read", now=now)
            return None
    reached("feed.in_the_folder")
    return _put(folder, named, read_in(feed, named, now=now))


def _plain_file(folder: Folder, name: str) -> int | None:
    """Open without following a link, and without waiting for whoever sits at the other end of a pipe."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder.itself)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            log.warning("%s is a link or no file, and is left alone", name)
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        log.warning("%s is no file, and is left alone", name)
        return None
    return descriptor


def _stamp(descriptor: int) -> tuple[int, int, int]:
    """Changes whenever somebody writes to the file or puts another in its place."""
    known = os.fstat(descriptor)
    return known.st_ino, known.st_size, known.st_mtime_ns


def _rests(name: str, stamp: tuple[int, int, int]) -> bool:
    """Whether it looked the same in the round before."""
    key = f"feed-folder:{name}"
    rests = cache.get(key) == list(stamp)
    cache.set(key, list(stamp), REMEMBERED_SECONDS)
    return bool(rests)


def _put(folder: Folder, named: NamedFile, outcome: Outcome) -> Outcome:
    """The reason first: a file that was moved has it beside it, wherever the process died."""
    place = folder.places[outcome.place]
    if outcome.reason:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        beside = os.open(f"{outcome.name}.reason.txt", flags, 0o640, dir_fd=place)
        with os.fdopen(beside, "w", encoding="utf-8") as file:
            file.write(outcome.reason)
    os.rename(named.name, outcome.name, src_dir_fd=folder.itself, dst_dir_fd=place)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{named.name}{DONE}", dir_fd=folder.itself)
    cache.delete(f"feed-folder:{named.name}")
    return outcome
