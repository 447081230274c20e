"""What cover costs (charge), what was paid (payment), what was given back (refund), and the journal that ties them.

Charge, payment, refund and allocation are records of their own; a status is computed from them. Yen are whole.
"""

from __future__ import annotations

from django.db import models

from sonae.apps.parties.models import Member, User


class Charge(models.Model):
    """Premium that is owed, with the business key that makes it happen once."""

    key = models.CharField(max_length=120, unique=True)  # e.g. "enrol:{application}"
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="charges")
    charge_yen = models.BigIntegerField()
    recorded_at = models.DateTimeField()


class Payment(models.Model):
    """One try to pay by card. At most one is open or done for each purpose: the database sees to it."""

    class State(models.TextChoices):
        CREATED = "created"  # written down before the first call out
        OPEN = "open"  # the hosted card page waits
        CAPTURING = "capturing"  # checked again, capture asked for, answer not yet seen
        CAPTURED = "captured"
        UNKNOWN = "unknown"  # may or may not be done; the sweeper asks
        RELEASING = "releasing"  # must not be captured; the hold is being given back
        CLOSED = "closed"  # nothing was charged, nothing is held
        PERSON = "person"  # every automatic try was made; a person looks at it

    ALIVE = (State.CREATED, State.OPEN, State.CAPTURING, State.CAPTURED, State.UNKNOWN, State.RELEASING, State.PERSON)
    DUE = (State.CREATED, State.OPEN, State.CAPTURING, State.UNKNOWN, State.RELEASING)

    key = models.CharField(max_length=120, unique=True)  # idempotency key, made before the first call out
    purpose = models.CharField(max_length=120)  # the charge's business key
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="payments")
    charge_yen = models.BigIntegerField()
    gateway = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=State.choices)
    session_id = models.CharField(max_length=200, blank=True)
    payment_id = models.CharField(max_length=200, blank=True)
    checkout_url = models.URLField(max_length=1000, blank=True)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    failure_code = models.CharField(max_length=80, blank=True)
    closed_reason = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)  # by a round, about what had seemed settled

    # No column: whether the processor answered when this object was settled. Where it didn't, "open" is only what we know.
    answered = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=~models.Q(state="closed"), name="one_living_payment_for_each_purpose"
            ),
            models.UniqueConstraint(
                fields=["gateway", "session_id"],
                condition=~models.Q(session_id=""),
                name="one_payment_for_each_session",
            ),
            models.CheckConstraint(condition=models.Q(charge_yen__gt=0), name="payment_is_positive"),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=models.Q(next_check_at__isnull=False), name="payment_due"),
            models.Index(
                fields=["gateway", "captured_at"], condition=models.Q(state="captured"), name="payment_charged_lately"
            ),
            models.Index(fields=["gateway"], condition=models.Q(state="person"), name="payment_of_a_person"),
        ]


class PaymentStep(models.Model):
    """Each move of a payment from state to state, with what caused it. Rows are only ever added."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="steps")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    cause = models.CharField(max_length=40)  # "browser", "webhook", "sweeper", "member"
    detail = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()


class Refund(models.Model):
    """Money given back. Written down before the processor is asked; ``refunded_at`` when it has said yes."""

    key = models.CharField(max_length=120, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    refund_yen = models.BigIntegerField()
    reason = models.CharField(max_length=80)
    refund_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    refunded_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(refund_yen__gt=0), name="refund_is_positive")]


class Allocation(models.Model):
    """So much of a payment pays so much of a charge."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="allocations")
    allocated_yen = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "charge"], name="one_allocation_for_each_payment_and_charge"),
            models.CheckConstraint(condition=models.Q(allocated_yen__gt=0), name="allocation_is_positive"),
        ]


class JournalEntry(models.Model):
    """One booking. Its postings add to nought: a deferred constraint trigger checks it at commit. Rows are only ever added."""

    key = models.CharField(max_length=120, unique=True)
    booked_on = models.DateField()  # Japan's date
    recorded_at = models.DateTimeField()
    description = models.CharField(max_length=200)


class Posting(models.Model):
    """One line of a booking: debit positive, credit negative, whole yen. Rows are only ever added."""

    class Account(models.TextChoices):
        MEMBER_RECEIVABLE = "member_receivable"
        CARD_PROCESSOR = "card_processor"
        PREMIUM_PAYABLE = "premium_payable"  # held for the insurer (law row 14)
        REFUND_PAYABLE = "refund_payable"  # charged without cover: owed back to the card

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=40, choices=Account.choices)
    posted_yen = models.BigIntegerField()


class GatewayMessage(models.Model):
    """The inbox of the processor's webhooks. 2xx is answered only after the row is committed; each event counts once."""

    gateway = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=80)
    session_id = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="each_event_counts_once")]


class BooksClosing(models.Model):
    """In which month a member closes its books, for the tables we show it; the latest counts. Rows are only ever added."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="books_closings")
    closing_month = models.PositiveSmallIntegerField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closing_month__gte=1, closing_month__lte=12), name="books_close_in_a_month"
            )
        ]
