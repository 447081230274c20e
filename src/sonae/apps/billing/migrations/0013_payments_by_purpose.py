from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Outside a transaction, so that payments go on being written meanwhile."""

    atomic = False
    dependencies = [("billing", "0012_money_that_waits")]

    operations = [
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["purpose"], name="payment_of_a_purpose"),
        ),
    ]
