"""What was done, by whom, and when. Rows are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models.expressions import RawSQL


class AuditEntry(models.Model):
    """One act, or that somebody looked. Rows are only ever added. ``detail`` never holds a card number, a code, a password or a
    token."""

    occurred_at = models.DateTimeField()
    actor = models.CharField(max_length=200)  # "user:12", "system:sweeper", "gateway:sandbox_card", "visitor"
    action = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    detail = models.JSONField(default=dict)
    # The transaction that wrote it, which the database fills in: by it a round of sealing knows what it can't have seen before.
    written_in = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []))

    class Meta:
        indexes = [
            models.Index(fields=["written_in", "id"], name="audit_entry_written_in"),
            # One for each question of the search, newest first.
            models.Index(fields=["occurred_at", "id"], name="audit_entry_when"),
            models.Index(fields=["actor", "occurred_at", "id"], name="audit_entry_who"),
            models.Index(fields=["object_kind", "action", "occurred_at", "id"], name="audit_entry_what"),
            models.Index(fields=["object_kind", "object_id", "occurred_at", "id"], name="audit_entry_object"),
        ]


class AuditLink(models.Model):
    """The place of an entry in the chain. Rows are only ever added, by rounds of sealing alone.

    No foreign key: the database would lock every entry a second time for it, and ``sonae audit verify`` asks the same.
    """

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without gaps
    entry = models.OneToOneField(AuditEntry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="link")
    sealed_at = models.DateTimeField()
    horizon = models.BigIntegerField()  # what transactions before this one wrote is linked by now
    digest = models.CharField(max_length=64)


class AuditDay(models.Model):
    """What had been sealed when a day ended in Japan; to be kept elsewhere. Rows are only ever added."""

    day = models.DateField(primary_key=True)
    last_position = models.BigIntegerField()
    entries = models.BigIntegerField()
    digest = models.CharField(max_length=64)


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
