"""Cases as they came in, what happened to them, and the outside events that tie many of them together."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import ProductVersion
from sonae.domain.incident.case import Channel, EventKind, OutsideKind
from sonae.domain.incident.tracks import Track


class OutsideEvent(models.Model):
    """A vendor's leak, a vulnerability, a campaign: one thing outside that touches many firms. Rows are only ever added."""

    number = models.CharField(max_length=20, unique=True)
    form_key = models.CharField(max_length=43, unique=True)  # one form gives one event, however often it is sent
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in OutsideKind])
    name = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)  # a CVE, an advisory, the vendor's own number
    noted_by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class Case(models.Model):
    """What a member told us had happened, or might have; as it came in. Rows are only ever added: how the case stands is the fold
    of its events (``domain/incident``)."""

    token = models.CharField(max_length=43, unique=True)
    number = models.CharField(max_length=20, unique=True)
    form_key = models.CharField(max_length=43, unique=True)  # one form gives one case, however often it is sent
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cases")
    # The cover on the day on which it became known, as it was known when the case came in; the claim looks anew.
    certificate = models.ForeignKey(Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    product_version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=40)  # of the product's kinds of event
    way_in = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Channel])
    reported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact_name = models.CharField(max_length=80, blank=True)
    telephone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    told = models.TextField(blank=True)  # in the member's own words
    language = models.CharField(max_length=2)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at", "id"])]

    def __str__(self) -> str:
        return self.number


class CaseEvent(models.Model):
    """One thing that happened in a case: who, in which part, when, and when it was written down. Rows are only ever added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()  # in the order of recording, from 1
    key = models.CharField(max_length=60, unique=True)  # one form on one screen counts once, however often it is sent
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in EventKind])
    channel = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Channel])
    actor = models.CharField(max_length=200)
    role = models.CharField(max_length=40)  # at that moment: "insurer:claims_handler", "member:owner", "system"
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    track = models.CharField(max_length=12, blank=True, choices=[(one.value, one.value) for one in Track])
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)  # the note, what was said, the reason
    facts = models.JSONField(default=dict, blank=True)  # by code: what was found out, the priority, the clock
    outside_event = models.ForeignKey(
        OutsideEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="ties"
    )
    other_case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="one_case_event_for_each_place"),
            models.CheckConstraint(
                condition=~Q(kind=EventKind.MOVED.value)
                | (~Q(track="") & ~Q(from_state="") & ~Q(to_state="") & ~Q(from_state=F("to_state"))),
                name="a_move_says_from_where_to_where",
            ),
            models.CheckConstraint(
                condition=Q(occurred_at__lte=F("recorded_at")), name="what_happened_in_a_case_lies_back"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EventKind.TIED.value, EventKind.UNTIED.value]) | ~Q(outside_event=None),
                name="a_tie_names_its_outside_event",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EventKind.MERGED.value, EventKind.SPLIT.value]) | ~Q(other_case=None),
                name="a_merger_names_the_other_case",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "track", "occurred_at", "seq"], condition=~Q(track=""), name="case_moves")
        ]
