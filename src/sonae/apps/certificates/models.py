"""A member's cover in one scheme year and section, and the log of dated acts on it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from sonae.apps.billing.models import Charge
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import SchemeYear


class Certificate(models.Model):
    """Proof of a member's cover. It has no end of its own: the scheme year has one; ``cancelled_on`` is the only other."""

    class Section(models.TextChoices):
        FREE = "free"
        PAID = "paid"

    number = models.CharField(max_length=20)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="certificates")
    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="certificates")
    section = models.CharField(max_length=10, choices=Section.choices)
    starts_on = models.DateField()
    cancelled_on = models.DateField(null=True, blank=True)
    # Derived by a trigger from the start, the scheme year's expiry and the cancellation; the exclusion constraint needs a column.
    cover = DateRangeField(editable=False)
    verification_code = models.CharField(max_length=32)
    renewed_from = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewal")
    issued_at = models.DateTimeField()

    class Meta:
        # A million rows a year: one constraint for each section compares no text, and unique constraints bring no second index
        # for searches by pattern, as unique fields would.
        constraints = [
            models.UniqueConstraint(fields=["number"], name="certificate_numbers_are_unique"),
            models.UniqueConstraint(fields=["verification_code"], name="verification_codes_are_unique"),
            *(
                ExclusionConstraint(
                    name=f"no_overlapping_{section}_cover",
                    expressions=[("member", RangeOperators.EQUAL), ("cover", RangeOperators.OVERLAPS)],
                    condition=models.Q(section=section),
                )
                for section in ("free", "paid")
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Transaction(models.Model):
    """One dated, recorded act on a certificate, with the fields that it changes. Rows are only ever added."""

    class Kind(models.TextChoices):
        NEW = "new"
        CHANGE = "change"
        CANCELLATION = "cancellation"
        REINSTATEMENT = "reinstatement"
        REVERSAL = "reversal"

    # Its numbers are unique for each certificate: that index finds them, a second one would only cost.
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="transactions", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    effective_date = models.DateField()
    recorded_at = models.DateTimeField()
    patch = models.JSONField()  # the fields that this act sets: plan, industry, annual_sales, insured …
    actor = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)
    rating_digest = models.CharField(max_length=64)
    total_premium_after = models.BigIntegerField()
    premium_difference = models.BigIntegerField()
    charge = models.OneToOneField(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="transaction")
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "seq"], name="transactions_are_numbered")]
        ordering = ["certificate_id", "seq"]


class ChangeRequest(models.Model):
    """Something that somebody wants done to a certificate, as it was previewed. What costs more waits until that is paid; all
    else is recorded in the same moment. Each key asks once, however often it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting"  # for the additional premium; nothing is recorded yet
        DONE = "done"
        CLOSED = "closed"  # given up, overtaken by another act, or refunded; nothing was recorded

    PURPOSE = "change"  # of the payments for it

    key = models.CharField(max_length=120, unique=True)
    public_id = models.CharField(max_length=43, unique=True)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="change_requests")
    kind = models.CharField(max_length=20, choices=Transaction.Kind.choices)
    asked_for = models.DateField()  # the day that was named; the product's rule makes the effective date of it
    patch = models.JSONField()  # flat: "plan", "insured.name" …
    target_seq = models.PositiveIntegerField(null=True, blank=True)  # the act to undo
    decisions = models.JSONField()  # number of a later act in conflict → whether the new value goes on beyond it
    seen_seq = models.PositiveIntegerField()  # the last act that the preview knew of
    difference_yen = models.BigIntegerField()
    actor = models.CharField(max_length=200)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="change_requests")
    reason = models.CharField(max_length=200)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State.choices)
    closed_reason = models.CharField(max_length=40, blank=True)
    first_seq = models.PositiveIntegerField(null=True, blank=True)  # the first act that was recorded for it
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=models.Q(state="waiting"),
                name="one_change_waits_for_each_certificate",
            ),
        ]

    @property
    def purpose(self) -> str:
        """The business key of what is paid for it."""
        return f"{self.PURPOSE}:{self.public_id}"
