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


class SecondLook(models.Model):
    """An act that one person asks for and another agrees to; only then is it done (four eyes)."""

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREED = "agreed"  # and done, in the same transaction
        DROPPED = "dropped"

    kind = models.CharField(max_length=40)  # a key of SONAE_SECOND_LOOKS
    object_id = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)  # what the act needs, and the numbers that both were shown
    reason = models.CharField(max_length=400)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "object_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=models.Q(state="waiting"), name="one_waiting_second_look"
            ),
            # Whoever asked may drop it, and nobody agrees to their own.
            models.CheckConstraint(
                condition=~models.Q(state="agreed") | ~models.Q(decided_by=models.F("asked_by")),
                name="a_second_look_takes_a_second_person",
            ),
        ]
