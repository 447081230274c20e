"""Sealing the audit log and verifying it: what is tampered with by the owner of the tables, guards off, is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit import chain, verification
from sonae.apps.audit.models import AuditDay, AuditEntry, AuditLink
from sonae.apps.audit.record import record
from sonae.apps.audit.use_cases import seal_entries as sealing
from sonae.apps.audit.use_cases.seal_entries import seal_entries
from sonae.apps.audit.use_cases.write_days import write_days
from sonae.apps.audit.verification import Verified, verify_log
from sonae.domain.audit_chain import START, seconds_of
from sonae.domain.audit_check import Fault
from tests import clock

pytestmark = pytest.mark.django_db
TABLES = ("audit_auditentry", "audit_auditlink", "audit_auditday")


def do(count: int, *, minutes: float = 0) -> None:
    """So many acts; the first of them with everything that an act may say."""
    for number in range(count):
        record(
            now=clock.later(minutes=minutes), actor=f"user:{number}", action="feed.released", object_kind="feed",
            object_id=number, reason="確かめた “ok”\n", count=3, done=True, nothing=None,
        )  # fmt: skip


@contextmanager
def guards_off() -> Iterator[None]:
    """As the owner of the tables, who can."""
    for change in ("DISABLE", "ENABLE"):
        for table in TABLES:
            run(f"ALTER TABLE {table} {change} TRIGGER USER")
        if change == "DISABLE":
            yield


def run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def tamper(*statements: str) -> None:
    with guards_off():
        for statement in statements:
            assert run(statement), statement


def verified(*, hours: float = 0, against: str = "") -> Verified:
    return verify_log(now=clock.later(hours=hours), against=against)


def found(*, hours: float = 0) -> list[tuple[Fault, int]]:
    return [(one.fault, one.position) for one in verified(hours=hours).findings]


@pytest.fixture
def sealed() -> None:
    """Six acts, sealed in two rounds, and the day after begun with one more."""
    do(4)
    seal_entries(now=clock.later(minutes=1))
    do(2, minutes=5)
    seal_entries(now=clock.later(minutes=6))
    write_days(now=clock.later(days=1))
    do(1, minutes=60 * 24)
    seal_entries(now=clock.later(days=1, minutes=1))


def test_a_log_that_was_left_alone_is_intact(sealed: None) -> None:
    answer = verified(hours=24)
    assert (answer.links, answer.days, answer.position, answer.findings) == (7, 1, 7, [])
    assert answer.digest == AuditLink.objects.get(position=7).digest


def test_an_empty_log_is_intact() -> None:
    answer = verified()
    assert (answer.links, answer.position, answer.digest, answer.findings) == (0, 0, "", [])
    assert (seal_entries(now=clock.now()), write_days(now=clock.later(days=3))) == (0, [])


def test_each_entry_gets_one_place_in_the_order_in_which_it_was_written(sealed: None) -> None:
    links = AuditLink.objects.order_by("position").values_list("position", "entry_id")
    entries = AuditEntry.objects.order_by("id").values_list("id", flat=True)
    assert list(links) == list(enumerate(entries, 1))
    assert seal_entries(now=clock.later(days=2)) == seal_entries(now=clock.later(days=2), everything=True) == 0


def test_more_than_goes_at_once_is_sealed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 3)
    monkeypatch.setattr(chain, "AT_ONCE", 2)
    do(10)
    assert seal_entries(now=clock.now()) == 10
    do(3)
    assert seal_entries(now=clock.now()) == 3
    assert (verified().links, verified().findings) == (13, [])


def test_a_round_asks_no_more_for_a_long_log_than_for_a_short_one() -> None:
    counted = []
    for many in (2, 40):
        do(many)
        with CaptureQueriesContext(connection) as sent:
            seal_entries(now=clock.now())
        counted.append(len(sent.captured_queries))
    assert counted == [9, 9]  # two of them begin and end its transaction


def test_a_clock_that_goes_back_moves_no_link_into_a_day_that_is_over(sealed: None) -> None:
    do(1)
    seal_entries(now=clock.now())
    newest = AuditLink.objects.latest("position")
    assert newest.sealed_at == clock.later(days=1, minutes=1)
    assert found(hours=24) == []


def test_after_the_digest_of_a_day_no_late_round_adds_to_it() -> None:
    do(1)
    seal_entries(now=clock.now())
    write_days(now=clock.later(days=1))
    do(1)
    seal_entries(now=clock.later(minutes=1))  # read its clock before midnight, and came too late
    assert AuditLink.objects.latest("position").sealed_at.isoformat() == "2026-11-24T15:00:00+00:00"
    assert found(hours=24) == []


# --- Days -----------------------------------------------------------------------------------------------------------


def test_every_day_that_is_over_is_written_once(sealed: None) -> None:
    written = write_days(now=clock.later(days=4))
    days = AuditDay.objects.order_by("day").values_list("day", "entries", "last_position")
    assert list(days) == [
        (date(2026, 11, 24), 6, 6), (date(2026, 11, 25), 1, 7), (date(2026, 11, 26), 0, 7), (date(2026, 11, 27), 0, 7),
    ]  # fmt: skip
    assert [one.day for one in written] == [date(2026, 11, day) for day in (25, 26, 27)]
    assert write_days(now=clock.later(days=4)) == []
    assert found(hours=96) == []


def test_a_day_ends_at_midnight_in_japan() -> None:
    do(1)
    seal_entries(now=clock.now())
    midnight = clock.now().replace(hour=0) + timedelta(days=1)
    assert write_days(now=midnight - timedelta(seconds=1)) == []
    assert len(write_days(now=midnight)) == 1


def test_a_digest_that_was_kept_is_asked_for_again(sealed: None) -> None:
    kept = AuditDay.objects.get().digest
    assert verified(hours=24, against=kept).findings == []
    other = verified(hours=24, against="0" * 64).findings
    assert [(one.fault, one.words) for one in other] == [(Fault.NOT_IN_CHAIN, "0" * 64)]


# --- Tampering as the owner -----------------------------------------------------------------------------------------

THIRD = "(SELECT entry_id FROM audit_auditlink WHERE position = 3)"
KINDS: dict[str, tuple[list[str], list[tuple[Fault, int]]]] = {
    "an entry's actor": (
        [f"UPDATE audit_auditentry SET actor = 'user:9' WHERE id = {THIRD}"], [(Fault.ENTRY_ALTERED, 3)],
    ),
    "an entry's moment, by a microsecond": (
        [f"UPDATE audit_auditentry SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = {THIRD}"],
        [(Fault.ENTRY_ALTERED, 3)],
    ),
    "an entry's moment, to where no calendar reaches": (
        [f"UPDATE audit_auditentry SET occurred_at = 'infinity' WHERE id = {THIRD}"], [(Fault.ENTRY_ALTERED, 3)],
    ),
    "an entry's detail, by a kind of number": (
        [f"""UPDATE audit_auditentry SET detail = detail || '{{"count": 3.0}}' WHERE id = {THIRD}"""],
        [(Fault.ENTRY_ALTERED, 3)],
    ),
    "an entry's transaction": (
        [f"UPDATE audit_auditentry SET written_in = 1 WHERE id = {THIRD}"], [(Fault.ENTRY_ALTERED, 3)],
    ),
    "an entry gone": ([f"DELETE FROM audit_auditentry WHERE id = {THIRD}"], [(Fault.ENTRY_REMOVED, 3)]),
    "an entry and its link gone": (
        [f"DELETE FROM audit_auditentry WHERE id = {THIRD}", "DELETE FROM audit_auditlink WHERE position = 3"],
        [(Fault.LINK_REMOVED, 3)],
    ),
    "an entry and its link gone, the gap closed": (
        [
            f"DELETE FROM audit_auditentry WHERE id = {THIRD}", "DELETE FROM audit_auditlink WHERE position = 3",
            "UPDATE audit_auditlink SET position = -position WHERE position > 3",
            "UPDATE audit_auditlink SET position = -position - 1 WHERE position < 0",
        ],
        [(Fault.DAY_ALTERED, 0), (Fault.LINK_REMOVED, 3)],
    ),
    "a link's digest": (
        ["UPDATE audit_auditlink SET digest = repeat('a', 64) WHERE position = 3"], [(Fault.LINK_ALTERED, 3)],
    ),
    "a link's moment": (
        ["UPDATE audit_auditlink SET sealed_at = sealed_at + interval '1 second' WHERE position = 3"],
        [(Fault.LINK_ALTERED, 3)],
    ),
    "a link's horizon": (
        ["UPDATE audit_auditlink SET horizon = horizon - 1 WHERE position = 3"], [(Fault.LINK_ALTERED, 3)],
    ),
    "two links in each other's place": (
        [
            "UPDATE audit_auditlink SET position = -position WHERE position IN (2, 5)",
            "UPDATE audit_auditlink SET position = CASE position WHEN -2 THEN 5 ELSE 2 END WHERE position < 0",
        ],
        [(Fault.REORDERED, 2), (Fault.REORDERED, 5)],
    ),
    "a link put in between": (
        [
            "UPDATE audit_auditlink SET position = -position WHERE position > 3",
            "UPDATE audit_auditlink SET position = 1 - position WHERE position < 0",
            """WITH forged AS (
                INSERT INTO audit_auditentry (occurred_at, actor, action, object_kind, object_id, detail)
                SELECT occurred_at, 'user:9', action, object_kind, object_id, detail FROM audit_auditentry LIMIT 1 RETURNING id
            ) INSERT INTO audit_auditlink (position, entry_id, sealed_at, horizon, digest)
            SELECT 4, forged.id, sealed_at, horizon, repeat('c', 64) FROM forged, audit_auditlink WHERE position = 3""",
        ],
        [(Fault.DAY_ALTERED, 0), (Fault.LINK_INSERTED, 4)],
    ),
    "a day's digest": (["UPDATE audit_auditday SET digest = repeat('a', 64)"], [(Fault.DAY_ALTERED, 0)]),
    "a day's count": (["UPDATE audit_auditday SET entries = entries + 1"], [(Fault.DAY_ALTERED, 0)]),
    "a day's last position": (["UPDATE audit_auditday SET last_position = 5"], [(Fault.DAY_ALTERED, 0)]),
    "a day moved": (
        ["UPDATE audit_auditday SET day = day - 1"], [(Fault.DAY_ALTERED, 0), (Fault.DAY_REMOVED, 0)],
    ),
    "the newest entries of a day cut off": (
        ["DELETE FROM audit_auditentry WHERE id >= (SELECT entry_id FROM audit_auditlink WHERE position = 6)",
         "DELETE FROM audit_auditlink WHERE position >= 6"],
        [(Fault.DAY_ALTERED, 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_owner_of_the_tables_changes_is_found(sealed: None, kind: str) -> None:
    statements, expected = KINDS[kind]
    assert found(hours=24) == []
    tamper(*statements)
    assert sorted(found(hours=48)) == sorted(expected)


CHANGED = {
    "bigint": "{column} + 1000",
    "character varying": "reverse({column}) || 'x'",
    "jsonb": "{column} || jsonb_build_object('more', 1)",
    "timestamp with time zone": "{column} + interval '1 microsecond'",
    "date": "{column} + 40",
}


@pytest.mark.parametrize("table", TABLES)
def test_any_field_of_any_row_that_is_changed_is_found(sealed: None, table: str) -> None:
    changes = 0
    for column, kind in rows(
        f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}'"
    ):
        value = CHANGED[kind].format(column=column)  # none of these names wants quotes
        value = f"left({value}, 64)" if column == "digest" else value
        for (place,) in rows(f"SELECT ctid::text FROM {table}"):
            with pytest.raises(Undo), transaction.atomic():
                tamper(f"UPDATE {table} SET {column} = {value} WHERE ctid = '{place}'")
                assert found(hours=24) != [], (column, place)
                raise Undo
            changes += 1
    assert changes == {"audit_auditentry": 7 * 8, "audit_auditlink": 7 * 5, "audit_auditday": 4}[table]
    assert found(hours=24) == []


class Undo(Exception):
    """Raised to undo a change."""


def rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_day_that_was_removed_is_found_once_it_should_be_there(sealed: None) -> None:
    tamper("DELETE FROM audit_auditday")
    assert found(hours=24) == []  # it may still be written
    assert found(hours=48) == [(Fault.DAY_REMOVED, 0)]


def test_a_link_that_was_removed_leaves_its_entry_without_a_place_too(sealed: None) -> None:
    tamper("DELETE FROM audit_auditlink WHERE position = 3")
    assert sorted(found(hours=24)) == sorted([(Fault.LINK_REMOVED, 3), (Fault.NOT_LINKED, 0)])


def test_an_entry_without_a_place_is_told_after_an_hour(sealed: None) -> None:
    do(1, minutes=60 * 24 + 5)
    assert found(hours=25) == []
    assert found(hours=25.1) == [(Fault.NOT_LINKED, 0)]


def test_without_the_look_for_entries_without_a_place_one_that_is_kept_out_would_be_missed(
    sealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(1)
    assert found(hours=24) == [(Fault.NOT_LINKED, 0)]
    monkeypatch.setattr(verification, "unlinked_before", lambda moment, most: [])
    assert found(hours=24) == []


def test_a_chain_that_the_owner_makes_anew_is_found_by_a_digest_that_was_kept(sealed: None) -> None:
    kept = AuditDay.objects.get().digest
    tamper(
        f"UPDATE audit_auditentry SET actor = 'user:9' WHERE id = {THIRD}", "DELETE FROM audit_auditlink",
        "DELETE FROM audit_auditday",
    )  # fmt: skip
    seal_entries(now=clock.later(minutes=6), everything=True)
    write_days(now=clock.later(days=1))
    assert found(hours=24) == []  # nothing in the database knows of it
    assert [one.fault for one in verified(hours=24, against=kept).findings] == [Fault.NOT_IN_CHAIN]


# --- After a database was restored ----------------------------------------------------------------------------------


def test_entries_of_a_server_that_counts_transactions_anew_are_sealed(sealed: None) -> None:
    """The links say that everything below their horizon is linked; the new server has not come so far yet."""
    tamper("UPDATE audit_auditlink SET horizon = horizon + 1000000")
    do(2)
    assert seal_entries(now=clock.later(days=1, minutes=5)) == 2
    assert AuditLink.objects.latest("position").horizon < 1_000_000 + AuditLink.objects.earliest("position").horizon
    do(1)
    assert seal_entries(now=clock.later(days=1, minutes=6)) == 1


def test_whatever_no_round_looked_at_is_sealed_by_looking_at_everything(sealed: None) -> None:
    do(1)
    tamper("UPDATE audit_auditentry SET written_in = 3 WHERE id = (SELECT max(id) FROM audit_auditentry)")
    assert seal_entries(now=clock.later(days=1, minutes=5)) == 0
    assert seal_entries(now=clock.later(days=1, minutes=5), everything=True) == 1
    assert found(hours=24) == []


def test_an_entry_that_says_it_comes_from_a_transaction_far_ahead_is_sealed(sealed: None) -> None:
    """The serving account may name any transaction in what it adds."""
    do(1)
    tamper(f"UPDATE audit_auditentry SET written_in = {2**63 - 1} WHERE id = (SELECT max(id) FROM audit_auditentry)")
    assert seal_entries(now=clock.later(days=1, minutes=5), everything=True) == 1
    assert found(hours=24) == []


# --- What the code writes is what the database says -----------------------------------------------------------------


def test_moments_are_written_as_the_database_writes_them(sealed: None) -> None:
    for link in chain.read_links():
        assert link.sealed_at == seconds_of(AuditLink.objects.get(position=link.position).sealed_at)


def test_old_entries_from_before_the_chain_are_its_beginning() -> None:
    do(3)
    tamper("UPDATE audit_auditentry SET written_in = 0")
    assert seal_entries(now=clock.now()) == 3
    assert AuditLink.objects.get(position=1).digest != START
    assert found() == []


def test_the_newest_transaction_is_written_by_the_database_itself() -> None:
    with transaction.atomic():
        do(1)
        written_in = AuditEntry.objects.get().written_in
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            assert cursor.fetchone() == (written_in,)
