"""What the organiser told us stays as it was told."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial"), ("audit", "0002_guards")]
    operations = [append_only("parties_membershipfact")]
