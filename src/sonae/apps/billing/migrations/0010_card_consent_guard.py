"""What somebody agreed to stays as it was shown."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_saved_cards"), ("audit", "0002_guards")]
    operations = [append_only("billing_cardconsent")]
