"""Each entry says which transaction wrote it. Two steps: with a constant the rows that are there needn't be written anew."""

from django.db import migrations, models
from django.db.models.expressions import RawSQL


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_second_look")]
    operations = [
        migrations.AddField("auditentry", "written_in", models.BigIntegerField(db_default=0)),
        migrations.AlterField(
            "auditentry",
            "written_in",
            models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", [])),
        ),
    ]
