"""The registers of complaints and of requests about personal data keep what was entered."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("contact", "0008_complaints_and_requests"), ("audit", "0002_guards")]
    operations = [
        append_only("contact_complaint"),
        append_only("contact_complaintstep"),
        append_only("contact_registeredrequest"),
        append_only("contact_registeredrequeststep"),
    ]
