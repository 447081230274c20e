"""What a product version would mean for whoever may renew under it, worked out before it is published."""

from __future__ import annotations

from django.db import models

from sonae.apps.programmes.models import ProductDraft, SchemeYear


class VersionEffect(models.Model):
    """Asked for at the desk, worked out by a worker, and kept with the digest of the files that it holds for."""

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        FAILED = "failed"  # the files, not the machine, are at fault

    digest = models.CharField(max_length=64)
    draft = models.ForeignKey(
        ProductDraft, on_delete=models.PROTECT, related_name="+"
    )  # that had these files, and when
    revision_number = models.PositiveIntegerField()
    expiring_year = models.ForeignKey(
        SchemeYear, on_delete=models.PROTECT, related_name="+"
    )  # whose certificates are judged
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "expiring_year"],
                condition=models.Q(state="asked"),
                name="an_effect_is_asked_for_once",
            ),
        ]
        indexes = [models.Index(fields=["digest", "expiring_year", "-id"])]
