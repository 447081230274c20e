"""What each expiring paid certificate was told about the next scheme year, and the runs that tell them all."""

from __future__ import annotations

from django.db import models

from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import SchemeYear


class RenewalOffer(models.Model):
    """The answer for one expiring certificate and the next scheme year, there once. It is made afresh when what it saw has
    changed: then ``revision`` rises and another letter goes out. ``seen_…`` and ``judged_on`` say what it stands on."""

    class Decision(models.TextChoices):
        OFFERED = "offered"
        LEFT = "left"  # no member any more at the turn (F21)
        REFERRED = "referred"  # outside the new product (F19): a person looks at it

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"  # taken up: never made afresh
        CLOSED = "closed"  # the certificate was cancelled before its expiry: nothing to renew

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="renewal_offers")
    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="renewal_offers")  # the next one
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="renewal_offers")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reasons = models.JSONField(default=list)  # codes; ``domain/renewal.py`` has their words by the product
    plan_code = models.CharField(max_length=20)
    industry = models.CharField(max_length=40)
    annual_sales = models.BigIntegerField()
    annual_premium = models.BigIntegerField()  # 0 where nothing is offered
    annual_premium_before = models.BigIntegerField()
    months_before = models.PositiveSmallIntegerField()  # how long the expiring cover lasted
    steps = models.JSONField(default=list)  # the waterfall: factor, difference in yen, joined to the next
    product_digest = models.CharField(max_length=64)
    seen_seq = models.PositiveIntegerField()  # the last act on the certificate
    seen_fact = models.BigIntegerField()  # the last fact about the member, by its id
    judged_on = models.DateField()  # Japan's date; facts that take effect later were only to come
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    letter_key = models.CharField(max_length=120, unique=True)  # of its paper
    offered_at = models.DateTimeField()  # of this revision
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "scheme_year"], name="one_offer_for_each_certificate_and_year"
            ),
        ]
        indexes = [models.Index(fields=["scheme_year", "state", "id"]), models.Index(fields=["member"])]


class RenewalRun(models.Model):
    """Every expiring certificate is gone through once. Any number of workers share it; killed, it goes on where it was."""

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"  # by a person; goes on where it was
        DONE = "done"
        HELD = "held"  # the totals don't come out: a person has to look

    key = models.CharField(max_length=60, unique=True)  # "offers:2026-12-01"
    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="renewal_runs")  # the next one
    expiring_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="+")
    product_digest = models.CharField(max_length=64)  # of the version that rules the next year
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    to_id = (
        models.BigIntegerField()
    )  # the last certificate that was there as the run began; later ones are followed one by one
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=200, blank=True)
    before = models.JSONField()  # control totals as the run began
    after = models.JSONField(null=True, blank=True)


class RenewalLane(models.Model):
    """Some of a run's certificates, by their ids, gone through in order: ``done_to`` moves with each chunk's transaction."""

    run = models.ForeignKey(RenewalRun, on_delete=models.CASCADE, related_name="lanes")
    to_id = models.BigIntegerField()
    done_to = models.BigIntegerField()
    tally = models.JSONField(default=dict)  # what was found and done so far
    seconds = models.FloatField(default=0)  # worked on it so far, all workers together
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "id"])]


class ParkedCertificate(models.Model):
    """A certificate for which no answer could be worked out, and why. The others go on without it; it can be tried again."""

    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="+")  # the next one
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=400, blank=True)
    tries = models.PositiveIntegerField(default=1)
    parked_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_year", "certificate"], name="a_certificate_is_parked_once"),
        ]
        indexes = [
            models.Index(
                fields=["parked_at"], condition=models.Q(resolved_at__isnull=True), name="certificate_parked_now"
            )
        ]


class Rehearsal(models.Model):
    """What the offers would be and how long they would take, tried out without leaving a trace. Rows are only ever added."""

    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="rehearsals")  # the next one
    rehearsed_at = models.DateTimeField()
    rehearsed_by = models.CharField(max_length=200)
    report = models.JSONField()
