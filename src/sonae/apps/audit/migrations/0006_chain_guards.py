"""The chain can only grow."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_chain")]
    operations = [append_only("audit_auditlink"), append_only("audit_auditday")]
