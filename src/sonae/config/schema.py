"""The database's schema: does it fit this code, how is it brought there, and what may the serving account do with it?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg.sql import SQL, Identifier

from sonae.apps.audit.append_only import append_only_tables
from sonae.config.database import OWNER, SERVING, DatabaseUnavailable

# For the account that serves. What is added to a log stays; the list of migrations is the owner's.
RIGHTS = """
    REVOKE ALL ON {tables}, {sequences} FROM {account};
    REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {account};
    REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {account};
    GRANT USAGE ON SCHEMA {schema} TO {account};
    GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {account};
    GRANT USAGE, SELECT ON SEQUENCE {sequences} TO {account};
    REVOKE UPDATE, DELETE ON {logs} FROM {account};
    REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {account};
"""
OWNED = """
    SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    AND relkind = ANY(%s) AND pg_has_role(relowner, 'USAGE')
"""
WHERE_AND_WHO = "SELECT current_database(), pg_postmaster_start_time(), current_user"
STILL_MAY = """
    SELECT pg_has_role(%(account)s, current_user, 'MEMBER'),
           has_schema_privilege(%(account)s, current_schema(), 'CREATE')
           OR has_database_privilege(%(account)s, current_database(), 'CREATE, TEMPORARY')
"""


def pending_migrations() -> list[str]:
    """The migrations that this code knows and the database has not seen."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def check_schema() -> None:
    """Raise ``DatabaseUnavailable`` in one line when the schema is older than the code, or not ours to use."""
    try:
        pending = pending_migrations()
    except ProgrammingError as error:
        if not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        raise DatabaseUnavailable(f"The account in {SERVING} has no rights here yet; run `sonae migrate`.") from error
    if pending:
        raise DatabaseUnavailable(
            f"The database schema is older than this code ({len(pending)} steps, first {pending[0]}); run `sonae migrate`."
        )


def migrate_database() -> None:
    """As the owner, bring the schema up to this code, the cache's table too, and give the serving account its rights."""
    *serving_place, account = _ask(WHERE_AND_WHO)
    with _as_owner():
        *owner_place, owner = _ask(WHERE_AND_WHO)
        if serving_place != owner_place:
            raise DatabaseUnavailable(f"{OWNER} and {SERVING} lead to different databases.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        if account != owner:
            _give_rights(account)


def _give_rights(account: str) -> None:
    """All that the program needs and no more, in one transaction, so that a serving process never stands without."""
    connection = connections[DEFAULT_DB_ALIAS]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        names = {
            "tables": _owned("r", "p"), "sequences": _owned("S"), "logs": append_only_tables(cursor),
        }  # fmt: skip
        rights = SQL(RIGHTS).format(
            schema=Identifier(schema), database=Identifier(database), account=Identifier(account),
            **{kind: SQL(", ").join(map(Identifier, found)) for kind, found in names.items()},
        )  # fmt: skip
        cursor.execute(rights.as_string(cursor.connection))
        cursor.execute(STILL_MAY, {"account": account})
        is_owner, may_create = cursor.fetchone()
        if is_owner:
            raise DatabaseUnavailable(
                f"The account {account} in {SERVING} has the rights of the owner; it must have none of them."
            )
        if may_create:
            raise DatabaseUnavailable(
                f"The account {account} in {SERVING} may create tables, and {OWNER} can't take that away: let it own the database."
            )


@contextmanager
def _as_owner() -> Iterator[None]:
    """Let Django work as the owner of the tables, where there is one beside the serving account."""
    connection = connections[DEFAULT_DB_ALIAS]
    serving = connection.settings_dict
    connection.close()
    connection.settings_dict = serving | settings.SONAE_OWNER_DATABASE
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = serving


def _ask(question: str) -> tuple[Any, ...]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(question)
        return tuple(cursor.fetchone())


def _owned(*kinds: str) -> list[str]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(OWNED, [list(kinds)])
        return [name for (name,) in cursor.fetchall()]
