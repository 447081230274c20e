"""Where the premium goes: the monthly lists for the insurer, what is remitted to it, and what the card processor pays out; and what
the figures at the desk are counted from."""

from __future__ import annotations

from django.db import models

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.models import ProductVersion


class Bordereau(models.Model):
    """A closed month's list for the insurer. ``product_version`` has its columns. Rows are only ever added."""

    month = models.DateField(unique=True)  # its first day
    product_version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="+")
    line_count = models.BigIntegerField()
    premium_yen = models.BigIntegerField()
    commission_yen = models.BigIntegerField()
    due_on = models.DateField()  # the net premium reaches the insurer by then
    digest = models.CharField(max_length=64)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def net_yen(self) -> int:
        return self.premium_yen - self.commission_yen


class BordereauLine(models.Model):
    """One act on a certificate as the insurer was told of it, once for ever. Rows are only ever added.

    ``facts`` is the canonical text that the digest was taken over (domain/bordereau.py).
    """

    bordereau = models.ForeignKey(Bordereau, on_delete=models.PROTECT, related_name="lines")
    number = models.BigIntegerField()
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="bordereau_line")
    premium_yen = models.BigIntegerField()
    commission_yen = models.BigIntegerField()
    facts = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bordereau", "number"], name="bordereau_lines_are_numbered")]


class RemittanceStep(models.Model):
    """A month's net premium was paid to the insurer, or that was taken back; the latest counts. Rows are only ever added."""

    class Kind(models.TextChoices):
        PAID = "paid"
        TAKEN_BACK = "taken_back"

    bordereau = models.ForeignKey(Bordereau, on_delete=models.PROTECT, related_name="remittance_steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    paid_on = models.DateField()
    bank_reference = models.CharField(max_length=80)
    reason = models.CharField(max_length=400, blank=True)
    actor = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bordereau", "number"], name="remittance_steps_are_numbered")]


class PayoutFile(models.Model):
    """A file in which the card processor says what it paid out. Rows are only ever added."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of its bytes
    form = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)


class Payout(models.Model):
    """One transfer of the processor to our bank: gross of its lines, what it kept, and what arrived. Rows are only ever added."""

    file = models.ForeignKey(PayoutFile, on_delete=models.PROTECT, related_name="payouts")
    gateway = models.CharField(max_length=40)
    payout_id = models.CharField(max_length=200)
    paid_on = models.DateField()
    line_count = models.BigIntegerField()
    gross_yen = models.BigIntegerField()
    cost_yen = models.BigIntegerField()
    net_yen = models.BigIntegerField()
    total_was_stated = models.BooleanField()  # whether the file itself named the total, and it was the sum of its lines

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "payout_id"], name="each_payout_counts_once")]


class PayoutLine(models.Model):
    """One line of a payout. Yen are signed as they move: what is taken from us is negative. Rows are only ever added."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    number = models.BigIntegerField()
    line_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    source_id = models.CharField(max_length=200)  # the processor's own name for the charge, refund or dispute
    payment_id = models.CharField(max_length=200)
    occurred_on = models.DateField()
    gross_yen = models.BigIntegerField()
    cost_yen = models.BigIntegerField()
    net_yen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payout", "number"], name="payout_lines_are_numbered")]
        indexes = [models.Index(fields=["payment_id", "kind"], name="payout_line_of_payment")]


class PayoutDecision(models.Model):
    """Somebody closed an item of the work list with a reason, or opened it again; the latest counts. Rows are only ever added."""

    class Kind(models.TextChoices):
        CLOSED = "closed"
        OPENED = "opened"

    item = models.CharField(max_length=300)  # the item's key, with what it says: a changed item is a new one
    kind = models.CharField(max_length=10, choices=Kind.choices)
    difference_yen = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    actor = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["item", "-id"], name="payout_decision_of_item")]


class CountedCover(models.Model):
    """A paid certificate as figures count it, folded once: a round makes it afresh when an act follows ``seen_seq``."""

    certificate = models.OneToOneField(Certificate, primary_key=True, on_delete=models.PROTECT, related_name="+")
    seen_seq = models.PositiveIntegerField()  # the last act that it stands on
    issued_on = models.DateField()  # Japan's date
    starts_on = models.DateField()
    ends_on = models.DateField()  # the first day without cover: that of the cancellation, or the expiry
    cancelled_on = models.DateField(null=True)
    plan_code = models.CharField(max_length=20)  # plan and industry as agreed for the end of its term
    industry = models.CharField(max_length=40)
    member_class = models.CharField(
        max_length=20
    )  # on the first day of cover, as it was known when it was first counted
    total_premium_yen = models.BigIntegerField()


class FiguresMonth(models.Model):
    """A month that is over, with its lines of earned premium: together what the books say of it. Rows are only ever added."""

    month = models.DateField(unique=True)  # its first day
    line_count = models.BigIntegerField()
    written_yen = models.BigIntegerField()
    earned_yen = models.BigIntegerField()
    kept_at = models.DateTimeField()


class EarnedLine(models.Model):
    """What one month did to the premium of one paid certificate, as it was known at the month's end. Rows are only ever added."""

    month = models.DateField()
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+", db_index=False)
    plan_code = models.CharField(max_length=20)
    industry = models.CharField(max_length=40)
    member_class = models.CharField(max_length=20)
    written_yen = models.BigIntegerField()
    earned_yen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "certificate"], name="one_earned_line_for_each_certificate_and_month"
            )
        ]


class KeptCount(models.Model):
    """A figure by month and whatever else its page divides it by, where counting its rows for every page would take too long. What
    the page doesn't divide by is empty."""

    figure = models.CharField(max_length=40)
    month = models.DateField()
    plan_code = models.CharField(max_length=20)
    industry = models.CharField(max_length=40)
    member_class = models.CharField(max_length=20)
    week = models.DateField(null=True)  # its Monday; a week that two months share is two rows
    language = models.CharField(max_length=2, db_default="")
    detail = models.CharField(max_length=40, db_default="")
    reason = models.CharField(max_length=40, db_default="")
    row_count = models.BigIntegerField()
    yen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "figure",
                    "month",
                    "week",
                    "plan_code",
                    "industry",
                    "member_class",
                    "language",
                    "detail",
                    "reason",
                ],
                nulls_distinct=False,
                name="each_part_is_kept_once",
            )
        ]


class FiguresRound(models.Model):
    """The last time that the figures were counted; one row. ``held`` has the totals that did not come out at a later try."""

    key = models.CharField(max_length=20, unique=True)
    counted_at = models.DateTimeField(null=True)
    seen = models.JSONField(
        default=dict
    )  # up to which facts and certificates the free cover is counted, and for which day; what of payouts was open then
    held_at = models.DateTimeField(null=True)
    held = models.JSONField(default=dict)
