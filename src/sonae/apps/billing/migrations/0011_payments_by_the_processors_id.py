from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Outside a transaction, so that payments go on being written meanwhile."""

    atomic = False
    dependencies = [("billing", "0010_card_consent_guard")]

    operations = [
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                fields=["payment_id"], condition=~models.Q(payment_id=""), name="payment_of_the_processor"
            ),
        ),
    ]
