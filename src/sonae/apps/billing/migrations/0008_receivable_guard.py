"""What is owed again is written once and stays."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_disputes_and_write_offs"), ("audit", "0002_guards")]
    operations = [append_only("billing_receivable")]
