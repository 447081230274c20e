"""The series from which quotes, applications, certificates and receipts are numbered."""

from django.db import migrations

SERIES = ("quote", "application", "certificate", "receipt")


class Migration(migrations.Migration):
    dependencies = [("programmes", "0002_guards")]
    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE sonae_{name}_number START 1", f"DROP SEQUENCE sonae_{name}_number")
        for name in SERIES
    ]
