"""The rows of a file on their way into the database: copied in batches, then put right where only the whole file shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from django.db import connection

from sonae.apps.audit.milestones import reached
from sonae.apps.membership.models import Feed, FeedChunk, FeedRow, SetAsideRow
from sonae.domain.membership_feed.rows import ReadRow, SetAside

# So many are held at once; copying more of them together is no faster.
BATCH = 10_000
COPY_ROWS = """
    COPY membership_feedrow (feed_id, line, act, effective_date, number, member_class, name, name_kana, email, telephone)
    FROM STDIN
"""
COPY_SET_ASIDE = 'COPY membership_setasiderow (feed_id, line, reason, "column", raw) FROM STDIN'

# Two rows of a list that say different things of one member are both set aside: nobody can tell which is right.
SET_DUPLICATES_ASIDE = """
    WITH repeated AS MATERIALIZED (
        SELECT number FROM membership_feedrow WHERE feed_id = %(feed)s AND act = 'listed' GROUP BY number HAVING count(*) > 1
    ),
    unlike AS (
        SELECT number FROM membership_feedrow JOIN repeated USING (number) WHERE feed_id = %(feed)s AND act = 'listed'
        GROUP BY number HAVING count(DISTINCT (member_class, name, name_kana, email, telephone)) > 1
    ),
    taken AS (
        UPDATE membership_feedrow AS row SET act = 'kept' FROM unlike
        WHERE row.feed_id = %(feed)s AND row.act = 'listed' AND row.number = unlike.number
        RETURNING row.line, row.number, row.member_class, row.name, row.name_kana, row.email, row.telephone
    )
    INSERT INTO membership_setasiderow (feed_id, line, reason, "column", raw)
    SELECT %(feed)s, line, 'duplicate_number', '', concat_ws(',', number, member_class, name, name_kana, email, telephone)
    FROM taken
"""
# One row of each number stays: a good one before one that only keeps, and of equal ones the first. Gives how many good ones go.
DROP_REPEATED = """
    WITH ranked AS (
        SELECT id, act, row_number() OVER (PARTITION BY number ORDER BY act = 'kept', line) AS place
        FROM membership_feedrow WHERE feed_id = %(feed)s AND number IN (
            SELECT number FROM membership_feedrow WHERE feed_id = %(feed)s GROUP BY number HAVING count(*) > 1)
    ),
    dropped AS (
        DELETE FROM membership_feedrow USING ranked WHERE membership_feedrow.id = ranked.id AND place > 1 RETURNING ranked.act
    )
    SELECT count(*) FROM dropped WHERE act = 'listed'
"""
# An applied list has settled who was a member before its day.
SET_SETTLED_ASIDE = """
    WITH taken AS (
        DELETE FROM membership_feedrow WHERE feed_id = %(feed)s AND effective_date < %(newest)s
        RETURNING line, act, effective_date, number, member_class, name, name_kana, email, telephone
    )
    INSERT INTO membership_setasiderow (feed_id, line, reason, "column", raw)
    SELECT %(feed)s, line, 'before_newest_list', '',
        concat_ws(',', act, effective_date, number, member_class, name, name_kana, email, telephone)
    FROM taken
"""


class KeptFile:
    """The bytes of a feed, piece by piece; may be gone through more than once, and is never held whole."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def __iter__(self) -> Iterator[bytes]:
        for seq in range(FeedChunk.objects.filter(feed=self._feed).count()):
            yield bytes(FeedChunk.objects.values_list("data", flat=True).get(feed=self._feed, seq=seq))


def stage_rows(feed: Feed, reading: Iterable[ReadRow | SetAside]) -> None:
    """Keep the good rows, and those that are set aside. Raises what the reading raises."""
    items = iter(reading)
    while batch := list(islice(items, BATCH)):
        _copy_batch(feed, batch)
        reached("feed.batch_staged")


def _copy_batch(feed: Feed, batch: list[ReadRow | SetAside]) -> None:
    good = [row for row in batch if type(row) is ReadRow]
    bad = [row for row in batch if type(row) is SetAside]
    with connection.cursor() as cursor:
        with cursor.copy(COPY_ROWS) as copy:
            for row in good:
                copy.write_row((feed.pk, *row))
            for aside in kept_rows(feed, bad):
                copy.write_row(
                    (feed.pk, aside.line, FeedRow.Act.KEPT, feed.effective_date, aside.number, "", "", "", "", "")
                )
        if bad:
            with cursor.copy(COPY_SET_ASIDE) as copy:
                for aside in bad:
                    copy.write_row((feed.pk, *aside[:4]))


def kept_rows(feed: Feed, bad: list[SetAside]) -> list[SetAside]:
    """Those of a list whose number can be read: whoever it is keeps what they had."""
    return [row for row in bad if row.number] if feed.form == Feed.Form.LIST else []


def settle_list(feed: Feed) -> int:
    """Leave one row of each number in a staged list, and say how many good rows only repeated another."""
    with connection.cursor() as cursor:
        cursor.execute(SET_DUPLICATES_ASIDE, {"feed": feed.pk})
        cursor.execute(DROP_REPEATED, {"feed": feed.pk})
        return int(cursor.fetchone()[0])


def set_settled_aside(feed: Feed, *, newest: date) -> None:
    """Set those changes aside whose day lies before the newest applied list."""
    with connection.cursor() as cursor:
        cursor.execute(SET_SETTLED_ASIDE, {"feed": feed.pk, "newest": newest})


def forget_staged(feed: Feed) -> None:
    """Take everything back that was staged of the feed."""
    FeedRow.objects.filter(feed=feed).delete()
    SetAsideRow.objects.filter(feed=feed).delete()
