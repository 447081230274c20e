"""What the database itself refuses, whoever asks: changing a log, a booking that doesn't balance, cover that overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from sonae.apps.billing.models import JournalEntry, Posting
from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import ProductVersion, Programme, SchemeYear
from tests import clock
from tests.architecture.sources import SRC, own_files

pytestmark = pytest.mark.django_db

GUARDED = sorted(
    table
    for path in own_files(SRC / "apps", suffixes=(".py",))
    if "migrations" in path.parts
    for table in re.findall(r'append_only\("(\w+)"\)', path.read_text())
)
NO_NUMBER = {"audit_auditlink": "position", "audit_auditday": "day"}  # what their rows are known by instead of an id
VALUES = {
    "character varying": "'x'", "text": "'x'", "bytea": "'x'", "integer": "1", "smallint": "1", "bigint": "1", "boolean": "true",
    "date": "DATE '2026-12-01'", "timestamp with time zone": "TIMESTAMPTZ '2026-12-01 00:00+09'", "jsonb": "'{}'",
}  # fmt: skip


class Undo(Exception):
    """Raised to undo a whole attempt."""


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone, changes of tables too."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def run(statement: str) -> int:
    """The number of rows that the statement concerned."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def put_a_row_into(table: str) -> None:
    """Any row, without what it would refer to and what is checked at commit."""
    for (late,) in rows(
        f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND tgdeferrable AND NOT tgisinternal"
    ):
        run(f"DROP TRIGGER {late} ON {table}")
    for (constraint,) in rows(
        f"SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'"
    ):
        run(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
    columns = rows(
        f"""SELECT column_name, data_type FROM information_schema.columns
            WHERE table_name = '{table}' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"""
    )
    names, values = ", ".join(f'"{name}"' for name, _ in columns), ", ".join(VALUES[kind] for _, kind in columns)
    run(f"INSERT INTO {table} ({names}) VALUES ({values})")


CHANGES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}


def test_no_row_of_a_log_is_locked_since_the_serving_account_may_not() -> None:
    """FOR UPDATE wants the right to change; the owner of these tests' database has it, the serving account has not."""
    tables = {model.__name__: model._meta.db_table for model in apps.get_models()}
    locked = {
        (path.name, name)
        for path in own_files(SRC / "apps", suffixes=(".py",))
        for name in re.findall(r"(\w+)\.objects\s*\.select_for_update", path.read_text())
    }
    assert ("write_off.py", "Payment") in locked
    assert {(file, name) for file, name in locked if tables[name] in GUARDED} == set()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", GUARDED)
def test_a_log_refuses(table: str, change: str) -> None:
    with undone():
        if change != "truncate":  # with a booking that waits for its check PostgreSQL itself would refuse to truncate
            put_a_row_into(table)
        before = rows(f"SELECT count(*) FROM {table}")
        with pytest.raises(DatabaseError, match=f"append-only: {change.upper()} refused"), transaction.atomic():
            run(CHANGES[change].format(table=table, column=NO_NUMBER.get(table, "id")))
        assert rows(f"SELECT count(*) FROM {table}") == before


@pytest.mark.parametrize("table", GUARDED)
def test_without_its_guard_a_log_could_be_changed(table: str) -> None:
    with undone():
        run(f"DROP TRIGGER {table}_append_only ON {table}")
        put_a_row_into(table)
        assert run(CHANGES["update"].format(table=table, column=NO_NUMBER.get(table, "id"))) == 1
        assert run(CHANGES["delete"].format(table=table)) == 1


def test_every_guard_of_the_migrations_is_in_the_database() -> None:
    guards = rows(
        """SELECT tgrelid::regclass::text, string_agg(tgname, ' ' ORDER BY tgname) FROM pg_trigger
           WHERE tgfoid = 'sonae_refuse_change'::regproc AND tgenabled = 'O' GROUP BY 1"""
    )
    assert dict(guards) == {table: f"{table}_append_only {table}_no_truncate" for table in GUARDED}


def test_every_model_that_says_its_rows_are_only_added_is_guarded() -> None:
    promised = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("sonae.") and "only ever added" in (model.__doc__ or "")
    }
    assert promised
    assert promised <= set(GUARDED)


def test_audit_evidence_money_and_what_was_promised_are_among_them() -> None:
    assert {
        "audit_auditentry", "audit_auditlink", "audit_auditday",
        "enrolment_evidence", "enrolment_documentopening", "billing_journalentry", "billing_posting",
        "billing_charge", "billing_allocation", "billing_paymentstep", "certificates_transaction", "documents_paper",
        "documents_paperfile", "parties_membershipfact", "programmes_productversion", "quotes_quote",
        "contact_consultation", "contact_consent", "contact_consentwithdrawal",
    } <= set(GUARDED)  # fmt: skip


def test_a_published_version_refuses_a_new_rate_table(programme: Programme) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ProductVersion.objects.filter(programme=programme).update(files={})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ProductVersion.objects.filter(programme=programme).update(effective_date=date(2030, 12, 1))


# --- The journal ---------------------------------------------------------------------------------------------------


def book(*postings: int) -> JournalEntry:
    entry = JournalEntry.objects.create(
        key=f"test:{JournalEntry.objects.count()}",
        booked_on=date(2026, 12, 1),
        recorded_at=clock.now(),
        description="試験",
    )
    for yen in postings:
        Posting.objects.create(entry=entry, account=Posting.Account.CARD_PROCESSOR, posted_yen=yen)
    return entry


