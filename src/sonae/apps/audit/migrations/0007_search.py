"""The log is searched by who, what, when and object, and sealed by transaction: an index for each, made while entries are written."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index that is made while the table is written to has no transaction
    dependencies = [("audit", "0006_chain_guards")]
    operations = [
        AddIndexConcurrently("auditentry", models.Index(fields=["written_in", "id"], name="audit_entry_written_in")),
        AddIndexConcurrently("auditentry", models.Index(fields=["occurred_at", "id"], name="audit_entry_when")),
        AddIndexConcurrently("auditentry", models.Index(fields=["actor", "occurred_at", "id"], name="audit_entry_who")),
        AddIndexConcurrently(
            "auditentry", models.Index(fields=["object_kind", "action", "occurred_at", "id"], name="audit_entry_what")
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(fields=["object_kind", "object_id", "occurred_at", "id"], name="audit_entry_object"),
        ),
        RemoveIndexConcurrently("auditentry", "audit_audit_object__3bde6b_idx"),
    ]
