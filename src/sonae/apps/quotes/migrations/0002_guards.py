"""A kept quote stays what was promised."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("quotes", "0001_initial"), ("audit", "0002_guards")]
    operations = [append_only("quotes_quote")]
