"""What every command begins with, and how it says that it was called wrongly."""

from __future__ import annotations

import os

USAGE_ERROR = 2


def start_django(*, needs_schema: bool = True) -> None:
    """Load the settings (which start the embedded database where there is no other) and check server and schema."""
    import django  # noqa: PLC0415  # after DJANGO_SETTINGS_MODULE is set

    from sonae.config import database  # noqa: PLC0415

    for setting in (database.SERVING, database.OWNER):
        if os.environ.get(setting):
            database.check_server(os.environ[setting], setting=setting)
    django.setup()
    if needs_schema:
        from sonae.config.schema import check_schema  # noqa: PLC0415  # needs the apps

        check_schema()
