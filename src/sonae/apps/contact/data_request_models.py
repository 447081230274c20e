"""The register of what people ask about their personal data, however it came, and what was noted of it since. Both only grow."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sonae.domain.data_request import Kind, State, Step


class RegisteredRequest(models.Model):
    """One request; what members ask on their pages is here beside what comes by letter or telephone. Rows are only ever added."""

    class Channel(models.TextChoices):
        PORTAL = "portal"  # by somebody who had signed in
        LETTER = "letter"
        TELEPHONE = "telephone"
        MAIL = "mail"
        IN_PERSON = "in_person"

    number = models.CharField(max_length=20, unique=True)  # of a request of the portal the same
    form_key = models.CharField(max_length=43, unique=True)
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Kind])
    channel = models.CharField(max_length=10, choices=Channel.choices)
    asked = models.OneToOneField(
        "contact.DataRequest", null=True, on_delete=models.PROTECT, related_name="registered"
    )  # where it came from the portal
    member = models.ForeignKey("parties.Member", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.CharField(max_length=120)  # who asks
    agent_of = models.CharField(max_length=120, blank=True)  # for whom, where somebody asks for another
    email = models.EmailField(max_length=254, blank=True)
    reach = models.CharField(max_length=200, blank=True)  # where else they are answered
    wanted = models.TextField()
    language = models.CharField(max_length=2)
    received_on = models.DateField()
    due_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"])]

    def __str__(self) -> str:
        return self.number


class RegisteredRequestStep(models.Model):
    """What was noted of a request, in its order. Rows are only ever added."""

    request = models.ForeignKey(RegisteredRequest, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Step])
    happened_on = models.DateField()
    facts = models.JSONField()
    state = models.CharField(max_length=20, choices=[(one.value, one.value) for one in State])  # after it, for lists
    actor = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "seq"], name="one_step_of_a_request_after_another"),
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(kind="answered"), name="a_request_is_answered_once"
            ),
        ]
