"""Who has taken up what waits, what rests until when, and the views of the queue that people keep.

What waits is nowhere copied: it is read from the tables that it stands in (``sources/``). These rows only stand beside it.
"""

from __future__ import annotations

from django.db import models

from sonae.apps.parties.models import Organisation, User

LONGEST_KEY = 300
LONGEST_VIEW_NAME = 40


class WorkNote(models.Model):
    """What is known of one open item beside what its own table says. It stays when the item is done, and counts again if it
    comes back under the same key."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=LONGEST_KEY)
    assignee = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    assigned_at = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_note_for_each_work")]
        indexes = [models.Index(fields=["changed_at"], name="work_note_changed")]


class WorkStep(models.Model):
    """Who gave an item to whom, or let it rest until when. Rows are only ever added."""

    class Act(models.TextChoices):
        ASSIGNED = "assigned"
        GIVEN_BACK = "given_back"  # to nobody
        RESTED = "rested"
        WOKEN = "woken"

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=LONGEST_KEY)
    act = models.CharField(max_length=12, choices=Act.choices)
    assignee = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rests_until = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "id"], name="work_step_of_item")]


class SavedView(models.Model):
    """A choice of filters under a name, of one person, shown to colleagues where it is shared. It opens nothing to anybody:
    what is in the list follows from the rights of whoever looks."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=LONGEST_VIEW_NAME)
    chosen = models.JSONField()  # the filters by their names in addresses
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="views_of_a_person_have_names")]
        indexes = [models.Index(fields=["organisation"], condition=models.Q(is_shared=True), name="shared_view")]
