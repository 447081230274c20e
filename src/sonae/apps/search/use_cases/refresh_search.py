"""Write anew what members are found by, for those of whom something was recorded; in chunks, each a transaction of its own."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from sonae.apps.search.folded_member import FoldedMember, ListFact, fold_member
from sonae.apps.search.models import SearchProgress
from sonae.domain.name_folding import FOLDING

CHUNK = 5_000
# Numbers of rows are drawn before their transaction is seen. No transaction lasts as long as this, so what was recorded
# before is all there; what is younger is looked through again in the next round, and found to be written already.
SETTLED = timedelta(minutes=5)
BETWEEN = "\x1f"

NEXT_FACTS = """
    SELECT fact.id, fact.member_id FROM parties_membershipfact AS fact
    LEFT JOIN search_findablemember AS found ON found.member_id = fact.member_id
    WHERE fact.id > %(after)s::bigint
      AND (%(anew)s::boolean OR found.member_id IS NULL OR found.fact_id < fact.id OR found.folding <> %(folding)s::smallint)
    ORDER BY fact.id LIMIT %(most)s::bigint
"""
NEXT_ACTS = """
    SELECT act.id, certificate.member_id FROM certificates_transaction AS act
    JOIN certificates_certificate AS certificate ON certificate.id = act.certificate_id
    LEFT JOIN search_findablemember AS found ON found.member_id = certificate.member_id
    WHERE act.id > %(after)s::bigint AND certificate.section = 'paid'
      AND (found.member_id IS NULL OR found.act_id < act.id OR found.folding <> %(folding)s::smallint)
    ORDER BY act.id LIMIT %(most)s::bigint
"""
LAST = "SELECT coalesce(max(id), 0) FROM {table}"
SETTLED_TO = """
    SELECT coalesce(min(id) - 1, %(to)s::bigint) FROM {table}
    WHERE id > %(from)s::bigint AND id <= %(to)s::bigint AND recorded_at > %(since)s::timestamptz
"""
FACTS = """
    SELECT member_id, id, name, name_kana, email, telephone FROM parties_membershipfact WHERE member_id = ANY(%(ids)s::bigint[])
    ORDER BY member_id, effective_date DESC, recorded_at DESC, id DESC
"""
PATCHES = """
    SELECT certificate.member_id, act.id, act.patch
    FROM certificates_certificate AS certificate JOIN certificates_transaction AS act ON act.certificate_id = certificate.id
    WHERE certificate.member_id = ANY(%(ids)s::bigint[]) AND certificate.section = 'paid' ORDER BY act.id DESC
"""
NUMBERS = "SELECT id, number FROM parties_member WHERE id = ANY(%(ids)s::bigint[])"
COLUMNS = ("name", "kana", "other_names", "cover_names", "addresses", "contacts")
WRITE = f"""
    INSERT INTO search_findablemember AS kept (member_id, {", ".join(COLUMNS)}, grams, fact_id, act_id, folding)
    SELECT member_id, {", ".join(COLUMNS)}, array_to_tsvector(string_to_array(grams, '{BETWEEN}')), fact_id, act_id,
           %(folding)s::smallint
    FROM unnest(%(member_id)s::bigint[], {", ".join(f"%({name})s::text[]" for name in COLUMNS)}, %(grams)s::text[],
                %(fact_id)s::bigint[], %(act_id)s::bigint[])
      AS row (member_id, {", ".join(COLUMNS)}, grams, fact_id, act_id)
    ON CONFLICT (member_id) DO UPDATE SET
      {", ".join(f"{name} = excluded.{name}" for name in (*COLUMNS, "grams", "fact_id", "act_id", "folding"))}
    WHERE (kept.grams, kept.fact_id, kept.act_id, kept.folding, {", ".join(f"kept.{name}" for name in COLUMNS)})
      IS DISTINCT FROM (excluded.grams, excluded.fact_id, excluded.act_id, excluded.folding,
                        {", ".join(f"excluded.{name}" for name in COLUMNS)})
"""  # noqa: S608  # our own names of columns


class Source(NamedTuple):
    """A table that is read from its last known row on."""

    mark: str  # the column of SearchProgress
    table: str
    next_rows: str


SOURCES = (
    Source("fact_id", "parties_membershipfact", NEXT_FACTS),
    Source("act_id", "certificates_transaction", NEXT_ACTS),
)


def refresh_search(*, now: datetime, anew: bool = False, chunk: int = CHUNK) -> int:
    """How many members were gone through. Killed anywhere and called again it goes on; two at once take turns. ``anew`` goes
    through everybody, whatever was read before; so does the first call after the rules of folding have changed."""
    return sum(_read(source, now=now, anew=anew, chunk=chunk) for source in SOURCES)


def _read(source: Source, *, now: datetime, anew: bool, chunk: int) -> int:
    done, after = 0, 0 if anew else None
    while True:
        with transaction.atomic():
            progress = _lock_progress()
            after = getattr(progress, source.mark) if after is None else after
            last = _one(LAST.format(table=source.table))
            rows = _rows(source.next_rows, after=after, anew=anew, folding=FOLDING, most=chunk)
            members = sorted({member_id for _, member_id in rows})
            if members:
                write_members(members)
            after = rows[-1][0] if len(rows) == chunk else max(last, rows[-1][0] if rows else 0)
            _move_mark(progress, source, to=after, now=now)
        done += len(members)
        if len(rows) < chunk:
            return done


def _lock_progress() -> SearchProgress:
    """The one row, nobody else's until the transaction ends. Other rules of folding begin at the beginning."""
    SearchProgress.objects.bulk_create([SearchProgress(pk=1, folding=FOLDING)], ignore_conflicts=True)
    progress = SearchProgress.objects.select_for_update().get(pk=1)
    if progress.folding != FOLDING:
        progress.folding, progress.fact_id, progress.act_id = FOLDING, 0, 0
    return progress


def _move_mark(progress: SearchProgress, source: Source, *, to: int, now: datetime) -> None:
    before = getattr(progress, source.mark)
    if to > before:
        settled = SETTLED_TO.format(table=source.table)
        setattr(progress, source.mark, _one(settled, **{"from": before, "to": to, "since": now - SETTLED}))
    progress.refreshed_at = now
    progress.save()


def write_members(ids: Sequence[int]) -> None:
    """The rows of these members, as facts and acts are now."""
    facts: dict[int, list[ListFact]] = defaultdict(list)
    for member_id, *fact in _rows(FACTS, ids=list(ids)):
        facts[member_id].append(ListFact(*fact))
    patches: dict[int, list[tuple[int, dict[str, object]]]] = defaultdict(list)
    for member_id, act_id, patch in _rows(PATCHES, ids=list(ids)):
        patches[member_id].append((act_id, json.loads(patch)))
    numbers = dict(_rows(NUMBERS, ids=list(ids)))
    folded = [fold_member(pk, number=numbers[pk], facts=facts[pk], patches=patches[pk]) for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {**_columns(folded), "folding": FOLDING})


def _columns(folded: Sequence[FoldedMember]) -> dict[str, list[object]]:
    names = ("member_id", *COLUMNS, "fact_id", "act_id")
    columns: dict[str, list[object]] = {name: [getattr(one, name) for one in folded] for name in names}
    return {**columns, "grams": [BETWEEN.join(sorted(one.grams)) for one in folded]}


def _rows(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _one(sql: str, **given: Any) -> int:
    return int(_rows(sql, **given)[0][0])
