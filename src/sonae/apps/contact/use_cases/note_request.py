"""Something is noted of a request about personal data: who asks is proved, it is worked on, and it is answered, each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.data_request_mails import write_answer_mail
from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.apps.contact.data_requests import entry_of
from sonae.apps.contact.use_cases.erase_data import erase_data
from sonae.domain.calendar import japan_date
from sonae.domain.data_request import Outcome, Step, possible_outcomes, standing_of
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Party


class NotNow(Exception):
    """This can't follow where the request stands by now, or it isn't this organisation's to do."""


class DayOutOfReach(Exception):
    """Before the request came in, or still to come."""


class WordsMissing(Exception):
    """How who asks was proved, what was done, or why it was refused: something has to be said."""


@transaction.atomic
def note_request(
    *, request: RegisteredRequest, party: Party, kind: Step, happened_on: date, text: str, outcome: str, seen: int,
    product: Product, actor: str, now: datetime,
) -> RegisteredRequestStep:  # fmt: skip
    """The step. ``seen``: how many steps the person knew of. ``outcome`` is an answer's, and empty otherwise.

    An answer goes out by mail where there is an address. A deletion is carried out here and now, as if its person had asked for
    it on the portal. Raises NotNow, DayOutOfReach and WordsMissing.
    """
    entry = entry_of(RegisteredRequest.objects.prefetch_related("steps").get(pk=request.pk), party)
    if len(entry.steps) != seen or kind not in entry.following:
        raise NotNow
    if not request.received_on <= happened_on <= japan_date(now):
        raise DayOutOfReach
    said = text.strip()
    if not said and (kind in {Step.IDENTITY, Step.DONE} or outcome == Outcome.REFUSED):
        raise WordsMissing
    facts: dict[str, Any] = {"text": said}
    if kind == Step.ANSWERED:
        if outcome not in possible_outcomes(entry.standing):
            raise NotNow
        facts["outcome"] = outcome
    step = _keep(request, kind, happened_on, facts, entry_steps=entry.steps, actor=actor, now=now)
    if kind == Step.ERASED and request.member is not None and request.user is not None:
        erase_data(
            member=request.member, user=request.user, message=request.wanted, form_key=f"registered:{request.number}",
            product=product, language=request.language, now=now, actor=actor, registered=True,
        )  # fmt: skip
    if kind == Step.ANSWERED:
        write_answer_mail(request=request, outcome=Outcome(outcome), text=said, product=product, now=now)
    record(now=now, actor=actor, action=f"data_request.{kind}", object_kind="data_request", object_id=request.number,
           outcome=outcome)  # fmt: skip
    return step


def _keep(
    request: RegisteredRequest, kind: Step, happened_on: date, facts: Mapping[str, Any], *,
    entry_steps: tuple[RegisteredRequestStep, ...], actor: str, now: datetime,
) -> RegisteredRequestStep:  # fmt: skip
    proved = request.channel == RegisteredRequest.Channel.PORTAL
    after = standing_of(proved=proved, steps=[*(Step(one.kind) for one in entry_steps), kind])
    try:
        with transaction.atomic():
            return RegisteredRequestStep.objects.create(
                request=request, seq=len(entry_steps) + 1, kind=kind, happened_on=happened_on, facts=dict(facts),
                state=after.state, actor=actor, recorded_at=now,
            )  # fmt: skip
    except IntegrityError as taken:  # somebody else was quicker
        raise NotNow from taken
