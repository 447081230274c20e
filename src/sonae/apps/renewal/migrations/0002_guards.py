"""Rehearsals stay as they were reported."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("renewal", "0001_offers"), ("audit", "0002_guards")]
    operations = [append_only("renewal_rehearsal")]
