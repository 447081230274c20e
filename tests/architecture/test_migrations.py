"""A migration leaves the code of the version before it working: what it adds need not be known, and what it takes away it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from sonae.config.schema import CONTRACT

TAKE_AWAY = (
    migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable,
)  # fmt: skip
# From before this was a rule, when no version had been put into service yet.
BEFORE_THE_RULE = {
    "billing.0002_initial",
    "certificates.0002_initial",
    "documents.0002_initial",
    "enrolment.0002_initial",
}


def ours() -> Iterator[migrations.Migration]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith("sonae.")}
    return (one for (app, _), one in sorted(loader.disk_migrations.items()) if app in labels)


def faults_of(migration: migrations.Migration) -> list[str]:
    """What of it would break the code of the version before, that goes on serving beside it."""
    made = {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}
    found = []
    for one in migration.operations:
        name = f"{migration.app_label}.{migration.name}: {one.describe()}"
        if isinstance(one, TAKE_AWAY) and not migration.name.endswith(CONTRACT):
            found.append(f"{name}: only a migration whose name ends in {CONTRACT} takes anything away")
        if (
            isinstance(one, migrations.AddField)
            and one.model_name.lower() not in made
            and not _can_be_left_out(one.field)
        ):
            found.append(f"{name}: code that doesn't know it can't insert a row; give it db_default, or let it be null")
    return found


def _can_be_left_out(field: models.Field) -> bool:  # type: ignore[type-arg]  # any field
    return field.null or field.db_default is not NOT_PROVIDED or field.many_to_many


def test_each_migration_leaves_the_version_before_it_working() -> None:
    found = [
        fault for one in ours() for fault in faults_of(one) if f"{one.app_label}.{one.name}" not in BEFORE_THE_RULE
    ]
    assert found == []


def test_nothing_is_excused_that_keeps_the_rule_or_is_gone() -> None:
    assert BEFORE_THE_RULE - {f"{one.app_label}.{one.name}" for one in ours() if faults_of(one)} == set()


def migration(name: str, *operations: migrations.operations.base.Operation) -> migrations.Migration:
    made = migrations.Migration(name, "quotes")
    made.operations = list(operations)
    return made


@pytest.mark.parametrize(
    ("made", "faults"),
    [
        (migration("0002_more", migrations.AddField("quote", "remark", models.TextField())), 1),
        (migration("0002_more", migrations.AddField("quote", "remark", models.TextField(default=""))), 1),
        (migration("0002_more", migrations.AddField("quote", "remark", models.TextField(null=True))), 0),
        (migration("0002_more", migrations.AddField("quote", "remark", models.TextField(db_default=""))), 0),
        (migration("0002_less", migrations.RemoveField("quote", "remark")), 1),
        (migration("0002_less", migrations.RenameField("quote", "remark", "note")), 1),
        (migration("0002_less", migrations.DeleteModel("quote")), 1),
        (migration("0002_drop_remark_contract", migrations.RemoveField("quote", "remark")), 0),
    ],
)
def test_the_rule_finds_what_breaks_it_and_nothing_else(made: migrations.Migration, faults: int) -> None:
    assert len(faults_of(made)) == faults
