"""Something asked for, previewed and waiting or done."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0004_lean_cover"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("public_id", models.CharField(max_length=43, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("change", "Change"),
                            ("cancellation", "Cancellation"),
                            ("reinstatement", "Reinstatement"),
                            ("reversal", "Reversal"),
                        ],
                        max_length=20,
                    ),
                ),
                ("asked_for", models.DateField()),
                ("patch", models.JSONField()),
                ("target_seq", models.PositiveIntegerField(blank=True, null=True)),
                ("decisions", models.JSONField()),
                ("seen_seq", models.PositiveIntegerField()),
                ("difference_yen", models.BigIntegerField()),
                ("actor", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("closed", "Closed")], max_length=10
                    ),
                ),
                ("closed_reason", models.CharField(blank=True, max_length=40)),
                ("first_seq", models.PositiveIntegerField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_requests",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("certificate",),
                        name="one_change_waits_for_each_certificate",
                    )
                ],
            },
        ),
    ]
