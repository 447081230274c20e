"""Evidence only grows."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0002_initial"), ("audit", "0002_guards")]
    operations = [append_only("enrolment_documentopening"), append_only("enrolment_evidence")]
