"""What was done, by whom, and when. Rows are only ever added."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act. ``detail`` never holds a card number, a code, a password or a token."""

    occurred_at = models.DateTimeField()
    actor = models.CharField(max_length=200)  # "user:12", "system:sweeper", "gateway:sandbox_card", "visitor"
    action = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["object_kind", "object_id"])]


class Throttle(models.Model):
    """How often something was tried within one window; shared by all processes."""

    key = models.CharField(max_length=200, primary_key=True)
    window_ends_at = models.DateTimeField()
    tries = models.PositiveIntegerField()
