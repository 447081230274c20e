"""The series from which consultations are numbered."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contact", "0002_guards")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE sonae_consultation_number START 1", "DROP SEQUENCE sonae_consultation_number"
        )
    ]
