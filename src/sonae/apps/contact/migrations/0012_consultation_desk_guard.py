"""What happened to a consultation stays as it was recorded."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("contact", "0011_consultation_desk"), ("audit", "0002_guards")]
    operations = [append_only("contact_consultationevent")]
