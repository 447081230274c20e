"""A request about personal data goes into the register: what members ask on their pages, and what anybody asks otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.apps.contact.models import DataRequest
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import find_member, may_act_for
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.data_request import Kind, Outcome, State, Step
from sonae.domain.numbering import consultation_number

Channel = RegisteredRequest.Channel
OF_THE_PORTAL = {DataRequest.Kind.CORRECTION: Kind.CORRECTION, DataRequest.Kind.ERASURE: Kind.DELETION}


class DayToCome(Exception):
    """It is said to have come in on a day that is still to come."""


class NoSuchMember(Exception):
    """The member number that was named is nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A request as somebody took it down."""

    kind: str
    channel: str
    received_on: date
    person: str
    wanted: str
    agent_of: str = ""
    email: str = ""
    reach: str = ""
    member_number: str = ""


@transaction.atomic
def register_request(
    *, told: Told, form_key: str, language: str, actor: str, now: datetime
) -> tuple[RegisteredRequest, bool]:
    """The request, and whether it is new: the same form sent again gives the first one. Raises DayToCome and NoSuchMember."""
    known = RegisteredRequest.objects.filter(form_key=form_key).first()
    if known is not None:
        return known, False
    if told.received_on > japan_date(now):
        raise DayToCome
    member = find_member(number=told.member_number) if told.member_number else None
    if told.member_number and member is None:
        raise NoSuchMember
    facts = {name: getattr(told, name) for name in Told.__dataclass_fields__ if name != "member_number"}
    try:
        with transaction.atomic():
            entered = RegisteredRequest.objects.create(
                number=consultation_number(japan_date(now).year, draw("consultation")), form_key=form_key, member=member,
                user=_acts_for(member, told.email), language=language, due_on=due_of(told.received_on), recorded_at=now,
                recorded_by=actor, **facts,
            )  # fmt: skip
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return RegisteredRequest.objects.get(form_key=form_key), False
    record(now=now, actor=actor, action="data_request.registered", object_kind="data_request", object_id=entered.number,
           kind=told.kind, channel=told.channel)  # fmt: skip
    return entered, True


def register_asked(*, asked: DataRequest, now: datetime) -> RegisteredRequest:
    """What a member's person asked on the portal, in the transaction in which they did. A deletion is carried out and answered
    at once: what had to be kept was named to them."""
    day = japan_date(now)
    entered = RegisteredRequest.objects.create(
        number=asked.number, form_key=asked.form_key, kind=OF_THE_PORTAL[DataRequest.Kind(asked.kind)],
        channel=Channel.PORTAL, asked=asked, member=asked.member, user=asked.user, person=asked.user.email[:120],
        email=asked.user.email, wanted=asked.message, language=asked.language, received_on=day, due_on=due_of(day),
        recorded_at=now, recorded_by=f"user:{asked.user_id}",
    )  # fmt: skip
    if asked.kind == DataRequest.Kind.ERASURE:
        answer = {"outcome": Outcome.IN_PART.value, "text": ""}
        told = ((Step.ERASED, asked.held, State.OPEN), (Step.ANSWERED, answer, State.ANSWERED))
        RegisteredRequestStep.objects.bulk_create(
            RegisteredRequestStep(
                request=entered, seq=seq, kind=kind, happened_on=day, facts=facts, state=state, actor="system:portal",
                recorded_at=now,
            )
            for seq, (kind, facts, state) in enumerate(told, start=1)
        )  # fmt: skip
    return entered


def due_of(received_on: date) -> date:
    """The law says without delay; this is the house's own last day."""
    return received_on + timedelta(days=settings.SONAE_DATA_REQUEST_DAYS)


def _acts_for(member: Member | None, email: str) -> User | None:
    """Who asks, where the address they gave is the one by which somebody manages that member."""
    user = User.objects.filter(email__iexact=email).first() if member and email else None
    return (
        user if user is not None and member is not None and may_act_for(user=user, member=member, to="manage") else None
    )
