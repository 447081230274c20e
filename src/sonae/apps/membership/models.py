"""What the organiser sends of its members, each file as it came and what became of it; and how the free cover follows."""

from __future__ import annotations

from django.db import models

from sonae.apps.programmes.models import Programme, SchemeYear


class Feed(models.Model):
    """One file of the organiser: the whole list on a day, or changes. The facts that it leads to name it as their source."""

    class Form(models.TextChoices):
        LIST = "list"  # everybody who is a member on the day; who isn't on it has left
        CHANGES = "changes"  # only what changed; the others stay as they are

    class Channel(models.TextChoices):
        DESK = "desk"
        COMMAND = "command"
        HTTP = "http"
        FOLDER = "folder"
        BUCKET = "bucket"

    class State(models.TextChoices):
        RECEIVED = "received"  # kept, not read yet
        REFUSED = "refused"  # isn't what it says it is; nothing of it is used
        CHECKED = "checked"  # the dry run is there; may be applied
        HELD = "held"  # the brake holds it until a second person releases it
        APPLIED = "applied"
        WITHDRAWN = "withdrawn"  # given up by a person before it was applied

    digest = models.CharField(max_length=64)  # SHA-256 of the bytes
    size = models.BigIntegerField()  # bytes
    file_name = models.CharField(max_length=200)
    form = models.CharField(max_length=10, choices=Form.choices)
    effective_date = (
        models.DateField()
    )  # the day on which the list holds, or from which changes without a day of their own do
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)
    refusal = models.JSONField(null=True, blank=True)  # code and details of why the whole file was refused
    dry_run = models.JSONField(null=True, blank=True)  # counts and examples by reason, totals before and after
    checked_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, blank=True)
    release_reason = models.CharField(max_length=400, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.CharField(max_length=200, blank=True)
    # The free cover follows the members of this feed in order of their id; up to this one it is done, all when the moment is set.
    followed_to = models.BigIntegerField(default=0)
    followed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "form", "effective_date"],
                condition=models.Q(state__in=["received", "checked", "held", "applied"]),
                name="one_living_feed_for_each_file",
            ),
        ]
        indexes = [models.Index(fields=["-received_at"])]

    @property
    def source(self) -> str:
        """What ``MembershipFact.source`` says of facts that came with this feed."""
        return f"feed:{self.pk}"


class FeedChunk(models.Model):
    """A piece of the file's bytes, so that a large one is neither held in memory nor tied to one machine."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="chunks")
    seq = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "seq"], name="chunks_are_numbered")]


class FeedRow(models.Model):
    """One good row as it was read. Thrown away with the chunks some time after the feed was applied."""

    class Act(models.TextChoices):
        LISTED = "listed"
        JOINED = "joined"
        CHANGED = "changed"
        LEFT = "left"
        KEPT = "kept"  # on the list, but its row was set aside: whoever it is keeps what they had

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act.choices)
    effective_date = models.DateField()
    number = models.CharField(max_length=20)
    member_class = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    name_kana = models.CharField(max_length=160, blank=True)
    email = models.CharField(max_length=254, blank=True)
    telephone = models.CharField(max_length=20, blank=True)


class SetAsideRow(models.Model):
    """One row that can't be used, with where it stands and why; the good rows go on without it."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="set_aside")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=40)
    column = models.CharField(max_length=40, blank=True)
    raw = models.TextField()  # as it stands in the file, cut after 1,000 characters

    class Meta:
        indexes = [models.Index(fields=["feed", "line"])]


class FreeCoverEnd(models.Model):
    """The organiser ends the free cover from a day on (F05). It can be taken back until that day."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="free_cover_ends")
    ends_on = models.DateField()
    scheduled_at = models.DateTimeField()
    scheduled_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=400)
    preview = models.JSONField()  # the numbers that were shown before it was scheduled
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawal_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=models.Q(withdrawn_at__isnull=True), name="one_end_of_the_free_cover"
            ),
        ]

    @property
    def source(self) -> str:
        """What transactions that it led to give as their reason."""
        return f"free_cover_end:{self.pk}"


class FreeCoverRun(models.Model):
    """Every member is gone through once, for one reason. Any number of workers share it; killed, it goes on where it was."""

    class Cause(models.TextChoices):
        TURN = "turn"  # the certificates of a scheme year
        END = "end"  # the organiser ends the free cover
        KEEP = "keep"  # and takes that back

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        PARKED = "parked"  # the totals don't come out: a person has to look

    key = models.CharField(max_length=60, unique=True)  # "turn:2026-12-01", "end:3", "keep:3"
    cause = models.CharField(max_length=10, choices=Cause.choices)
    scheme_year = models.ForeignKey(SchemeYear, null=True, on_delete=models.PROTECT, related_name="free_cover_runs")
    end = models.ForeignKey(FreeCoverEnd, null=True, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField()  # control totals as the run began
    after = models.JSONField(null=True, blank=True)


class FreeCoverLane(models.Model):
    """Some of a run's members, by their ids, gone through in order: ``done_to`` moves with each chunk's transaction."""

    run = models.ForeignKey(FreeCoverRun, on_delete=models.CASCADE, related_name="lanes")
    to_id = models.BigIntegerField()
    done_to = models.BigIntegerField()
    tally = models.JSONField(default=dict)  # what was found and done so far

    class Meta:
        indexes = [models.Index(fields=["run", "id"])]
