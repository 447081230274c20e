"""Letters to many members by mail, the addresses that get none, and what mail servers sent back."""

from __future__ import annotations

from django.db import models

from sonae.apps.documents.models import OutboxMessage


class Letter(models.Model):
    """One letter to all members of some classes. The mails themselves are in the outbox, one for each member, as they were sent."""

    class Cover(models.TextChoices):
        ALL = "all"
        PAID = "paid"  # has a paid cover today
        UNPAID = "unpaid"  # has none

    class State(models.TextChoices):
        DRAFT = "draft"
        SCHEDULED = "scheduled"
        SENDING = "sending"
        DONE = "done"
        STOPPED = "stopped"

    subject_ja = models.CharField(max_length=120)
    subject_en = models.CharField(
        max_length=120, blank=True
    )  # English may be left out: then the letter is in Japanese alone
    body_ja = models.TextField()
    body_en = models.TextField(blank=True)
    classes = models.JSONField()  # codes of the member classes that are written to
    cover = models.CharField(max_length=10, choices=Cover.choices)
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    send_at = models.DateTimeField(null=True, blank=True)
    numbers = models.JSONField(null=True, blank=True)  # as they were shown before it was scheduled
    done_to = models.BigIntegerField(default=0)  # the member up to which mails are written
    written = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=200, blank=True)
    stop_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["send_at"], condition=models.Q(state__in=("scheduled", "sending")), name="letters_due")
        ]

    @property
    def key(self) -> str:
        """How the keys of its mails begin."""
        return f"letter:{self.pk}:"


class StopEntry(models.Model):
    """An address that gets no letters; what concerns its own cover it gets all the same."""

    class Why(models.TextChoices):
        ASKED = "asked"
        BOUNCED = "bounced"
        COMPLAINED = "complained"

    address = models.CharField(max_length=254)  # in small letters
    why = models.CharField(max_length=10, choices=Why.choices)
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    ended_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=models.Q(ended_at=None), name="an_address_is_stopped_once"
            )
        ]


class Bounce(models.Model):
    """What a mail server said of a mail that it could not deliver, or somebody of one that they did not want. Only ever added."""

    class Kind(models.TextChoices):
        PERMANENT = "permanent"
        TEMPORARY = "temporary"
        COMPLAINT = "complaint"

    digest = models.CharField(max_length=64, unique=True)  # of the report: sent twice, it counts once
    address = models.CharField(max_length=254)
    message = models.ForeignKey(OutboxMessage, null=True, on_delete=models.PROTECT, related_name="bounces")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=20, blank=True)  # RFC 3463, such as 5.1.1
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address"])]
