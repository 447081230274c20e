"""Going through the whole audit log once: is every entry what was sealed, in its place, and is none missing?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sonae.apps.audit.chain import read_days, read_links, unlinked_before
from sonae.domain.audit_check import MOST_FINDINGS, ChainCheck, Fault, Finding, check_days
from sonae.domain.calendar import japan_date

LATEST_LINK = timedelta(hours=1)
DAYS_TO_WRITE = 2  # yesterday's digest may still be on its way


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, what doesn't fit, and the newest link."""

    links: int
    days: int
    position: int
    digest: str
    findings: list[Finding]


def verify_log(*, now: datetime, against: str = "") -> Verified:
    """The answer, of findings no more than a hundred of each sort; ``against`` is the digest of a day that was kept elsewhere."""
    written = read_days()  # first: whatever is sealed meanwhile belongs to days that are not written yet
    check, position, digest = ChainCheck(), 0, ""
    for link in read_links():
        check.take(link)
        position, digest = link.position, link.digest
    findings = check.end()
    today = japan_date(now)
    made = list(check.days_until(today - timedelta(days=1)))
    due_until = today - timedelta(days=DAYS_TO_WRITE)
    findings += islice(check_days(made=made, written=written, due_until=due_until), MOST_FINDINGS)
    unlinked = unlinked_before(now - LATEST_LINK, most=MOST_FINDINGS)
    findings += [Finding(Fault.NOT_LINKED, entry_id=entry_id) for entry_id in unlinked]
    if against and against not in {one.digest for one in made}:
        findings.append(Finding(Fault.NOT_IN_CHAIN, words=against))
    return Verified(check.links, len(written), position, digest, findings)
