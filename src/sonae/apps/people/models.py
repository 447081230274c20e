"""The people who sign in: where they are signed in, whom they have invited, which address they are moving to, and for staff
what they do in their organisation.
"""

from __future__ import annotations

from django.db import models

from sonae.apps.parties.models import Member, MemberAccess, Organisation, User
from sonae.domain.staff_rights import Position


class SignIn(models.Model):
    """One browser in which a person has signed in. It stays for a while after it has ended, so that the browser is known again."""

    class Way(models.TextChoices):
        CODE = "code"
        PASSKEY = "passkey"
        ORGANISER = "organiser"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, blank=True)  # empty once it has ended
    user_agent = models.CharField(max_length=300, blank=True)
    network = models.CharField(max_length=64, blank=True)
    way = models.CharField(max_length=20, choices=Way.choices)
    signed_in_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "signed_in_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["session_key"], condition=~models.Q(session_key=""), name="one_sign_in_for_each_session"
            )
        ]


class SentInvitation(models.Model):
    """Somebody is asked by e-mail, by a link that serves once. Only the digest of its token is kept."""

    email = models.EmailField(max_length=254)
    token_digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=2)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Invitation(SentInvitation):
    """To act for a member."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=20, choices=MemberAccess.Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "email"],
                condition=models.Q(taken_at=None, revoked_at=None),
                name="one_open_invitation_for_each_address",
            ),
            models.CheckConstraint(condition=~models.Q(role="owner"), name="nobody_is_invited_as_owner"),
        ]


class EmailChange(models.Model):
    """A person is moving to another address: first the old one proves it, then the new one."""

    class Stage(models.TextChoices):
        OLD = "old"  # the code went to the old address
        NEW = "new"  # the code went to the new address
        DONE = "done"
        LEFT = "left"  # begun anew, given up

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="email_changes")
    new_email = models.EmailField(max_length=254)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    code_digest = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(stage__in=("old", "new")),
                name="one_open_email_change_for_each_person",
            )
        ]


class OrganiserIdentity(models.Model):
    """An account at the organiser's sign-on and the person whom it lets in, for ever, whatever becomes of its e-mail."""

    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="organiser_identities")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_for_each_identity")]


class StaffPosition(models.Model):
    """What a person does in their organisation, from when to when. Who holds none is a clerk there."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="positions")
    position = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Position])
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "position"], condition=models.Q(ended_at=None), name="each_position_is_held_once"
            )
        ]


class SolicitorRegistration(models.Model):
    """A solicitor's registration as it was shown to us; a renewed one is a new row, and the newest that stands counts."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="registrations")
    number = models.CharField(max_length=20)
    last_day = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "recorded_at"])]


class StaffInvitation(SentInvitation):
    """To work at the desk of an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="staff_invitations")
    positions = models.JSONField(default=list)  # what they will be: Position values

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(taken_at=None, revoked_at=None),
                name="one_open_staff_invitation_for_each_address",
            )
        ]


class DeskNetwork(models.Model):
    """A network from which an organisation's people open the desk, from when to when. Where none stands, every one will do."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="desk_networks")
    cidr = models.CharField(max_length=50)  # as domain/networks.py writes it
    label = models.CharField(max_length=60, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "cidr"], condition=models.Q(ended_at=None), name="each_network_stands_once"
            )
        ]
