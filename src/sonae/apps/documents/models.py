"""Papers as issued and mails as sent, each once for each event."""

from __future__ import annotations

from django.db import models

from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import ProductVersion


class Paper(models.Model):
    """The facts of an issued paper, frozen in the transaction that issued it. The PDF is made from them when first needed."""

    class Kind(models.TextChoices):
        ESTIMATE = "estimate"
        CERTIFICATE = "certificate"
        FREE_CERTIFICATE = "free_certificate"
        ENDORSEMENT = "endorsement"
        RECEIPT = "receipt"
        DISCLOSURE_COPY = "disclosure_copy"
        IMPORTANT_MATTERS = "important_matters"
        RENEWAL_OFFER = "renewal_offer"
        RENEWAL_REFUSED = "renewal_refused"  # why there is no offer, and what comes next

    key = models.CharField(max_length=120, unique=True)  # e.g. "certificate:C-…:1"
    kind = models.CharField(max_length=20, choices=Kind.choices)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="papers")
    product_version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="papers")
    language = models.CharField(max_length=2)
    file_name = models.CharField(max_length=120)
    facts = models.JSONField()
    issued_at = models.DateTimeField()


class PaperFile(models.Model):
    """The PDF of a paper, kept as first made (law row 16). Rows are only ever added."""

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="file")
    pdf = models.BinaryField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()


class OutboxMessage(models.Model):
    """A mail, written in the transaction of what it tells of and sent afterwards: none for a rolled-back act, none lost."""

    key = models.CharField(max_length=120, unique=True)
    recipient = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    language = models.CharField(max_length=2)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(sent_at__isnull=True), name="outbox_due"),
            models.Index(fields=["recipient"], name="outbox_recipient"),
        ]


class NoticeRead(models.Model):
    """A person has read one notice of a member. Notices themselves are derived from what happened and are no rows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices_read")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=160)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "member", "key"], name="a_notice_is_read_once")]
