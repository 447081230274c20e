"""The audit log can only grow. Creates the guard that every other log uses."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only, guard_function


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [guard_function(), append_only("audit_auditentry")]
