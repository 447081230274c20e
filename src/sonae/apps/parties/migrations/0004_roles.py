"""Two kinds of colleagues: those who may change something, as all could until now, and those who only look."""

from typing import Any

from django.db import migrations, models


def rename_colleagues(apps: Any, schema_editor: object) -> None:
    apps.get_model("parties", "MemberAccess").objects.filter(role="colleague").update(role="administrator")


def rename_administrators(apps: Any, schema_editor: object) -> None:
    apps.get_model("parties", "MemberAccess").objects.filter(role="administrator").update(role="colleague")


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_feed_of_facts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="memberaccess",
            name="role",
            field=models.CharField(
                choices=[("owner", "Owner"), ("administrator", "Administrator"), ("reader", "Reader")], max_length=20
            ),
        ),
        migrations.RunPython(rename_colleagues, rename_administrators),
    ]
