"""An application may renew an expiring certificate."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0006_fewer_indexes"),
        ("enrolment", "0003_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="renewal_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewal_applications",
                to="certificates.certificate",
            ),
        ),
    ]
