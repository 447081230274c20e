"""The agency says what became of a referral that was passed to it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.referral_mails import write_deleted_mail
from sonae.apps.contact.referral_models import ReferralStep, ThirdPartyProvision
from sonae.apps.contact.referrals import provision_state
from sonae.domain.calendar import japan_date
from sonae.domain.referral import State, Step, next_steps

LONGEST_NOTE = 400


class NotNow(Exception):
    """This can't follow where the referral stands; ``state`` says where that is."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the referral is {state}")
        self.state = state


class DayOutOfReach(Exception):
    """It happened before the referral was passed, or it hasn't happened yet."""


class NoteTooLong(Exception):
    """More letters than the note may have."""


@transaction.atomic
def answer_referral(
    *, provision_id: int, step: Step, happened_on: date, note: str, actor: str, now: datetime
) -> tuple[ReferralStep, bool]:
    """The step, and whether it is new: the last one told again, with the same day and note, changes nothing.

    Raises ThirdPartyProvision.DoesNotExist, NotNow, DayOutOfReach and NoteTooLong.
    """
    provision = ThirdPartyProvision.objects.select_related("consent__consultation", "consent__withdrawal").get(
        pk=provision_id
    )
    said = plain_note(note)
    steps = list(ReferralStep.objects.filter(provision=provision).order_by("seq"))
    if steps and (steps[-1].kind, steps[-1].happened_on, steps[-1].note) == (step, happened_on, said):
        return steps[-1], False
    state = provision_state(provision, steps)
    if step not in next_steps(state):
        raise NotNow(state)
    if not japan_date(provision.provided_at) <= happened_on <= japan_date(now):
        raise DayOutOfReach
    try:
        with transaction.atomic():
            told = ReferralStep.objects.create(
                provision=provision, seq=len(steps) + 1, kind=step, happened_on=happened_on, note=said, actor=actor,
                recorded_at=now,
            )  # fmt: skip
    except IntegrityError as taken:  # another step came in between, and may have led elsewhere
        raise NotNow(state) from taken
    consultation = provision.consent.consultation
    record(now=now, actor=actor, action=f"referral.{step}", object_kind="consultation", object_id=consultation.number,
           happened_on=happened_on.isoformat())  # fmt: skip
    if step == Step.DELETED:
        write_deleted_mail(consultation=consultation, consent=provision.consent, now=now)
    return told, True


def plain_note(note: str) -> str:
    """In one line, without signs that can't be seen. Raises NoteTooLong."""
    said = " ".join("".join(sign if sign.isprintable() else " " for sign in note).split())
    if len(said) > LONGEST_NOTE:
        raise NoteTooLong
    return said
