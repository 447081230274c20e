"""Members as they are found: everything that somebody may say of one, folded, and how far the tables were read for it.

Nothing here is a record of anything: it can be thrown away and written anew from what was recorded (``sonae search rebuild``).
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from sonae.apps.parties.models import Member


class FindableMember(models.Model):
    """One member. Texts are folded (``domain/name_folding.py``), several of a kind on lines of their own; never shown."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.PROTECT, related_name="findable")
    name = models.TextField(
        db_collation="C"
    )  # as the organiser's list says last; sorted letter by letter, to be begun with
    kana = models.TextField(db_collation="C")
    other_names = models.TextField()  # that the list said before
    cover_names = models.TextField()  # of applicant and insured, on its paid certificates
    addresses = models.TextField()  # of both, and postcodes
    contacts = models.TextField()  # e-mail addresses and telephones of list and certificates, as they are compared
    grams = (
        SearchVectorField()
    )  # pairs of neighbouring letters of the texts, and whole contacts and numbers, marked by kind
    fact_id = models.BigIntegerField()  # the last fact and the last act on a paid certificate that are in it
    act_id = models.BigIntegerField()
    folding = models.PositiveSmallIntegerField()  # the rules it was folded by

    class Meta:
        indexes = [
            GinIndex(fields=["grams"], name="findable_by_grams"),
            models.Index(fields=["name"], name="findable_by_name"),
            models.Index(fields=["kana"], name="findable_by_kana"),
        ]


class SearchProgress(models.Model):
    """How far facts and acts were read. There is one row."""

    fact_id = models.BigIntegerField(default=0)
    act_id = models.BigIntegerField(default=0)
    folding = models.PositiveSmallIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_progress_of_the_search")]
