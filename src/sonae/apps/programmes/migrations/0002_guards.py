"""A published product version can't be changed, in the database either."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("audit", "0002_guards")]
    operations = [append_only("programmes_productversion")]
