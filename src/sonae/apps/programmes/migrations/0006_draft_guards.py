"""What was saved of a draft stays as it was saved."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("programmes", "0005_product_drafts"), ("audit", "0002_guards")]
    operations = [append_only("programmes_draftcontent"), append_only("programmes_draftrevision")]
