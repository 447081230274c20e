"""What a member said of its books stays; the latest counts."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_books_closing"), ("audit", "0002_guards")]
    operations = [append_only("billing_booksclosing")]
