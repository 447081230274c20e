"""What came in and what happened stays as it was recorded; the series from which cases and outside events are numbered."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        append_only("incidents_outsideevent"),
        append_only("incidents_case"),
        append_only("incidents_caseevent"),
        *(
            migrations.RunSQL(f"CREATE SEQUENCE sonae_{series}_number START 1", f"DROP SEQUENCE sonae_{series}_number")
            for series in ("case", "claim", "outside_event")
        ),
    ]
