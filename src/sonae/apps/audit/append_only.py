"""The database itself refuses to change or delete rows of a log."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.db.migrations.operations import RunSQL

CREATE_GUARD = """
CREATE OR REPLACE FUNCTION sonae_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def guard_function() -> RunSQL:
    """Create the function that the guards call; once, before the first guard."""
    return RunSQL(CREATE_GUARD, "DROP FUNCTION IF EXISTS sonae_refuse_change()")


def append_only(table: str) -> RunSQL:
    """A migration step: UPDATE, DELETE and TRUNCATE on ``table`` fail from now on."""
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION sonae_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION sonae_refuse_change();
        """,
        f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}; DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};",
    )


def append_only_tables(cursor: CursorWrapper) -> list[str]:
    """The tables that are guarded in this database."""
    cursor.execute(
        """SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
           WHERE tgfoid = 'sonae_refuse_change'::regproc ORDER BY relname"""
    )
    return [name for (name,) in cursor.fetchall()]
