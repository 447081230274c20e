"""Filling a database for a measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import psycopg


def run_all(statements: str, values: Mapping[str, object]) -> None:
    """Several statements in one text, the values written into it: the program's own cursors send one at a time."""
    from django.db import connection

    connection.ensure_connection()
    raw = cast("psycopg.Connection[object]", connection.connection)
    with psycopg.ClientCursor(raw) as cursor:
        cursor.execute(statements, values)
