"""What was said about consent on the telephone, what was passed to the agency, and what became of it. All of it only grows."""

from __future__ import annotations

from django.db import models

from sonae.domain.referral import Step


class SpokenConsent(models.Model):
    """A consent that somebody gave on the telephone after its text was read to them. Rows are only ever added."""

    consent = models.OneToOneField("contact.Consent", on_delete=models.PROTECT, related_name="spoken")
    spoken_at = models.DateTimeField()
    noted_by = models.CharField(max_length=200)


class SpokenWithdrawal(models.Model):
    """A withdrawal that somebody asked for on the telephone. Rows are only ever added."""

    withdrawal = models.OneToOneField("contact.ConsentWithdrawal", on_delete=models.PROTECT, related_name="spoken")
    noted_by = models.CharField(max_length=200)


class ThirdPartyProvision(models.Model):
    """That a referral was passed on: to whom, of whom, what, under which consent (law: record of provision to a third party).

    One for each consent, and none without one that stands: the database itself refuses it. Rows are only ever added.
    """

    consent = models.OneToOneField("contact.Consent", on_delete=models.PROTECT, related_name="provision")
    provided_at = models.DateTimeField()
    provided_by = models.CharField(max_length=200)
    recipient = models.CharField(max_length=20)  # the role of the party
    recipient_name = models.CharField(max_length=120)
    recipient_address = models.CharField(max_length=200)
    recipient_representative = models.CharField(max_length=120)
    person = models.CharField(max_length=220)  # by whom the data can be known again: firm and name
    items = models.JSONField()  # as the consent names them: item, purpose, and which fields
    passed = models.JSONField()  # field → what was passed
    passed_digest = models.CharField(max_length=64)
    consent_digest = models.CharField(max_length=64)  # of the text to which consent was given
    keep_until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["recipient", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(recipient_name="")
                & ~models.Q(recipient_address="")
                & ~models.Q(recipient_representative=""),
                name="a_provision_names_its_recipient_whole",
            )
        ]


class ReferralStep(models.Model):
    """What the agency told us of a referral, in its order. Rows are only ever added."""

    provision = models.ForeignKey(ThirdPartyProvision, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Step])
    happened_on = models.DateField()
    note = models.CharField(max_length=400, blank=True)
    actor = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provision", "seq"], name="one_step_of_a_referral_after_another"),
            models.UniqueConstraint(
                fields=["provision"], condition=models.Q(kind="deleted"), name="a_referral_is_deleted_once"
            ),
        ]
