"""Does the database's schema fit this code?"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from sonae.config.database import DatabaseUnavailable


def pending_migrations() -> list[str]:
    """The migrations that this code knows and the database has not seen."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def check_schema() -> None:
    """Raise ``DatabaseUnavailable`` in one line when the schema is older than the code."""
    pending = pending_migrations()
    if pending:
        raise DatabaseUnavailable(
            f"The database schema is older than this code ({len(pending)} steps, first {pending[0]}); run `sonae migrate`."
        )
