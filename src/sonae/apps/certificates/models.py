"""A member's cover in one scheme year and section, and the log of dated acts on it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from sonae.apps.billing.models import Charge
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import SchemeYear


class Certificate(models.Model):
    """Proof of a member's cover. It has no end of its own: the scheme year has one; ``cancelled_on`` is the only other."""

    class Section(models.TextChoices):
        FREE = "free"
        PAID = "paid"

    number = models.CharField(max_length=20, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="certificates")
    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="certificates")
    section = models.CharField(max_length=10, choices=Section.choices)
    starts_on = models.DateField()
    cancelled_on = models.DateField(null=True, blank=True)
    # Derived by a trigger from the start, the scheme year's expiry and the cancellation; the exclusion constraint needs a column.
    cover = DateRangeField(editable=False)
    verification_code = models.CharField(max_length=32, unique=True)
    renewed_from = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewal")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="no_overlapping_cover",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("section", RangeOperators.EQUAL),
                    ("cover", RangeOperators.OVERLAPS),
                ],
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

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="transactions")
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
