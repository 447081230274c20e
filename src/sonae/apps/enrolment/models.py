"""The way to a certificate: an application that is saved step by step, and the evidence of what was shown and answered."""

from __future__ import annotations

from django.db import models

from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import SchemeYear


class Application(models.Model):
    """A request for cover. One lives at a time for each member and scheme year, whatever the number of tabs."""

    class State(models.TextChoices):
        DRAFT = "draft"
        CONFIRMED = "confirmed"  # evidence sealed; may be paid
        PAYING = "paying"
        ISSUED = "issued"
        CLOSED = "closed"  # given up, too late, or referred; nothing is charged

    public_id = models.CharField(max_length=43, unique=True)
    number = models.CharField(max_length=20, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="applications")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    scheme_year = models.ForeignKey(SchemeYear, on_delete=models.PROTECT, related_name="applications")
    start_on = models.DateField()
    # The expiring certificate that this one follows, where it is a renewal: then the turn's calendar rules its start.
    renewal_of = models.ForeignKey(
        Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="renewal_applications"
    )
    state = models.CharField(max_length=12, choices=State.choices)
    closed_reason = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=2)
    plan_code = models.CharField(max_length=20, blank=True)
    industry = models.CharField(max_length=40, blank=True)
    annual_sales = models.BigIntegerField(null=True, blank=True)
    annual_premium = models.BigIntegerField(null=True, blank=True)
    term_premium = models.BigIntegerField(null=True, blank=True)
    quoted_on = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(
        default=0
    )  # rises with every change; an older page can't overwrite a newer one
    certificate = models.OneToOneField(
        Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="application"
    )
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "scheme_year"],
                condition=models.Q(state__in=["draft", "confirmed", "paying"]),
                name="one_living_application_for_each_member_and_year",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StepAnswers(models.Model):
    """The latest answers of one step, kept as given."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=20)
    answers = models.JSONField()
    revision = models.PositiveIntegerField()  # rises with every save; an older page can't overwrite a newer one unseen
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "step"], name="one_answer_set_for_each_step")]


class DocumentOpening(models.Model):
    """A document was opened by the applicant, in this version, at this moment. Rows are only ever added."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="openings")
    document = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    opened_at = models.DateTimeField()


class Evidence(models.Model):
    """What was shown, answered and agreed to, sealed at confirmation: one record with its digest. Rows are only ever added."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence")
    revision = models.PositiveIntegerField()
    record = models.JSONField()
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "revision"], name="one_seal_for_each_revision")]
