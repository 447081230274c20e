from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_guards")]
    operations = [
        migrations.AddField(model_name="payment", name="asked_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state", "captured")),
                fields=["gateway", "captured_at"],
                name="payment_charged_lately",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("state", "person")), fields=["gateway"], name="payment_of_a_person"),
        ),
    ]