def check_now() -> None:
    """Have checked now what is otherwise checked at commit."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


UNBALANCED = [(64_940, -64_939), (64_940,), (0,), (), (1, 1), (64_940, -64_940, 1)]


@pytest.mark.parametrize("postings", UNBALANCED)
def test_a_booking_that_does_not_balance_is_refused_at_commit(postings: tuple[int, ...]) -> None:
    with undone():
        book(*postings)
        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            check_now()


@pytest.mark.parametrize("postings", UNBALANCED)
def test_without_the_constraint_it_would_be_taken(postings: tuple[int, ...]) -> None:
    with undone():
        run("DROP TRIGGER posting_balances ON billing_posting")
        run("DROP TRIGGER entry_balances ON billing_journalentry")
        book(*postings)
        check_now()
        assert Posting.objects.count() == len(postings)


@pytest.mark.parametrize("postings", [(64_940, -64_940), (0, 0), (100_000, -64_940, -35_060)])
def test_a_booking_that_balances_is_taken(postings: tuple[int, ...]) -> None:
    with undone():
        entry = book(*postings)
        check_now()
        assert entry.postings.aggregate(total=models.Sum("posted_yen")) == {"total": 0}


def test_a_line_added_later_to_a_balanced_booking_is_refused() -> None:
    with undone():
        entry = book(64_940, -64_940)
        check_now()
        Posting.objects.create(entry=entry, account=Posting.Account.REFUND_PAYABLE, posted_yen=1)
        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            check_now()


# --- Cover and scheme years ----------------------------------------------------------------------------------------


@pytest.fixture
def member(programme: Programme) -> Member:
    return Member.objects.create(number="10000017", created_at=clock.now())


def issue(
    member: Member, starts_on: date, *, section: str = Certificate.Section.PAID, cancelled_on: date | None = None
) -> Certificate:
    year = SchemeYear.objects.get(start_on__lte=starts_on, expiry_on__gt=starts_on)
    serial = f"{member.number}-{Certificate.objects.count()}"
    return Certificate.objects.create(
        number=serial, member=member, scheme_year=year, section=section, starts_on=starts_on, cancelled_on=cancelled_on,
        verification_code=serial, issued_at=clock.now(),
    )  # fmt: skip


def test_a_member_has_no_two_covers_of_a_section_at_one_time(member: Member) -> None:
    issue(member, date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="no_overlapping_paid_cover"), transaction.atomic():
        issue(member, date(2027, 6, 1))
    issue(member, date(2027, 6, 1), section=Certificate.Section.FREE)
    issue(Member.objects.create(number="10000025", created_at=clock.now()), date(2027, 6, 1))


def test_without_the_constraint_cover_would_overlap(member: Member) -> None:
    with undone():
        run("ALTER TABLE certificates_certificate DROP CONSTRAINT no_overlapping_paid_cover")
        issue(member, date(2027, 1, 1))
        issue(member, date(2027, 6, 1))


def test_cover_may_begin_on_the_day_on_which_other_cover_ends(member: Member) -> None:
    issue(member, date(2026, 1, 1))  # to the end of its scheme year, which is the start of the next
    issue(member, date(2026, 12, 1), cancelled_on=date(2027, 3, 1))
    issue(member, date(2027, 3, 1))
    with pytest.raises(IntegrityError, match="no_overlapping_paid_cover"), transaction.atomic():
        Certificate.objects.filter(starts_on=date(2026, 12, 1)).update(cancelled_on=None)


def test_cover_follows_from_start_scheme_year_and_cancellation_whatever_was_written(member: Member) -> None:
    certificate = issue(member, date(2027, 1, 1))
    Certificate.objects.filter(pk=certificate.pk).update(cover=(date(2000, 1, 1), date(2100, 1, 1)))
    certificate.refresh_from_db()
    assert (certificate.cover.lower, certificate.cover.upper) == (date(2027, 1, 1), date(2027, 12, 1))


def test_cover_does_not_begin_outside_its_scheme_year(member: Member) -> None:
    year = SchemeYear.objects.get(start_on=date(2026, 12, 1))
    for starts_on in (date(2026, 11, 30), date(2027, 12, 1)):
        with pytest.raises(IntegrityError, match="outside its scheme year"), transaction.atomic():
            Certificate.objects.create(
                number="C", member=member, scheme_year=year, section="paid", starts_on=starts_on, verification_code="v",
                issued_at=clock.now(),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("start_on", "expiry_on"),
    [
        (date(2026, 12, 2), date(2027, 12, 2)),
        (date(2027, 11, 30), date(2028, 12, 1)),
        (date(2026, 6, 1), date(2026, 12, 2)),
    ],
)
def test_scheme_years_do_not_overlap(programme: Programme, start_on: date, expiry_on: date) -> None:
    version = ProductVersion.objects.filter(programme=programme).latest("effective_date")
    year = {"programme": programme, "product_version": version, "opened_at": clock.now()}
    with pytest.raises(IntegrityError, match="scheme_years_do_not_overlap"), transaction.atomic():
        SchemeYear.objects.create(start_on=start_on, expiry_on=expiry_on, **year)
    SchemeYear.objects.create(start_on=date(2027, 12, 1), expiry_on=date(2028, 12, 1), **year)


def test_a_scheme_year_ends_after_it_begins(programme: Programme) -> None:
    version = ProductVersion.objects.filter(programme=programme).latest("effective_date")
    with pytest.raises(IntegrityError, match="scheme_year_has_length"), transaction.atomic():
        SchemeYear.objects.create(
            programme=programme, product_version=version, opened_at=clock.now(), start_on=date(2030, 1, 1),
            expiry_on=date(2030, 1, 1),
        )  # fmt: skip
