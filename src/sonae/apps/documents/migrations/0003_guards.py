"""An issued paper stays as issued."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_initial"), ("audit", "0002_guards")]
    operations = [append_only("documents_paper"), append_only("documents_paperfile")]
