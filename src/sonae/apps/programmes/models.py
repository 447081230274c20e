"""The programme, its product versions, prepared and published, and its scheme years: the only place where an expiry lives."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Func

from sonae.domain.period import Term


class Programme(models.Model):
    """Cover arranged for the members of a group."""

    code = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.code


class ProductVersion(models.Model):
    """One dated set of the product's rules. Immutable once published: the database refuses a change."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    effective_date = models.DateField()
    digest = models.CharField(max_length=64, unique=True)
    files = models.JSONField()  # name → base64 of the bytes that were checked, so that the digest can be computed again
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "effective_date"], name="one_version_for_each_day"),
        ]

    def __str__(self) -> str:
        return self.effective_date.isoformat()


class ProductDraft(models.Model):
    """A product version that is being prepared. Its files are those of its last revision."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="drafts")
    name = models.CharField(max_length=80)  # as whoever prepares it calls it
    based_on = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    form_key = models.CharField(max_length=43, unique=True)  # of the form that began it: sent twice, it is one draft
    begun_by = models.CharField(max_length=200)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class DraftContent(models.Model):
    """The bytes of a file, kept once however many revisions have it. Rows are only ever added."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256
    content = models.BinaryField()


class DraftRevision(models.Model):
    """The draft as it was saved once. Rows are only ever added: nothing is lost, and everything can be taken back."""

    class Act(models.TextChoices):
        BEGUN = "begun"
        SAVED = "saved"  # one file, typed in the page
        UPLOADED = "uploaded"  # one file, or the whole folder
        REMOVED = "removed"
        RESTORED = "restored"  # as it was in an earlier revision

    draft = models.ForeignKey(ProductDraft, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    files = models.JSONField()  # name → digest of its content
    digest = models.CharField(max_length=64)  # of the version that these files are
    act = models.CharField(max_length=10, choices=Act.choices)
    about = models.CharField(max_length=120, blank=True)  # the file, or the number of the revision that was restored
    saved_by = models.CharField(max_length=200)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="revisions_of_a_draft_are_numbered"),
        ]
        indexes = [models.Index(fields=["digest"])]


class DateRange(Func):
    """PostgreSQL's half-open range of two dates."""

    function = "DATERANGE"
    output_field = models.CharField()


class SchemeYear(models.Model):
    """Twelve months with one start and one expiry for everybody, and the product version that rules them."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="scheme_years")
    start_on = models.DateField()
    expiry_on = models.DateField()
    product_version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="scheme_years")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "start_on"], name="one_scheme_year_for_each_start"),
            models.CheckConstraint(
                condition=models.Q(expiry_on__gt=models.F("start_on")), name="scheme_year_has_length"
            ),
            ExclusionConstraint(
                name="scheme_years_do_not_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (DateRange("start_on", "expiry_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start_on}/{self.expiry_on}"

    @property
    def term(self) -> Term:
        """The scheme year as the domain knows it."""
        return Term(start_on=self.start_on, expiry_on=self.expiry_on)
