"""What members asked for stays as it came in."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("contact", "0004_data_requests"), ("audit", "0002_guards")]
    operations = [append_only("contact_datarequest")]
