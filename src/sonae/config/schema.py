"""The database's schema: does it fit this code, how is it brought there, and what may the serving account do with it?"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg.sql import SQL, Identifier

from sonae.apps.audit.append_only import append_only_tables
from sonae.config.database import OWNER, SERVING, DatabaseUnavailable

log = logging.getLogger("sonae.schema")
CONTRACT = "_contract"  # how the name of a migration ends that takes away what older code needs
LOCK_SECONDS = 2
LOCK_TRIES = 30

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


def unknown_migrations() -> list[str]:
    """The migrations that the database has seen and this code, which is older, does not know. Of other people's apps none count:
    they put old migrations together in their own time."""
    loader = MigrationExecutor(connections[DEFAULT_DB_ALIAS]).loader
    others = {config.label for config in apps.get_app_configs() if not config.name.startswith("sonae.")}
    unknown = loader.applied_migrations.keys() - loader.disk_migrations.keys()
    return sorted(f"{app}.{name}" for app, name in unknown if app not in others)


def check_schema() -> None:
    """Raise ``DatabaseUnavailable`` in one line when the schema is older than the code, too new for it, or not ours to use.

    A newer schema keeps what the release before it needs, until a migration whose name ends in ``_contract`` takes it away: so
    old code goes on serving beside the new, and can be gone back to, and says in the log that it is the old one.
    """
    try:
        pending, unknown = pending_migrations(), unknown_migrations()
    except ProgrammingError as error:
        if not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        raise DatabaseUnavailable(f"The account in {SERVING} has no rights here yet; run `sonae migrate`.") from error
    if pending:
        raise DatabaseUnavailable(
            f"The database schema is older than this code ({len(pending)} steps, first {pending[0]}); run `sonae migrate`."
        )
    contracted = [name for name in unknown if name.endswith(CONTRACT)]
    if contracted:
        raise DatabaseUnavailable(
            f"The database schema is too new for this code: {contracted[0]} took away what it needs; start the newer version."
        )
    if unknown:
        log.warning(
            "the database schema is newer than this code (%d steps, first %s)", len(unknown), sorted(unknown)[0]
        )


def migrate_database() -> None:
    """As the owner, bring the schema up to this code, the cache's table too, and give the serving account its rights.

    Raises ``DatabaseUnavailable`` when a table can't be had: each step is done whole or not at all, and the next call goes on.
    """
    *serving_place, account = _ask(WHERE_AND_WHO)
    with _as_owner():
        *owner_place, owner = _ask(WHERE_AND_WHO)
        if serving_place != owner_place:
            raise DatabaseUnavailable(f"{OWNER} and {SERVING} lead to different databases.")
        _patiently(lambda: call_command("migrate", verbosity=0, interactive=False))
        call_command("createcachetable", verbosity=0)
        if account != owner:
            _give_rights(account)


def _patiently(migrate: Callable[[], object]) -> None:
    """Whoever waits for a table to change it keeps everybody waiting who comes after, even to read it. So no step waits longer
    than ``LOCK_SECONDS`` behind a long reader; it is undone, lets those through who have come meanwhile, and tries again."""
    for turn in range(LOCK_TRIES):
        try:
            migrate()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            log.warning("a table is in use, the step is tried again (%d of %d)", turn + 1, LOCK_TRIES)
            time.sleep(LOCK_SECONDS)
        else:
            return
    raise DatabaseUnavailable(
        f"A table stayed in use for {LOCK_TRIES} tries; the steps before it are done, it and the rest are not. "
        "End the long statement (pg_stat_activity shows it) and run `sonae migrate` again."
    )


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
    owner = serving | settings.SONAE_OWNER_DATABASE
    patience = f"{owner['OPTIONS'].get('options', '')} -c lock_timeout={LOCK_SECONDS}s".strip()
    connection.settings_dict = owner | {"OPTIONS": {**owner["OPTIONS"], "options": patience}}
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
