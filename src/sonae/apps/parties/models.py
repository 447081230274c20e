"""Who takes part: the programme's organisations, its members, and the people who sign in for them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class Organisation(models.Model):
    """A party to the programme (F01, F02): organiser, insurer, agency or operator of the contact window."""

    class Role(models.TextChoices):
        ORGANISER = "organiser"
        INSURER = "insurer"
        AGENCY = "agency"
        OPERATOR = "operator"

    code = models.CharField(max_length=40, unique=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    name_ja = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name_ja


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address and sign in with a code, never with a password."""

    def create_user(self, email: str, **fields: object) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may see follows from ``MemberAccess`` or, for staff, from their organisation."""

    email = models.EmailField(max_length=254)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="staff"
    )
    is_active = models.BooleanField(default=True)
    desk_closed_at = models.DateTimeField(
        null=True, blank=True
    )  # by their organisation; what they hold as members stays
    date_joined = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_for_each_email")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Whether this person works for one of the programme's organisations."""
        return self.organisation_id is not None

    @property
    def has_desk(self) -> bool:
        """Whether the desk is open to this person, once they have passed its door."""
        return self.is_staff and self.is_active and self.desk_closed_at is None


class Member(models.Model):
    """A firm or person on the organiser's list (F03). What is known of it on a day is in ``MembershipFact``."""

    number = models.CharField(max_length=20, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class MembershipFact(models.Model):
    """What the organiser told us of a member, from a day on, and when it was recorded. Rows are only ever added."""

    class Kind(models.TextChoices):
        JOINED = "joined"
        CHANGED = "changed"
        LEFT = "left"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    effective_date = models.DateField()
    recorded_at = models.DateTimeField()
    member_class = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    name_kana = models.CharField(max_length=160, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    telephone = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=120)

    class Meta:
        indexes = [
            models.Index(fields=["member", "effective_date", "recorded_at"]),
            models.Index(fields=["source", "member"]),  # the members of one feed, in order
        ]


class MemberAccess(models.Model):
    """A person may act for a member. The first one is its owner, and there is always one."""

    class Role(models.TextChoices):
        OWNER = "owner"  # everything, and handing the ownership over
        ADMINISTRATOR = "administrator"  # applies, pays, changes, invites
        READER = "reader"  # sees and changes nothing

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="people")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_at = models.DateTimeField()
    proof = models.CharField(
        max_length=40
    )  # how we knew: "listed_email", "listed_telephone", "invitation", "organiser"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "user"], name="one_access_for_each_person_and_member"),
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(role="owner"), name="one_owner_for_each_member"
            ),
        ]
