from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_guards")]
    operations = [
        migrations.AddField(model_name="payment", name="asked_at", field=models.DateTimeField(blank=True, null=True)),
    ]
