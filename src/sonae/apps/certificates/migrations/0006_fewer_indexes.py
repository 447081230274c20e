"""No overlap is kept for each section apart, comparing no text, and indexes that nobody reads are gone: a million rows a year."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0005_change_requests"),
        ("parties", "0004_roles"),
        ("programmes", "0004_number_in_sql"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="certificate",
            name="no_overlapping_cover",
        ),
        migrations.AlterField(
            model_name="certificate",
            name="number",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="verification_code",
            field=models.CharField(max_length=32),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="certificate",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="certificates.certificate",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(fields=("number",), name="certificate_numbers_are_unique"),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(fields=("verification_code",), name="verification_codes_are_unique"),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("section", "free")),
                expressions=[("member", "="), ("cover", "&&")],
                name="no_overlapping_free_cover",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("section", "paid")),
                expressions=[("member", "="), ("cover", "&&")],
                name="no_overlapping_paid_cover",
            ),
        ),
    ]
