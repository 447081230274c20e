"""The complaints register: what came in, and what was noted of it since. Both only grow."""

from __future__ import annotations

from django.db import models

from sonae.domain.complaint import State, Step


class Complaint(models.Model):
    """A complaint as it came in. ``summary`` names nobody: the insurer reads it too. Rows are only ever added."""

    class Channel(models.TextChoices):
        TELEPHONE = "telephone"
        MAIL = "mail"
        LETTER = "letter"
        WEB = "web"
        IN_PERSON = "in_person"

    class Against(models.TextChoices):
        ORGANISER = "organiser"
        INSURER = "insurer"
        AGENCY = "agency"
        OPERATOR = "operator"
        OTHER = "other"

    number = models.CharField(max_length=20, unique=True)
    form_key = models.CharField(max_length=43, unique=True)  # one form gives one complaint, however often it is sent
    received_on = models.DateField()
    channel = models.CharField(max_length=10, choices=Channel.choices)
    category = models.CharField(max_length=40)  # a code of complaints.toml
    against = models.CharField(max_length=10, choices=Against.choices)
    gravity = models.CharField(max_length=20)  # as it looked at first; a code of complaints.toml
    summary = models.TextField()
    complainant = models.CharField(max_length=120, blank=True)
    reach = models.CharField(max_length=200, blank=True)  # where the complainant is answered
    consultation_number = models.CharField(max_length=20, blank=True)
    member_number = models.CharField(max_length=20, blank=True)
    due_on = models.DateField()  # by how grave it looked at first
    days = models.JSONField()  # until when an answer is owed, by gravity, as the rule was when it came in
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"])]

    def __str__(self) -> str:
        return self.number


class ComplaintStep(models.Model):
    """What was noted of a complaint, in its order, and where it stands then. Rows are only ever added."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Step])
    happened_on = models.DateField()
    facts = models.JSONField()
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in State])  # after it, for lists
    gravity = models.CharField(max_length=20)
    due_on = models.DateField()
    actor = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "seq"], name="one_step_of_a_complaint_after_another")
        ]
