"""Read the reports that lie in the folder of the sender's mailbox (Maildir), each once; what is read moves from new/ to cur/."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.apps.letters.use_cases.stop_addresses import AddressUnreadable, note_bounce

log = logging.getLogger("sonae.letters")
AT_ONCE = 500


def read_bounces(*, now: datetime) -> int:
    """How many new reports there were. A file that can't be read stays and is named in the log."""
    if not settings.SONAE_BOUNCE_FOLDER:
        return 0
    folder = Path(settings.SONAE_BOUNCE_FOLDER)
    seen = folder / "cur"
    seen.mkdir(parents=True, exist_ok=True)
    found = 0
    for file in sorted((folder / "new").glob("*"))[:AT_ONCE]:
        try:
            found += note_reports(file.read_bytes(), now=now)
        except OSError as error:
            log.warning("the report %s can't be read: %s", file.name, type(error).__name__)
            continue
        file.rename(seen / f"{file.name.partition(':')[0]}:2,S")
    return found


def note_reports(raw: bytes, *, now: datetime) -> int:
    """How many of what one report says is new."""
    read = cast(Callable[[bytes], list[Any]], import_string(settings.SONAE_BOUNCE_READER))
    found = 0
    for report in read(raw):
        try:
            found += note_bounce(
                address=report.address, kind=report.kind, status=report.status, about=report.about, report=raw, now=now
            )  # fmt: skip
        except AddressUnreadable:
            log.warning("a report names an address that is none")
    return found
