"""The program works with an account of the database that can't touch the schema or change a log, whatever it is made to say."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR
from sonae.domain.calendar import japan_date
from tests.architecture.test_database_guards import GUARDED, NO_NUMBER
from tests.config.test_command_line import run_command
from tests.conftest import PRODUCT_FOLDERS
from tests.feeds import file_of, rows_of


@dataclass(frozen=True, slots=True)
class Database:
    """A database whose owner has no other rights on the server, and an account that may only connect."""

    name: str
    administrator: str
    owner: str
    serving: str

    def run(self, *arguments: str, **environment: str) -> str:
        """What the command says when it can't be done; nothing when it is."""
        done = run_command(
            *arguments, **({"DATABASE_URL": self.serving, "SONAE_OWNER_DATABASE_URL": self.owner} | environment)
        )
        assert done.returncode in {0, USAGE_ERROR}, done.stderr
        assert bool(done.stderr) is (done.returncode == USAGE_ERROR)
        assert len(done.stderr.strip().splitlines()) <= 1
        return done.stderr


@contextmanager
def fresh_database() -> Iterator[Database]:
    server = os.environ["DATABASE_URL"]
    name = f"sonae_rights_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE {name}_owner LOGIN PASSWORD 'owner'")
        administrator.execute(f"CREATE ROLE {name}_app LOGIN PASSWORD 'serving'")
        administrator.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
        try:
            yield Database(
                name=name,
                administrator=make_conninfo(server, dbname=name),
                owner=make_conninfo(server, dbname=name, user=f"{name}_owner", password="owner"),
                serving=make_conninfo(server, dbname=name, user=f"{name}_app", password="serving"),
            )
        finally:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
            administrator.execute(f"DROP ROLE {name}_owner")
            administrator.execute(f"DROP ROLE {name}_app")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Migrated by its owner."""
    with fresh_database() as made:
        assert made.run("migrate") == ""
        yield made


REFUSED = {
    "alter a table": "ALTER TABLE audit_auditentry ADD COLUMN more text",
    "drop a table": "DROP TABLE audit_throttle",
    "empty a table": "TRUNCATE audit_throttle",
    "empty a log": "TRUNCATE audit_auditentry",
    "drop a guard": "DROP TRIGGER audit_auditentry_append_only ON audit_auditentry",
    "drop a guard of the chain": "DROP TRIGGER audit_auditlink_no_truncate ON audit_auditlink",
    "drop a guard of the days": "DROP TRIGGER audit_auditday_append_only ON audit_auditday",
    "switch the chain's guards off": "ALTER TABLE audit_auditlink DISABLE TRIGGER USER",
    "empty the chain": "TRUNCATE audit_auditlink",
    "lock an entry to change it": "SELECT * FROM audit_auditentry FOR UPDATE",
    "switch a guard off": "ALTER TABLE audit_auditentry DISABLE TRIGGER audit_auditentry_append_only",
    "switch all guards off": "SET session_replication_role = replica",
    "put another function behind a guard": (
        "CREATE OR REPLACE FUNCTION sonae_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ),
    "make a trigger": "CREATE TRIGGER mine BEFORE INSERT ON audit_throttle EXECUTE FUNCTION sonae_refuse_change()",
    "make a function": "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "make a passing function": "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "make a table": "CREATE TABLE mine (id int)",
    "make a passing table": "CREATE TEMPORARY TABLE mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "turn numbers back": "SELECT setval('sonae_certificate_number', 1)",
    "say that a migration has run": "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', 'x', now())",
    "become the owner": "SET ROLE {owner}",
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_the_serving_account_can_not(database: Database, attempt: str) -> None:
    with psycopg.connect(database.serving) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(REFUSED[attempt].format(owner=f"{database.name}_owner"))


@pytest.mark.parametrize(
    "attempt", sorted(REFUSED.keys() - {"switch all guards off", "empty a log", "empty the chain"})
)
def test_what_it_can_not_its_owner_can(database: Database, attempt: str) -> None:
    """So it is the account that refuses, and not a slip in the statement."""
    with psycopg.connect(database.owner) as connection:
        connection.execute(REFUSED[attempt].format(owner=f"{database.name}_owner"))
        connection.rollback()


@pytest.mark.parametrize("change", ["UPDATE {} SET {column} = {column}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", GUARDED)
def test_a_log_is_closed_to_the_serving_account_before_its_guard_is_asked(
    database: Database, table: str, change: str
) -> None:
    with psycopg.connect(database.serving) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(change.format(table, column=NO_NUMBER.get(table, "id")))


def test_everything_else_is_open_to_it(database: Database) -> None:
    with psycopg.connect(database.serving) as connection:
        closed = connection.execute(
            """SELECT relname FROM pg_class, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS wanted
               WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'django_migrations'
               AND NOT has_table_privilege(oid, wanted) AND NOT (relname = ANY(%s) AND wanted IN ('UPDATE', 'DELETE'))""",
            [GUARDED],
        ).fetchall()
        assert closed == []
        assert connection.execute("SELECT nextval('sonae_certificate_number') > 0").fetchone() == (True,)
    assert database.run("sweep") == ""


def test_a_file_of_members_is_taken_with_it(database: Database, tmp_path: Path) -> None:
    """Which copies, tunes the planner and records by the thousand, all without the rights of the owner."""
    file, today = tmp_path / "members.csv", japan_date(now()).isoformat()
    file.write_bytes(file_of(rows_of(3)))
    assert database.run("product", "publish", str(PRODUCT_FOLDERS[-1])) == ""
    assert database.run("feed", "apply", str(file), "--form", "list", "--on", today) == ""
    with psycopg.connect(database.serving) as connection:
        assert connection.execute("SELECT count(*) FROM parties_membershipfact").fetchone() == (3,)


def test_the_audit_log_is_written_and_sealed_with_it(database: Database) -> None:
    with psycopg.connect(database.serving) as connection:
        connection.execute(
            """INSERT INTO audit_auditentry (occurred_at, actor, action, object_kind, object_id, detail)
               VALUES (now() - interval '2 days', 'user:1', 'feed.released', 'feed', '1', '{}')"""
        )
    assert database.run("audit", "seal") == ""
    assert database.run("audit", "verify") == ""
    with psycopg.connect(database.serving) as connection:
        unsealed = "SELECT count(*) FROM audit_auditentry WHERE id NOT IN (SELECT entry_id FROM audit_auditlink)"
        assert connection.execute(unsealed).fetchone() == (0,)


def test_a_log_that_is_added_later_is_closed_by_the_migration_that_adds_it() -> None:
    with fresh_database() as database:
        assert database.run("migrate") == ""
        with psycopg.connect(database.owner) as connection:
            connection.execute("CREATE TABLE later (id int)")
            connection.execute("CREATE TRIGGER later BEFORE UPDATE ON later EXECUTE FUNCTION sonae_refuse_change()")
        assert database.run("migrate") == ""
        with psycopg.connect(database.serving) as connection:
            connection.execute("INSERT INTO later VALUES (1)")
            connection.commit()
            with pytest.raises(InsufficientPrivilege):
                connection.execute("UPDATE later SET id = 2")


def test_an_account_without_rights_is_told_the_remedy(database: Database) -> None:
    with psycopg.connect(database.administrator, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {database.name}_new LOGIN PASSWORD 'new'")
        try:
            new = make_conninfo(database.serving, user=f"{database.name}_new", password="new")
            said = database.run("sweep", DATABASE_URL=new)
        finally:
            connection.execute(f"DROP ROLE {database.name}_new")
    assert said == "sonae: The account in DATABASE_URL has no rights here yet; run `sonae migrate`.\n"


def test_without_the_owners_address_the_schema_can_not_be_made() -> None:
    with fresh_database() as database:
        assert "The database refused: permission denied" in database.run("migrate", SONAE_OWNER_DATABASE_URL="")


def test_one_account_may_do_both(database: Database) -> None:
    assert database.run("migrate", DATABASE_URL=database.owner, SONAE_OWNER_DATABASE_URL="") == ""
    assert database.run("sweep", DATABASE_URL=database.owner, SONAE_OWNER_DATABASE_URL="") == ""


def test_a_serving_account_with_the_owners_rights_is_refused(database: Database) -> None:
    with psycopg.connect(database.administrator, autocommit=True) as connection:
        connection.execute(f"GRANT {database.name}_owner TO {database.name}_app")
        try:
            assert "has the rights of the owner" in database.run("migrate")
        finally:
            connection.execute(f"REVOKE {database.name}_owner FROM {database.name}_app")
    assert "has the rights of the owner" in database.run("migrate", DATABASE_URL=database.administrator)


def test_a_serving_account_that_everybodys_rights_let_make_tables_is_refused() -> None:
    """As in a database that comes from PostgreSQL 14, where everybody may make tables in ``public``."""
    with fresh_database() as database:
        with psycopg.connect(database.administrator) as connection:
            connection.execute("ALTER SCHEMA public OWNER TO CURRENT_USER")
            connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC, {database.name}_owner")
        assert "may create tables" in database.run("migrate")
        with psycopg.connect(database.serving) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT 1 FROM quotes_quote")


def test_two_addresses_of_different_databases_are_refused(database: Database) -> None:
    elsewhere = make_conninfo(database.administrator, dbname="postgres")
    assert "lead to different databases" in database.run("migrate", SONAE_OWNER_DATABASE_URL=elsewhere)


def test_the_owners_address_alone_is_refused(database: Database) -> None:
    said = database.run("migrate", DATABASE_URL="")
    assert said == "sonae: SONAE_OWNER_DATABASE_URL is set and DATABASE_URL is not; set both, or DATABASE_URL alone.\n"


def test_an_owners_address_that_leads_nowhere_is_named(database: Database) -> None:
    nowhere = "postgresql://owner:very-secret@127.0.0.1:1/sonae"
    said = database.run("migrate", SONAE_OWNER_DATABASE_URL=nowhere)
    assert "The database in SONAE_OWNER_DATABASE_URL can't be reached" in said
    assert "very-secret" not in said


@pytest.mark.parametrize("command", [["migrate"], ["sweep"], ["worker"]])
def test_a_database_that_only_lets_itself_be_read_is_told_in_one_line(database: Database, command: list[str]) -> None:
    with psycopg.connect(database.administrator, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
        try:
            said = database.run(*command)
        finally:
            connection.execute(f"ALTER DATABASE {database.name} RESET default_transaction_read_only")
    assert said.startswith("sonae: The database refused: cannot execute ")


def test_a_web_server_whose_port_is_taken_says_so(database: Database, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()  # as `sonae setup` does
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = database.run("web", "--port", str(port), SONAE_VAR=str(tmp_path))
    assert (
        said == f"sonae: port {port} on 127.0.0.1 can't be used: Address already in use; choose another with --port\n"
    )
