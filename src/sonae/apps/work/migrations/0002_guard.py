"""Who was given what stays as it was recorded."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("work", "0001_queue"), ("audit", "0002_guards")]
    operations = [append_only("work_workstep")]
