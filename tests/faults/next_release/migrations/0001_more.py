"""Everything that this version has stays, and it need not know of what is new."""

from django.db import migrations

MORE = """
ALTER TABLE programmes_schemeyear ADD COLUMN remark text NOT NULL DEFAULT '';
CREATE TABLE next_release_remark (id bigint PRIMARY KEY);
"""
LESS = "DROP TABLE next_release_remark; ALTER TABLE programmes_schemeyear DROP COLUMN remark;"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_number_in_sql")]
    operations = [migrations.RunSQL(MORE, LESS)]
