"""Premiums that were promised: a kept quote holds for thirty days and within one product version."""

from __future__ import annotations

from django.db import models

from sonae.apps.programmes.models import ProductVersion


class Quote(models.Model):
    """What was asked, what was answered with every step, and until when it holds. Reached by an unguessable token."""

    token = models.CharField(max_length=43, unique=True)
    number = models.CharField(max_length=20, unique=True)
    product_version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="quotes")
    industry = models.CharField(max_length=40)
    annual_sales = models.BigIntegerField()
    start_on = models.DateField()
    expiry_on = models.DateField()
    answers = models.JSONField()  # language → the answer as given
    made_at = models.DateTimeField()
    valid_until = models.DateField()  # last day

    def __str__(self) -> str:
        return self.number
