"""What the figures at the desk are counted from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0006_fewer_indexes"),
        ("reporting", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedCover",
            fields=[
                (
                    "certificate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="certificates.certificate",
                    ),
                ),
                ("seen_seq", models.PositiveIntegerField()),
                ("issued_on", models.DateField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("cancelled_on", models.DateField(null=True)),
                ("plan_code", models.CharField(max_length=20)),
                ("industry", models.CharField(max_length=40)),
                ("member_class", models.CharField(max_length=20)),
                ("total_premium_yen", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="FiguresMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(unique=True)),
                ("line_count", models.BigIntegerField()),
                ("written_yen", models.BigIntegerField()),
                ("earned_yen", models.BigIntegerField()),
                ("kept_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FiguresRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20, unique=True)),
                ("counted_at", models.DateTimeField(null=True)),
                ("seen", models.JSONField(default=dict)),
                ("held_at", models.DateTimeField(null=True)),
                ("held", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="KeptCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figure", models.CharField(max_length=40)),
                ("month", models.DateField()),
                ("plan_code", models.CharField(max_length=20)),
                ("industry", models.CharField(max_length=40)),
                ("member_class", models.CharField(max_length=20)),
                ("row_count", models.BigIntegerField()),
                ("yen", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("figure", "month", "plan_code", "industry", "member_class"),
                        name="each_count_is_kept_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EarnedLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("plan_code", models.CharField(max_length=20)),
                ("industry", models.CharField(max_length=40)),
                ("member_class", models.CharField(max_length=20)),
                ("written_yen", models.BigIntegerField()),
                ("earned_yen", models.BigIntegerField()),
                (
                    "certificate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certificates.certificate",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "certificate"), name="one_earned_line_for_each_certificate_and_month"
                    )
                ],
            },
        ),
    ]
