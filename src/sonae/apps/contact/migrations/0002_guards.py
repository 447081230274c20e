"""What was asked, agreed to and withdrawn stays as it came in."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        append_only("contact_consultation"),
        append_only("contact_consent"),
        append_only("contact_consentwithdrawal"),
    ]
