"""What came back stays as it came."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_letters"), ("audit", "0002_guards")]
    operations = [append_only("letters_bounce")]
