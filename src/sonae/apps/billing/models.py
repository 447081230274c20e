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


class CardConsent(models.Model):
    """A person's consent that the card of a payment is kept, in exactly the words that were shown. Rows are only ever added."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="card_consents")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    given_at = models.DateTimeField()


class SavedCard(models.Model):
    """A card that the processor keeps for a member's later payments. No card number is here, nor anything that could become one."""

    class Reason(models.TextChoices):
        REMOVED = "removed"  # by the member
        REPLACED = "replaced"  # by a newer one
        NO_COVER = "no_cover"  # kept with a payment that went back whole
        NOT_CHARGEABLE = "not_chargeable"  # the processor doesn't know it any more

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="saved_cards")
    consent = models.OneToOneField(CardConsent, on_delete=models.PROTECT, related_name="saved_card")
    gateway = models.CharField(max_length=40)
    token = models.CharField(max_length=255)  # the processor's name for it
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    expiry_year = models.PositiveSmallIntegerField()
    expiry_month = models.PositiveSmallIntegerField()
    saved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=20, blank=True, choices=Reason.choices)
    forgotten_at = models.DateTimeField(null=True, blank=True)  # when the processor said that it has let go of it
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "token"], name="each_card_is_kept_once"),
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(ended_at__isnull=True), name="one_saved_card_for_each_member"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=models.Q(ended_at__isnull=False, forgotten_at__isnull=True),
                name="saved_card_to_forget",
            )
        ]


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
    # Consent to keep the card that is typed on the page; the kept card that is charged instead of showing a page. Never both.
    card_consent = models.OneToOneField(
        CardConsent, null=True, blank=True, on_delete=models.PROTECT, related_name="payment"
    )
    saved_card = models.ForeignKey(SavedCard, null=True, blank=True, on_delete=models.PROTECT, related_name="payments")
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
            models.CheckConstraint(
                condition=models.Q(card_consent__isnull=True) | models.Q(saved_card__isnull=True),
                name="payment_keeps_a_card_or_charges_one",
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=models.Q(next_check_at__isnull=False), name="payment_due"),
            models.Index(
                fields=["gateway", "captured_at"], condition=models.Q(state="captured"), name="payment_charged_lately"
            ),
            models.Index(fields=["gateway"], condition=models.Q(state="person"), name="payment_of_a_person"),
            models.Index(fields=["payment_id"], condition=~models.Q(payment_id=""), name="payment_of_the_processor"),
            models.Index(fields=["purpose"], name="payment_of_a_purpose"),  # those that came to nothing among them
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
    # Where the card holder got this money by a dispute that we lost, before it could be given back.
    dispute = models.ForeignKey(
        "Dispute", null=True, blank=True, on_delete=models.PROTECT, related_name="refunds_made_by_it"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(refund_yen__gt=0), name="refund_is_positive")]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(refunded_at__isnull=True, next_check_at__isnull=True),
                name="refund_of_a_person",
            )
        ]


class Dispute(models.Model):
    """A card holder's bank has taken a charge back, for now or for good. It ends no cover."""

    class State(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    dispute_id = models.CharField(max_length=200)  # the processor's
    dispute_yen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "dispute_id"], name="each_dispute_counts_once"),
            models.CheckConstraint(condition=models.Q(dispute_yen__gt=0), name="dispute_is_positive"),
        ]
        indexes = [models.Index(fields=["payment"], condition=models.Q(state="open"), name="dispute_open")]


class Receivable(models.Model):
    """Premium that was paid and is owed again, because its money went back to the card. Rows are only ever added."""

    class Reason(models.TextChoices):
        REFUNDED_ELSEWHERE = "refunded_elsewhere"
        DISPUTE_LOST = "dispute_lost"

    key = models.CharField(max_length=120, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="receivables")
    receivable_yen = models.BigIntegerField()
    reason = models.CharField(max_length=20, choices=Reason.choices)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(receivable_yen__gt=0), name="receivable_is_positive")]


class WriteOff(models.Model):
    """A receivable that is given up, for a reason; above a limit only when a second person says so too."""

    class State(models.TextChoices):
        WAITING = "waiting"  # for the second person; nothing is booked
        DONE = "done"
        DROPPED = "dropped"  # the second person said no, or the first one thought better of it; nothing was booked
        TAKEN_BACK = "taken_back"  # booked, and booked back: the premium is owed again

    DISPUTE_REVERSED = "dispute_reversed"  # why the system took one back: the money came back after all

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="write_offs")
    write_off_yen = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=12, choices=State.choices)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Why it was dropped, or what was checked.
    decision_reason = models.CharField(max_length=400, blank=True, db_default="")
    taken_back_by = models.CharField(max_length=200, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receivable"],
                condition=models.Q(state__in=["waiting", "done"]),
                name="one_living_write_off_for_each_receivable",
            ),
            models.CheckConstraint(condition=models.Q(write_off_yen__gt=0), name="write_off_is_positive"),
        ]


class HandReturn(models.Model):
    """Return premium that no card can take back: the desk transfers it to the member's bank account."""

    key = models.CharField(max_length=120, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="hand_returns")
    return_yen = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    transferred_on = models.DateField(null=True, blank=True)
    transfer_reference = models.CharField(max_length=100, blank=True)
    transferred_by = models.CharField(max_length=200, blank=True)
    transfers = models.PositiveIntegerField(default=0)  # noted so far, those taken back among them

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(return_yen__gt=0), name="hand_return_is_positive")]
        indexes = [
            models.Index(
                fields=["recorded_at"], condition=models.Q(transferred_on__isnull=True), name="hand_return_to_transfer"
            )
        ]


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
        REFUND_PAYABLE = "refund_payable"  # owed back to the card
        DISPUTED = "disputed"  # taken back by the card holder's bank until it has decided
        RETURN_BY_HAND = "return_by_hand"  # owed back to the member, and no card can take it
        WRITTEN_OFF = "written_off"  # premium that we gave up
        PROCESSOR_COSTS = "processor_costs"  # what the card processor keeps for itself
        BANK = "bank"

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
